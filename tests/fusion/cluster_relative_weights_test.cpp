#include "fusion/clustering/cluster_relative_weights.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

namespace sluice::fusion {

using Labels = std::vector<std::int32_t>;
using Values = std::vector<double>;

TEST(ClusterRelativeWeights, MatchTheWorkedExample)  // specs/fusion.md, check 1
{
    const auto weight = cluster_relative_weights(Labels{0, 0, 0, 0}, Values{0, 1, 2, 3});
    const Values expected = {0.163562, 0.163562, 0.228269, 0.444607};
    for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(weight[i], expected[i], 5e-7);
    EXPECT_NEAR(weight[0] / weight[3], 0.367879, 5e-7);
    EXPECT_NEAR(weight[2] / weight[3], 0.513417, 5e-7);
}

TEST(ClusterRelativeWeights, AreEqualAtTheTopOfEveryClusterAndForNoise)
{
    // Two clusters of different level and scale, two noise rows. raw of the first: as in the worked example; of the second the same, being an affine image.
    const auto weight = cluster_relative_weights(Labels{0, 1, 0, -1, 1, 0, 1, 1, 0, -1}, Values{0, 500, 1, 99, 510, 2, 520, 530, 3, -4});
    const double clustered = 2 * (2 * std::exp(-1.0) + std::exp(-2.0 / 3) + 1);
    EXPECT_NEAR(weight[8], 0.9 / clustered, 1e-15);
    EXPECT_NEAR(weight[7], weight[8], 1e-15);
    EXPECT_NEAR(weight[0], std::exp(-1.0) * 0.9 / clustered, 1e-15);
    EXPECT_NEAR(weight[6], std::exp(-2.0 / 3) * 0.9 / clustered, 1e-15);
    EXPECT_EQ(weight[3], 0.05);
    EXPECT_EQ(weight[9], 0.05);
    EXPECT_NEAR(std::accumulate(weight.begin(), weight.end(), 0.0), 1, 1e-14);
}

TEST(ClusterRelativeWeights, UseTheStandardDeviationWhereTheQuartilesAreEqual)
{
    // Quartiles of (1, 1, 1, 1, 6) are equal; mean 2, population deviation 2.
    const auto weight = cluster_relative_weights(Labels{0, 0, 0, 0, 0}, Values{1, 1, 6, 1, 1});
    EXPECT_NEAR(weight[0] / weight[2], std::exp(-2.5), 1e-15);
    const auto equal = cluster_relative_weights(Labels{0, 0, 0, 1}, Values{0.1, 0.1, 0.1, 7});
    EXPECT_EQ(equal, Values(4, 0.25)) << "no spread, or a single row";
}

TEST(ClusterRelativeWeights, GoToNoiseOrClustersAloneWhereThereIsNoOther)
{
    EXPECT_EQ(cluster_relative_weights(Labels{-1, -1, -1, -1}, Values{1, 2, 3, 4}), Values(4, 0.25));
    EXPECT_EQ(cluster_relative_weights(Labels{1, 1}, Values{3, 3}), Values(2, 0.5));
    EXPECT_TRUE(cluster_relative_weights(Labels{}, Values{}).empty());
}

TEST(ClusterRelativeWeights, LeaveNoiseItsShareOfTheRowsIfAsked)  // flaw 4: three clustered rows among 20
{
    Labels label(20, -1);
    label[4] = label[9] = label[11] = 0;
    const Values value(20, 1.0);
    EXPECT_NEAR(cluster_relative_weights(label, value)[4], 0.3, 1e-15);
    const auto fair = cluster_relative_weights(label, value, 0.1, NoiseShare::at_least_of_rows);
    for (const double w : fair) EXPECT_NEAR(w, 0.05, 1e-15);
    Labels mostly_clustered(20, 0);
    mostly_clustered[3] = -1;
    EXPECT_EQ(cluster_relative_weights(mostly_clustered, value, 0.1, NoiseShare::at_least_of_rows)[3], 0.1) << "its share of the rows is smaller";
}

}  // namespace sluice::fusion
