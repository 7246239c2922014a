#include "fusion/generate/search_region.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace sluice::fusion {

namespace {

const pool::Domain square{{-10, 0}, {10, 5}};
constexpr RowId initial = 12, batch = 4;

/// Points on a spiral around (2, 1), and a merit per row.
struct Campaign {
    std::vector<std::vector<float>> points;
    std::vector<RowId> rows;
    std::vector<double> merit;

    void ask(RowId count, double best)
    {
        for (RowId i = 0; i < count; ++i) {
            const auto row = static_cast<RowId>(points.size());
            const double angle = 2.4 * static_cast<double>(row), radius = 0.05 * static_cast<double>(row % 17);
            points.push_back({static_cast<float>(2 + radius * std::cos(angle)), static_cast<float>(1 + radius * std::sin(angle))});
            rows.push_back(row);
            merit.push_back(i == 1 ? best : best - 1 - 0.01 * static_cast<double>(row % 5));
        }
    }
    SearchRegion region(bool alternating = true) const { return search_region(square, {rows, merit, points, initial, batch, alternating}); }
};

Campaign started()
{
    Campaign campaign;
    campaign.ask(initial, 0);
    return campaign;
}

}  // namespace

TEST(SearchRegion, IsTheDomainFirstThenByTurnsTheOneThatFoundBetterPointsMoreOften)
{
    auto campaign = started();
    EXPECT_TRUE(campaign.region().is_domain);
    campaign.ask(batch, -5);
    EXPECT_FALSE(campaign.region().is_domain);  // rates 0.4 and 0.5
    campaign.ask(batch, -5);
    EXPECT_TRUE(campaign.region().is_domain);  // 0.41 and 0.4
    campaign.ask(batch, -5);
    int in_trust_region = 0;
    for (int i = 1; i < 30; ++i) {  // from now on, what the trust region proposes is better and what the domain proposes is not
        const bool is_domain = campaign.region().is_domain;
        in_trust_region += is_domain ? 0 : 1;
        campaign.ask(batch, is_domain ? -5 : i);
    }
    EXPECT_EQ(in_trust_region, 29);
}

TEST(SearchRegion, StaysWithTheDomainWhileThatFindsBetterPoints)
{
    auto campaign = started();
    for (int i = 1; i < 6; ++i) {
        campaign.ask(batch, i);
        EXPECT_TRUE(campaign.region().is_domain);
        EXPECT_EQ(campaign.region().rows.size(), campaign.rows.size());
    }
}

TEST(SearchRegion, HalvesTheEdgeAfterTwoFailuresAndDoublesItAfterThreeSuccesses)
{
    auto campaign = started();
    std::vector<double> edge;
    for (int i = 0; i < 4; ++i) {
        edge.push_back(campaign.region(false).edge);
        campaign.ask(batch, -5);
    }
    for (int i = 1; i < 8; ++i) {
        edge.push_back(campaign.region(false).edge);
        campaign.ask(batch, i);
    }
    EXPECT_EQ(edge, (std::vector<double>{0.8, 0.8, 0.4, 0.4, 0.2, 0.2, 0.2, 0.4, 0.4, 0.4, 0.8}));
}

TEST(SearchRegion, StartsAgainElsewhereAfterTheTrustRegionHasShrunkToNothingAndTheDomainFailsToo)
{
    auto campaign = started();
    int batches = 0;
    for (; !campaign.region(false).is_domain && batches < 100; ++batches) campaign.ask(batch, -5);
    EXPECT_EQ(batches, 26);  // 0.8 / 2^13 is the first edge below 1e-4
    const auto first = campaign.rows.size();
    campaign.ask(batch, -30);  // the best since
    for (int i = 0; i < 5; ++i) {
        EXPECT_TRUE(campaign.region(false).is_domain);
        campaign.ask(batch, -40);
    }
    const auto again = campaign.region(false);
    ASSERT_FALSE(again.is_domain);
    EXPECT_EQ(again.edge, 0.2);
    double centre = 0, total = 0;
    std::vector<std::size_t> order;
    for (std::size_t i = first; i < campaign.rows.size(); ++i) order.push_back(i);
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return campaign.merit[a] > campaign.merit[b]; });
    for (std::size_t k = 0; k < 10; ++k) {
        const double weight = std::log(10.5 / static_cast<double>(k + 1));
        total += weight;
        centre += weight * static_cast<double>(campaign.points[order[k]][0]);
    }
    EXPECT_NEAR(0.5 * (again.box.lower[0] + again.box.upper[0]), centre / total, 1e-9);
}

