#include "acquisition/random.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

namespace sluice::acquisition {

TEST(RandomScore, BelongsToTheGlobalRow)
{
    std::vector<double> first(100), second(100);
    const ScoreContext context{11, 3, {}};
    random_score(5'000'000'000, 100, context, first);
    random_score(5'000'000'040, 60, context, second);
    for (RowId i = 0; i < 60; ++i) EXPECT_EQ(second[i], first[i + 40]) << i;
    for (RowId i = 60; i < 100; ++i) EXPECT_EQ(second[i], 0) << "a row that is not meant";
    EXPECT_NE(first[0], first[1]);
}

TEST(RandomScore, DependsOnSeedAndIteration)
{
    std::vector<double> scores(1), other(1);
    random_score(0, 1, {1, 1, {}}, scores);
    random_score(0, 1, {1, 2, {}}, other);
    EXPECT_NE(scores[0], other[0]);
    random_score(0, 1, {2, 1, {}}, other);
    EXPECT_NE(scores[0], other[0]);
}

TEST(RandomScore, IsUniform)
{
    constexpr int rows = 100000, cells = 20;
    std::vector<double> scores(rows);
    random_score(0, rows, {1, 0, {}}, scores);
    std::array<int, cells> count{};
    for (int i = 0; i < rows; ++i) ++count.at(static_cast<std::size_t>(scores[i] * cells));
    double chi_square = 0;
    for (const int c : count) chi_square += (c - rows / cells) * (c - rows / cells) / static_cast<double>(rows / cells);
    EXPECT_LT(chi_square, 43.8);  // 19 degrees of freedom, 0.1 %
}

TEST(RandomScore, NeedsNoModel)
{
    EXPECT_FALSE(ScoreRegistration::all().at("random")->make({}).needs_model);
}

}  // namespace sluice::acquisition
