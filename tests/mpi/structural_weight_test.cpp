#include "fusion/structure/structural_weight.hpp"

#include "fusion/clustering/clustering.hpp"
#include "fusion/statistics.hpp"
#include "pool/domain.hpp"
#include "support/blobs.hpp"
#include "support/world.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace sluice::fusion {

namespace {

using test::ranks;

constexpr RowId rows = 2200, columns = 6;  // a ragged second tile
const ClusteringKey key{3, 0, 3};

std::vector<float> blobs()
{
    return test::blob_rows({.rows = rows, .columns = columns, .blobs = 3, .apart = 4});
}

double distance(const float* a, const double* b)
{
    double squares = 0;
    for (RowId c = 0; c < columns; ++c) squares += std::pow(static_cast<double>(a[c]) - b[c], 2);
    return std::sqrt(squares);
}

/// By the definition, all pairs, in double precision. All rows are in the sample, and 1,024 of them are clustered.
std::vector<double> by_definition(const std::vector<float>& x)
{
    std::vector<float> clustered;
    for (RowId i = 0; i < 1024; ++i) clustered.insert(clustered.end(), x.begin() + i * rows / 1024 * columns, x.begin() + (i * rows / 1024 + 1) * columns);
    const auto clustering = cluster({clustered, columns}, {.k_means = true, .mixture = false, .hdbscan = true, .leiden = true}, 10, 1024, key);
    const auto clusters = static_cast<std::size_t>(clustering.clusters);
    std::vector<std::vector<double>> centre(clusters, std::vector<double>(columns, 0.0)), apart(clusters);
    std::vector<double> count(clusters, 0.0), spread, weight;
    for (std::size_t i = 0; i < 1024; ++i) {
        if (clustering.label[i] < 0) continue;
        const auto label = static_cast<std::size_t>(clustering.label[i]);
        count[label] += 1;
        for (std::size_t c = 0; c < columns; ++c) centre[label][c] += static_cast<double>(clustered[i * columns + c]);
    }
    for (std::size_t k = 0; k < clusters; ++k) {
        for (auto& c : centre[k]) c /= count[k];
    }
    for (std::size_t i = 0; i < 1024; ++i) {
        const auto label = clustering.label[i];
        if (label >= 0) apart[static_cast<std::size_t>(label)].push_back(distance(clustered.data() + i * columns, centre[static_cast<std::size_t>(label)].data()));
    }
    for (std::size_t i = 0; i < rows; ++i) {
        std::vector<double> others;
        const std::vector<double> own(x.begin() + static_cast<std::ptrdiff_t>(i * columns), x.begin() + static_cast<std::ptrdiff_t>((i + 1) * columns));
        for (std::size_t j = 0; j < rows; ++j) {
            if (j != i) others.push_back(distance(x.data() + j * columns, own.data()));
        }
        std::partial_sort(others.begin(), others.begin() + 10, others.end());
        spread.push_back(mean(std::span(others).first(10)));
    }
    auto sorted = spread;
    std::sort(sorted.begin(), sorted.end());
    for (std::size_t i = 0; i < rows; ++i) {
        std::vector<std::pair<double, std::size_t>> to;
        for (std::size_t k = 0; k < clusters; ++k) to.emplace_back(distance(x.data() + i * columns, centre[k].data()), k);
        std::sort(to.begin(), to.end());
        const double radius = std::min(1.0, to[0].first / quantile(apart[to[0].second], 0.9));
        const auto denser = std::lower_bound(sorted.begin(), sorted.end(), spread[i] * (1 - 1e-7)) - sorted.begin();
        weight.push_back(1 - 0.3 * (1 - to[0].first / to[1].first) * (1 - radius) * (1 - static_cast<double>(denser) / rows));
    }
    return weight;
}

}  // namespace

TEST(StructuralWeight, EqualsItsDefinition)
{
    const auto x = blobs();
    const auto shard = pool::shard_of_points(x, columns, ranks());
    const auto weights = structural_weights(shard, pool::Scaling::identity(columns), 10, key, parallel::Place::host, ranks());
    const auto expected = by_definition(x);
    double lowest = 1;
    for (RowId i = 0; i < shard.share.rows(); ++i) {
        const auto row = static_cast<std::size_t>(shard.share.first_row + i);
        // A rank in the order of densities may be off by one where two are equal to single precision.
        ASSERT_NEAR(weights[static_cast<std::size_t>(i)], expected[row], 3e-4) << "row " << row;
        lowest = std::min(lowest, static_cast<double>(weights[static_cast<std::size_t>(i)]));
    }
    EXPECT_LT(ranks().smallest(lowest), 0.85) << "some rows are interior and dense";
}

TEST(StructuralWeight, IsTheSameBitsOnOneRankAndOnAll)
{
    const auto x = blobs();
    const auto alone = ranks().split(-1);
    const auto all = pool::shard_of_points(x, columns, alone), own = pool::shard_of_points(x, columns, ranks());
    const auto expected = structural_weights(all, pool::Scaling::identity(columns), 10, key, parallel::Place::host, alone);
    const auto weights = structural_weights(own, pool::Scaling::identity(columns), 10, key, parallel::Place::host, ranks());
    for (RowId i = 0; i < own.share.rows(); ++i) EXPECT_EQ(weights[static_cast<std::size_t>(i)], expected[static_cast<std::size_t>(own.share.first_row + i)]);
}

TEST(StructuralWeight, DoesNotFailWhereNothingSplits)
{
    const std::vector<float> equal(40 * columns, 1.0F);
    const auto shard = pool::shard_of_points(equal, columns, ranks());
    for (const float w : structural_weights(shard, pool::Scaling::identity(columns), 10, key, parallel::Place::host, ranks())) {
        EXPECT_GE(w, 0.7F);
        EXPECT_LE(w, 1.0F);
    }
}

}  // namespace sluice::fusion