TEST(SearchRegion, LiesAroundTheBestPointOnceTheMeanHasPutNothingAmongTheTenBestAndBackWhenThatDoesNotEither)
{
    auto campaign = started();
    const auto lies_around_best = [&] {
        const auto region = campaign.region(false);
        const auto best = static_cast<std::size_t>(std::max_element(campaign.merit.begin(), campaign.merit.end()) - campaign.merit.begin());
        const double middle = 0.5 * (region.box.lower[0] + region.box.upper[0]);
        return std::abs(middle - static_cast<double>(campaign.points[best][0])) < 1e-6;
    };
    std::vector<bool> around_best;
    for (const double merit : {-50.0, -50.0, -50.0, 1.0, -50.0}) {
        around_best.push_back(lies_around_best());
        campaign.ask(batch, merit);
    }
    around_best.push_back(lies_around_best());
    EXPECT_EQ(around_best, (std::vector<bool>{false, true, false, true, true, false}));
}

TEST(SearchRegion, IsABoxAroundTheWeightedMeanOfTheTenBestWithinTheDomain)
{
    auto campaign = started();
    campaign.ask(batch, -5);
    const auto region = campaign.region();
    ASSERT_FALSE(region.is_domain);
    std::vector<std::size_t> order(campaign.rows.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return campaign.merit[a] > campaign.merit[b]; });
    double centre[2] = {0, 0}, total = 0;
    for (std::size_t k = 0; k < 10; ++k) {
        const double weight = std::log(10.5 / static_cast<double>(k + 1));
        total += weight;
        for (std::size_t c = 0; c < 2; ++c) centre[c] += weight * static_cast<double>(campaign.points[order[k]][c]);
    }
    for (std::size_t c = 0; c < 2; ++c) {
        const double reach = 0.4 * (square.upper[c] - square.lower[c]);
        EXPECT_NEAR(region.box.lower[c], std::max(square.lower[c], centre[c] / total - reach), 1e-9);
        EXPECT_NEAR(region.box.upper[c], std::min(square.upper[c], centre[c] / total + reach), 1e-9);
    }
}

TEST(SearchRegion, TakesTheRowsInTheBoxAndTheNearestWithinBounds)
{
    auto campaign = started();
    for (int i = 0; i < 16; ++i) campaign.ask(batch, -5);  // the edge is 0.8 / 2^8: nothing but a few points lies in the box
    const auto narrow = campaign.region(false);
    ASSERT_FALSE(narrow.is_domain);
    EXPECT_EQ(narrow.rows.size(), 10U);  // 5 for each of 2 features
    auto wide = started();
    for (int i = 0; i < 12; ++i) wide.ask(batch, i);
    const auto edge = search_region(square, {wide.rows, wide.merit, wide.points, initial + 11 * batch, batch, false});
    ASSERT_FALSE(edge.is_domain);
    EXPECT_EQ(edge.rows.size(), 30U);  // all 60 lie in it
}

TEST(SearchRegion, GivesUpTheTrustRegionWhenTheTenBestAreAlike)
{
    const auto is_domain_with = [](double apart) {
        auto campaign = started();
        for (int i = 0; i < 3; ++i) campaign.ask(batch, -5);
        for (std::size_t i = 0; i < 10; ++i) campaign.merit[i] = 1000 - apart * static_cast<double>(i);
        return campaign.region(false).is_domain;
    };
    EXPECT_FALSE(is_domain_with(0.2));  // 1.8 of 1,006
    EXPECT_TRUE(is_domain_with(0.1));
}

TEST(SearchRegion, CountsABatchWithoutAnyAnswerAsAFailure)
{
    auto campaign = started();
    for (int i = 0; i < 2; ++i) campaign.ask(batch, 9);
    EXPECT_EQ(campaign.region(false).edge, 0.8);
    campaign.rows.resize(initial), campaign.merit.resize(initial);
    EXPECT_EQ(campaign.region(false).edge, 0.4);
}

}  // namespace sluice::fusion
