#include "fusion/structure/structural_trend.hpp"

#include "base/random.hpp"
#include "support/trend_pools.hpp"
#include "support/world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fstream>

namespace sluice::fusion {

namespace {

using test::ranks;

std::vector<StructuralTrend> trend_of(const std::array<std::vector<double>, 2>& score, const std::vector<float>& mean, std::int64_t columns, RowId bins)
{
    const Share share{.end_row = static_cast<RowId>(score[0].size())};
    const auto order = candidate_order(share, score, ranks());
    return structural_trend(mean, columns, order, candidate_places(order, {}, ranks()), bins, ranks());
}

}  // namespace

TEST(StructuralTrend, EqualsTheSpecificationStepByStep)
{
    std::ifstream file(SLUICE_GOLDEN "/structural_trend.json");
    const auto reference = nlohmann::json::parse(file);
    ASSERT_EQ(reference["trends"].size(), 8);
    for (const auto& c : reference["trends"]) {
        const test::TrendPool pool(c["kind"], c["seed"], c["rows"]);
        const auto found = trend_of(pool.score, pool.mean, pool.columns, c["bins"]);
        for (std::size_t k = 0; k < found.size(); ++k) {
            SCOPED_TRACE(fmt::format("{}, {} rows, {} bins, column {}", c["kind"].get<std::string>(), c["rows"].get<int>(), c["bins"].get<int>(), k));
            EXPECT_EQ(found[k].is_flat, c["flat"][k].get<bool>());
            EXPECT_NEAR(found[k].score, c["score"][k].get<double>(), 1e-8);
            EXPECT_NEAR(found[k].threshold, c["threshold"][k].get<double>(), 1e-12);
            EXPECT_NEAR(found[k].r_squared, c["r_squared"][k].get<double>(), 1e-8);
            EXPECT_NEAR(found[k].flatness, c["flatness"][k].get<double>(), 1e-8);
            EXPECT_NEAR(found[k].correlation, c["correlation"][k].get<double>(), 1e-8);
        }
    }
}

TEST(StructuralTrend, HasThePublishedScores)   // specification, check 18.6
{
    const auto scores = [](std::size_t rows, std::uint64_t seed) {
        std::array<std::vector<double>, 2> z;
        std::vector<float> mean;
        for (std::size_t i = 0; i < rows; ++i) {
            RandomStream random(seed, Purpose::random_score, 0, i);
            const double z1 = 2 * random.normal(), z2 = random.normal();
            z[0].push_back(z1);
            z[1].push_back(z2);
            for (const double value : {z1, z1 / 2 + z2, std::sin(3 * z1), z1 * z2, random.normal()}) mean.push_back(static_cast<float>(value));
        }
        std::vector<double> found;
        for (const auto& trend : trend_of(z, mean, 5, published_trend_bins)) found.push_back(trend.score);
        return found;
    };
    const auto near = [](double value) { return testing::DoubleNear(value, 0.02); };
    EXPECT_THAT(scores(20000, 1), testing::ElementsAre(near(0.52), near(0.50), near(0.49), near(0.03), near(0.04)));
    EXPECT_THAT(scores(200000, 1), testing::ElementsAre(near(0.50), near(0.50), near(0.47), near(0.003), near(0.003)));

    // Without bins the score of a texture is that of the wavelet bands that happen to reach the threshold: z1 z2 has 0.3 to 1, most often 0.76 or 0.51.
    std::vector<double> product;
    for (std::uint64_t seed = 1; seed <= 12; ++seed) product.push_back(scores(1000, seed)[3]);
    EXPECT_THAT(product, testing::Contains(near(0.51)));
    EXPECT_THAT(scores(1000, 1000), testing::ElementsAre(near(1.00), near(1.00), near(0.99), testing::_, near(1.00)));
}

TEST(StructuralTrend, TellsNoiseFromTrendInSmallPoolsWithFewerBins)   // specification, flaw 25
{
    const test::TrendPool pool("independent", 30, 1000);
    const auto found = trend_of(pool.score, pool.mean, pool.columns, default_trend_bins(1000));
    EXPECT_GT(found[0].score, 0.5) << "a trend";
    EXPECT_LT(found[4].score, 0.15) << "noise";
    EXPECT_EQ(default_trend_bins(1000), 125);
    EXPECT_EQ(default_trend_bins(1000000), 1024);
    EXPECT_EQ(default_trend_bins(3), 1);
}

TEST(StructuralTrend, IsFlatBelowAVarianceOf1e12AndNotAbove)
{
    std::vector<float> mean;
    const auto noise = test::normals(5, 500), z1 = test::normals(6, 500), z2 = test::normals(7, 500);
    for (const double v : noise) {
        for (const double scale : {0.8e-6, 1.25e-6, 0.0}) mean.push_back(static_cast<float>(scale * v));
    }
    const auto found = trend_of({z1, z2}, mean, 3, 64);
    EXPECT_TRUE(found[0].is_flat);
    EXPECT_EQ(found[0].score, 0);
    EXPECT_FALSE(found[1].is_flat);
    EXPECT_GE(found[1].score, 1e-12);
    EXPECT_TRUE(found[2].is_flat);
}

TEST(StructuralTrend, TakesFewOrNoCandidates)
{
    for (const std::size_t rows : {0, 1, 2, 3, 7}) {
        const test::TrendPool pool("independent", 40, rows);
        const auto found = trend_of(pool.score, pool.mean, pool.columns, 1024);
        ASSERT_EQ(found.size(), 10);
        for (const auto& trend : found) {
            EXPECT_TRUE(trend.score >= 0 && trend.score <= 1);
            EXPECT_EQ(trend.is_flat, trend.score == 0);
        }
        EXPECT_EQ(found[0].is_flat, rows < 2);
    }
}

}  // namespace sluice::fusion
