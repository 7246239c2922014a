#include "fusion/structure/leading_components.hpp"

#include "parallel/fixed_point.hpp"
#include "parallel/for_each_tile.hpp"
#include "pool/principal_components.hpp"

#include <Eigen/Dense>

#include <mutex>

namespace sluice::fusion {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using Directions = std::array<std::vector<double>, 2>;

/// Sum over all rows of the products of (features, 1) with themselves, lower triangle.
MatrixXd summed_products(const pool::Shard& shard, const pool::Scaling& standardising, const Communicator& ranks)
{
    constexpr RowId block_rows = 256;
    const Tiling tiling = shard.info.tiling();
    const RowId columns = shard.info.columns;
    const Index size = columns + 1;
    // Products of columns of variance one sum to at most the number of rows; float32 means may add as much again.
    const parallel::FixedPoint fixed(2.0, tiling.rows);
    std::vector<std::int64_t> sums(static_cast<std::size_t>(size * (size + 1) / 2), 0);
    std::mutex guard;
    together(ranks, [&] {
        parallel::for_each_tile("fusion/covariance", shard.share, [&](RowId tile) {
            std::vector<float> features(static_cast<std::size_t>(block_rows * columns));
            MatrixXd block(size, block_rows), product = MatrixXd::Zero(size, size);
            const RowId end = tiling.first_row(tile) + tiling.rows_in(tile);
            for (RowId first = tiling.first_row(tile); first < end; first += block_rows) {
                const RowId rows = std::min(block_rows, end - first);
                pool::decode(shard, standardising, first, rows, features.data());
                block.topLeftCorner(columns, rows) = Eigen::Map<const Eigen::MatrixXf>(features.data(), columns, rows).cast<double>();
                block.bottomLeftCorner(1, rows).setOnes();
                product.selfadjointView<Eigen::Lower>().rankUpdate(block.leftCols(rows));
            }
            const std::lock_guard lock(guard);
            std::size_t k = 0;
            for (Index j = 0; j < size; ++j) {
                for (Index i = j; i < size; ++i) sums[k++] += fixed.whole(product(i, j));
            }
        });
    });
    ranks.sum(sums);
    MatrixXd total(size, size);
    std::size_t k = 0;
    for (Index j = 0; j < size; ++j) {
        for (Index i = j; i < size; ++i) total(i, j) = fixed.real(sums[k++]);
    }
    return total;
}

std::vector<double> with_sign(const VectorXd& direction)
{
    Index largest = 0;
    direction.cwiseAbs().maxCoeff(&largest);
    const double sign = direction[largest] < 0 ? -1 : 1;
    std::vector<double> result;
    for (const double d : direction) result.push_back(sign * d);
    return result;
}

constexpr double next_to_nothing = 1e-12;  ///< of the largest variance

Directions directions_of_covariance(const pool::Shard& shard, const pool::Scaling& standardising, const Communicator& ranks)
{
    const MatrixXd products = summed_products(shard, standardising, ranks);
    const Index columns = shard.info.columns;
    const auto rows = static_cast<double>(shard.info.rows);
    const VectorXd mean = products.row(columns).head(columns).transpose() / rows;
    MatrixXd covariance = products.topLeftCorner(columns, columns) / rows;
    covariance.selfadjointView<Eigen::Lower>().rankUpdate(mean, -1.0);
    const Eigen::SelfAdjointEigenSolver<MatrixXd> solver(covariance);  // reads the lower triangle
    Directions result;
    const double largest = solver.eigenvalues()[columns - 1];
    for (Index k = 0; k < 2; ++k) {
        const bool exists = k < columns && solver.eigenvalues()[columns - 1 - k] > next_to_nothing * largest;
        result[static_cast<std::size_t>(k)] = with_sign(exists ? VectorXd(solver.eigenvectors().col(columns - 1 - k)) : VectorXd::Zero(columns));
    }
    return result;
}

Directions directions_of_sample(const pool::Shard& shard, const pool::Scaling& standardising, const Communicator& ranks)
{
    constexpr RowId most_rows = 2048;
    const RowId count = std::min(shard.info.rows, most_rows);
    std::vector<RowId> rows;
    for (RowId i = 0; i < count; ++i) rows.push_back(i * shard.info.rows / count);
    const auto features = pool::gather_rows(shard, standardising, rows, ranks);
    Directions result;
    together(ranks, [&] {
        const auto leading = pool::principal_components_of(features, shard.info.columns);
        for (std::size_t k = 0; k < 2; ++k) {
            result[k] = leading.direction[k];
            if (!(leading.explained[k] > next_to_nothing * leading.explained[0])) result[k].assign(result[k].size(), 0.0);
        }
    });
    return result;
}

}  // namespace

std::array<std::vector<double>, 2> leading_components(const pool::Shard& shard, const pool::Scaling& standardising, const Communicator& ranks)
{
    return shard.info.columns <= most_columns_of_covariance ? directions_of_covariance(shard, standardising, ranks)
                                                            : directions_of_sample(shard, standardising, ranks);
}

}  // namespace sluice::fusion
