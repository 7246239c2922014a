#include "fusion/labelled_set.hpp"

#include "fusion/predict/row_moments.hpp"
#include "fusion/statistics.hpp"

#include <gtest/gtest.h>

namespace sluice::fusion {

namespace {

LabelledSet with_window(bool folded)
{
    const problems::Goal goal{.target = "gap", .kind = problems::GoalKind::window, .low = 1.4, .high = 1.6};
    return labelled_set({4, 7, 9, 12}, {{0}, {1}, {3}, {8}}, {0, 0, 0, 0}, 1, std::vector{goal}, folded);
}

}  // namespace

TEST(LabelledSet, CountsClosenessToAWindowFromWhatIsTypical)
{
    const auto set = with_window(true);
    const auto& target = set.targets[0];
    EXPECT_NEAR(mean(target.merit), 0, 1e-12);
    EXPECT_DOUBLE_EQ(target.best, target.merit[1]) << "1 lies closest to 1.5";
    for (std::size_t i = 0; i < 4; ++i) {
        const double distance = std::abs(set.training[0].y[i] - target.centre);
        EXPECT_NEAR(target.merit[i], -distance - target.typical, 1e-12);
        EXPECT_NEAR(target.raw(set.training[0].y[i]), (std::array{0.0, 1.0, 3.0, 8.0})[i], 1e-12);
    }
    EXPECT_LT(target.typical, 0);
}

TEST(LabelledSet, LeavesRawWindowsAsThePublishedCodeHasThem)
{
    const auto set = with_window(false);
    EXPECT_EQ(set.targets[0].typical, 0);
    EXPECT_EQ(set.targets[0].merit, set.training[0].y);
    EXPECT_LT(set.targets[0].best, 0) << "minus a distance";
}

/// A score is worth nothing below 0: of the closeness itself nothing would be left.
TEST(LabelledSet, ARowThatIsSurelyInTheWindowHasAPositiveMoment)
{
    const auto set = with_window(true);
    const auto& target = set.targets[0];
    const models::Predictions::View said("said", 2, 3, 1);
    for (std::size_t m = 0; m < 3; ++m) {
        said(0, m, 0) = static_cast<float>(target.centre);
        said(1, m, 0) = static_cast<float>(set.training[0].y[3]);
    }
    const Folding folding{true, target.centre, target.typical};
    EXPECT_NEAR(row_moments(said, 0, folding).mean, -target.typical, 1e-6);
    EXPECT_NEAR(row_moments(said, 1, folding).mean, target.merit[3], 1e-6);
    EXPECT_LT(row_moments(said, 1, folding).mean, 0);
}

}  // namespace sluice::fusion
