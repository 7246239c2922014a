#include "fusion/labelled_process.hpp"

#include "support/draws.hpp"
#include "support/training.hpp"
#include "support/world.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace sluice::fusion {

namespace {

/// \param merits  per target: [rows]
LabelledSet labelled_rows(const models::TrainingSet& data, std::vector<std::vector<double>> merits)
{
    LabelledSet labelled;
    labelled.rows = data.rows;
    labelled.columns = data.columns;
    labelled.x = data.x;
    for (auto& merit : merits) {
        Target target;
        target.merit = std::move(merit);
        labelled.targets.push_back(target);
    }
    return labelled;
}

}  // namespace

TEST(LabelledProcess, KnowsASmoothFunctionAndNotNoise)
{
    const auto data = test::smooth_labels(80, 3, 1);
    const auto smooth = fit_process(labelled_rows(data, {data.y}), {1, 2}, test::ranks());
    ASSERT_TRUE(smooth);
    EXPECT_GT(smooth->explained, 0.8);
    EXPECT_LE(smooth->explained, 1);
    const auto noise = fit_process(labelled_rows(data, {test::normals(3, 80)}), {1, 2}, test::ranks());
    ASSERT_TRUE(noise);
    EXPECT_LT(noise->explained, 0.2);
}

TEST(LabelledProcess, IsOfTheSumOfMerits)
{
    const auto data = test::smooth_labels(60, 3, 1);
    std::vector<double> half, twice;
    for (const double y : data.y) half.push_back(y / 2), twice.push_back(2 * y + 5);
    const auto one = fit_process(labelled_rows(data, {data.y}), {1, 2}, test::ranks());
    const auto two = fit_process(labelled_rows(data, {half, half}), {1, 2}, test::ranks());
    const auto other_units = fit_process(labelled_rows(data, {twice}), {1, 2}, test::ranks());
    EXPECT_EQ(one->explained, two->explained);
    EXPECT_EQ(one->best, two->best);
    EXPECT_NEAR(one->best, other_units->best, 1e-12) << "labels are standardised";
    EXPECT_NEAR(one->explained, other_units->explained, 1e-6);
}

TEST(LabelledProcess, IsNoneWhereLabelsAreEqual)
{
    const auto data = test::smooth_labels(20, 3, 1);
    EXPECT_FALSE(fit_process(labelled_rows(data, {std::vector<double>(20, 4.0)}), {1, 2}, test::ranks()));
}

TEST(LabelledProcess, OfManyRowsKnowsTheBestAndSomeOthers)
{
    const auto data = test::smooth_labels(1200, 3, 1);
    const auto process = fit_process(labelled_rows(data, {data.y}), {1, 2}, test::ranks());
    ASSERT_TRUE(process);
    std::vector<double> variance(1200);
    process->fitted.posterior->variance(data.x.data(), 1200, variance.data());
    const auto best = std::max_element(data.y.begin(), data.y.end()) - data.y.begin();
    const double most = *std::max_element(variance.begin(), variance.end());
    EXPECT_LT(variance[static_cast<std::size_t>(best)], 0.01 * most);
    EXPECT_GT(process->explained, 0.8);
}

}  // namespace sluice::fusion
