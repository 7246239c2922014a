#include "fusion/clustering/nearest.hpp"

#include "fusion/clustering/vote.hpp"
#include "support/blobs.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace sluice::fusion {

TEST(Nearest, AgreesWithSortingAllDistances)
{
    // Rows repeat, so that distances tie; more than one block on either side, ragged.
    const auto values = test::blob_rows({.rows = 150, .columns = 18, .distinct = 70}), query_values = test::blob_rows({.rows = 67, .columns = 18, .seed = 2});
    const Rows base(Points{values, 18}), queries(Points{query_values, 18});
    const auto found = nearest(queries, base, 9), others = nearest_others(base, 9);
    const auto expect_sorted = [&](const Neighbours& neighbours, const Rows& rows, std::int64_t i, std::int64_t skipped) {
        std::vector<std::pair<double, std::int32_t>> all;
        for (std::int32_t j = 0; j < base.count; ++j) {
            double sum = 0;
            for (std::int64_t c = 0; c < 18; ++c) sum += std::pow(static_cast<double>(rows.row(i)[c]) - static_cast<double>(base.row(j)[c]), 2);
            if (j != skipped) all.emplace_back(sum, j);
        }
        std::sort(all.begin(), all.end());
        for (std::int64_t rank = 0; rank < 9; ++rank) {
            EXPECT_EQ(neighbours.row_at(i, rank), all[rank].second) << i << " " << rank;
            EXPECT_NEAR(neighbours.squared_at(i, rank), all[rank].first, 1e-5 * all[rank].first);
        }
    };
    for (std::int64_t i = 0; i < queries.count; ++i) expect_sorted(found, queries, i, -1);
    for (std::int64_t i = 0; i < base.count; ++i) expect_sorted(others, base, i, i);
}

TEST(Nearest, OfADuplicateIsExactlyAtZeroHoweverFarFromTheOrigin)
{
    auto values = test::blob_rows({.rows = 80, .columns = 33, .distinct = 40});
    for (auto& v : values) v += 3000.0F;
    const auto found = nearest_others(Rows(Points{values, 33}), 2);
    for (std::int64_t i = 0; i < 80; ++i) {
        EXPECT_EQ(found.row_at(i, 0), (i + 40) % 80);
        EXPECT_EQ(found.squared_at(i, 0), 0.0F);
        EXPECT_GT(found.squared_at(i, 1), 1.0F);
    }
}

TEST(Vote, GoesToTheMostFrequentLabelAndThenToTheNearest)
{
    // Labelled rows at 0, 1, 2, ...; the ten nearest to 0 are 0 ... 9.
    std::vector<float> values(14);
    std::iota(values.begin(), values.end(), 0.0F);
    const Rows labelled(Points{values, 1});
    const std::vector<float> query = {0};
    const auto vote = [&](const std::vector<std::int32_t>& label) { return vote_of_nearest(Rows(Points{query, 1}), labelled, label)[0]; };
    EXPECT_EQ(vote({0, 1, 1, 2, 2, 2, -1, -1, -1, -1, 2, 2, 2, 2}), -1);
    EXPECT_EQ(vote({3, 1, 1, 2, 2, 2, 0, 1, 5, 6, 2, 2, 2, 2}), 1) << "three votes for 1 and for 2; 1 is nearer";
    const std::vector<float> few = {0, 5};
    EXPECT_EQ(vote_of_nearest(Rows(Points{query, 1}), Rows(Points{few, 1}), std::vector<std::int32_t>{4, 7}), std::vector<std::int32_t>{4});
}

}  // namespace sluice::fusion
