#pragma once

#include "fusion/clustering/competition.hpp"
#include "pool/shard.hpp"

#include <Eigen/Core>

namespace sluice::fusion {

using RowMatrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using RowMatrixView = Eigen::Map<const RowMatrix>;

/// Rows that stand for the pool, evenly spaced over it, and the clusters that some of them form. The same on every rank.
struct PoolSample {
    std::vector<RowId> rows;           ///< at most 4,096, ascending
    std::vector<float> x;              ///< [rows, columns]
    Eigen::VectorXf squares;           ///< of their lengths
    RowMatrix centres;                 ///< [clusters, columns], of at most 1,024 of the rows
    std::vector<double> radius;        ///< per cluster: 90 % quantile of the distances to its centre
    std::vector<float> sorted_spread;  ///< of all its rows, ascending
};

/// Of how many nearest rows of the sample the distances are averaged.
inline constexpr std::size_t spread_neighbours = 10;

/// Collective; sends the sample.
PoolSample pool_sample(const pool::Shard& shard, const pool::Scaling& scaling, int batch, const ClusteringKey& key, const Communicator& ranks);

/// Mean distance of each of some rows to its 10 nearest of the sample, itself left out.
/// \param first  global number of the first of these rows, which follow one another; below 0: they are the sample
void measure_spread(const RowMatrixView& x, const PoolSample& sample, RowId first, float* spread);

}  // namespace sluice::fusion
