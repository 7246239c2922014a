#include "fusion/fit/effective_dimension.hpp"

#include <Eigen/Dense>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>
#include <optional>
#include <vector>

namespace sluice::fusion {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double enough_variance = 0.95;

/// The first of every group of equal rows, in the order of rows.
std::vector<std::int64_t> first_of_equal_rows(const Points& x)
{
    const auto bytes = static_cast<std::size_t>(x.columns) * sizeof(float);
    std::vector<float> values(x.values.begin(), x.values.end());
    for (auto& v : values) v += 0.0F;  // -0 becomes +0, so that equal rows have equal bytes
    const auto row = [&](std::int64_t i) { return values.data() + i * x.columns; };
    std::vector<std::int64_t> order(static_cast<std::size_t>(x.rows()));
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) { return std::memcmp(row(a), row(b), bytes) < 0; });
    const auto equal = [&](std::int64_t a, std::int64_t b) { return std::memcmp(row(a), row(b), bytes) == 0; };
    order.erase(std::unique(order.begin(), order.end(), equal), order.end());
    std::sort(order.begin(), order.end());
    return order;
}

/// Features in double precision, one row of the sample in each column of the matrix.
MatrixXd as_matrix(const Points& x)
{
    return Eigen::Map<const Eigen::MatrixXf>(x.values.data(), x.columns, x.rows()).cast<double>();
}

/// x'x or xx', both triangles.
MatrixXd gram(const MatrixXd& x, bool of_rows)
{
    const Index size = of_rows ? x.cols() : x.rows();
    MatrixXd product = MatrixXd::Zero(size, size);
    auto lower = product.selfadjointView<Eigen::Lower>();
    if (of_rows) lower.rankUpdate(x.transpose());
    else lower.rankUpdate(x);
    product.triangularView<Eigen::StrictlyUpper>() = product.transpose();
    return product;
}

/// 1 + the number of leading values that together fall short of 95 % of the sum of `kept` of them.
int components_for_enough(const VectorXd& descending, Index kept, double total)
{
    int components = 1;
    double sum = 0;
    for (Index j = 0; j < kept; ++j) {
        sum += descending[j];
        if (sum < enough_variance * total) ++components;
    }
    return components;
}

/// The standardised features of distinct rows through the eigenvalues of the smaller of the two products of the matrix with itself.
struct Spectrum {
    MatrixXd standardised;       ///< [columns, rows]; a constant column is 0
    Index varying = 0;           ///< columns that are not constant
    VectorXd squared_singular;   ///< descending, min(rows, columns)
    Index rank = 0;

    Index rows() const { return standardised.cols(); }
    bool through_rows() const { return standardised.cols() <= standardised.rows(); }
    bool rows_are_affinely_independent() const { return rank == rows() - 1; }
};

/// Singular values below this share of the largest are rounding: features come in float32.
constexpr double rank_tolerance = 1e-6;

Spectrum spectrum_of(const Points& x)
{
    Spectrum s;
    s.standardised = as_matrix(x);
    for (Index c = 0; c < s.standardised.rows(); ++c) {
        auto column = s.standardised.row(c);
        if ((column.array() == column[0]).all()) {
            column.setZero();
            continue;
        }
        column.array() -= column.mean();
        column /= std::sqrt(column.squaredNorm() / static_cast<double>(column.size()));
        ++s.varying;
    }
    const Eigen::SelfAdjointEigenSolver<MatrixXd> solver(gram(s.standardised, s.through_rows()), Eigen::EigenvaluesOnly);
    s.squared_singular = solver.eigenvalues().reverse().cwiseMax(0.0);
    const double least = rank_tolerance * rank_tolerance * s.squared_singular[0];
    s.rank = (s.squared_singular.array() > least).count();
    return s;
}

/// Orthonormal basis of the span of the standardised columns: [rows, rank].
MatrixXd orthonormal_basis(const Spectrum& s)
{
    const Eigen::SelfAdjointEigenSolver<MatrixXd> solver(gram(s.standardised, s.through_rows()));
    const MatrixXd leading = solver.eigenvectors().rightCols(s.rank);
    if (s.through_rows()) return leading;
    return s.standardised.transpose() * leading * s.squared_singular.head(s.rank).reverse().cwiseSqrt().cwiseInverse().asDiagonal();
}

int unsupervised(const Spectrum& s)
{
    const Index kept = s.squared_singular.size() - 1;
    return components_for_enough(s.squared_singular, kept, s.squared_singular.head(kept).sum());
}

/// Rows sorted by target and cut into slices that keep equal targets together.
struct Slices {
    std::vector<std::int64_t> order;  ///< rows by ascending target
    std::vector<std::size_t> ends;    ///< end of each slice in `order`
    std::size_t distinct_targets = 0;
};

Slices slices_of(std::span<const double> y)
{
    Slices s;
    const auto rows = y.size();
    s.order.resize(rows);
    std::iota(s.order.begin(), s.order.end(), 0);
    std::stable_sort(s.order.begin(), s.order.end(), [&](auto a, auto b) { return y[static_cast<std::size_t>(a)] < y[static_cast<std::size_t>(b)]; });
    std::vector<std::size_t> value_ends;
    for (std::size_t i = 1; i <= rows; ++i) {
        if (i == rows || y[static_cast<std::size_t>(s.order[i])] != y[static_cast<std::size_t>(s.order[i - 1])]) value_ends.push_back(i);
    }
    s.distinct_targets = value_ends.size();

    const auto wanted = std::min<std::size_t>(10, std::max<std::size_t>(2, rows / 2));
    if (wanted >= value_ends.size()) {
        s.ends = value_ends;
        return s;
    }
    const auto least = rows / wanted;
    for (std::size_t covered = 0; covered + 2 < rows;) {
        const auto end = std::lower_bound(value_ends.begin(), value_ends.end(), covered + least);
        covered = end == value_ends.end() ? rows : *end;
        s.ends.push_back(covered);
    }
    s.ends.back() = rows;
    return s;
}

int supervised(const Spectrum& s, std::span<const double> y)
{
    const auto slices = slices_of(y);
    if (slices.distinct_targets <= 2 || s.varying == 0) return 1;
    const auto count = static_cast<Index>(slices.ends.size());
    if (s.rows_are_affinely_independent()) return static_cast<int>(std::max<Index>(1, count - 1));

    const MatrixXd basis = orthonormal_basis(s);
    MatrixXd sums = MatrixXd::Zero(s.rank, count);
    std::size_t i = 0;
    for (Index h = 0; h < count; ++h) {
        const auto begin = i, end = slices.ends[static_cast<std::size_t>(h)];
        for (; i < end; ++i) sums.col(h) += basis.row(slices.order[i]).transpose();
        sums.col(h) /= std::sqrt(static_cast<double>(end - begin));
    }
    const Index directions = s.varying > s.rows() ? s.rows() - 1 : s.varying;
    VectorXd values = VectorXd::Zero(std::max(count, directions));
    values.head(count) = Eigen::SelfAdjointEigenSolver<MatrixXd>(gram(sums, true), Eigen::EigenvaluesOnly).eigenvalues().reverse();
    Index widest = 0;
    double gap = -1;
    for (Index j = 0; j + 1 < directions; ++j) {
        if (std::abs(values[j + 1] - values[j]) <= gap) continue;
        gap = std::abs(values[j + 1] - values[j]);
        widest = j;
    }
    return static_cast<int>(widest) + 1;
}

/// Distances from every row to its nearest neighbours, ascending: [neighbours, rows]. Neighbours are found by products of rows; their distances are
/// taken from the differences, which keep the digits of small ones and the ties of whole numbers.
MatrixXd nearest_distances(const MatrixXd& x, Index neighbours)
{
    const Index rows = x.cols();
    const MatrixXd product = gram(x.colwise() - x.rowwise().mean(), true);
    MatrixXd nearest(neighbours, rows);
    std::vector<std::pair<double, Index>> squared;
    for (Index i = 0; i < rows; ++i) {
        squared.clear();
        for (Index j = 0; j < rows; ++j) {
            if (j != i) squared.emplace_back(product(i, i) + product(j, j) - 2 * product(i, j), j);
        }
        std::partial_sort(squared.begin(), squared.begin() + neighbours, squared.end());
        for (Index k = 0; k < neighbours; ++k) nearest(k, i) = (x.col(i) - x.col(squared[static_cast<std::size_t>(k)].second)).norm();
        std::sort(nearest.col(i).begin(), nearest.col(i).end());
    }
    return nearest;
}

/// Levina and Bickel 2004, eq. 8, averaged over rows; not finite where it fails.
double maximum_likelihood_dimension(const MatrixXd& nearest)
{
    constexpr double rounding = 1e-6;  // distances of float32 features that agree so closely are equal
    const Index neighbours = nearest.rows();
    double sum = 0;
    for (Index i = 0; i < nearest.cols(); ++i) {
        const double farthest = nearest(neighbours - 1, i);
        double logarithms = 0;
        for (Index k = 0; k < neighbours; ++k) {
            const double ratio = farthest / nearest(k, i);
            if (ratio > 1 + rounding) logarithms += std::log(ratio);
        }
        sum += static_cast<double>(neighbours - 1) / logarithms;
    }
    return sum / static_cast<double>(nearest.cols());
}

/// Facco et al. 2017: slope through the origin of -ln(1 - F) against the logarithm of the ratio of the two nearest distances.
std::optional<double> two_nearest_dimension(const MatrixXd& nearest)
{
    if (nearest.rows() < 2) return std::nullopt;
    std::vector<double> ratio;
    for (Index i = 0; i < nearest.cols(); ++i) ratio.push_back(std::log(nearest(1, i) / nearest(0, i)));
    std::sort(ratio.begin(), ratio.end());
    const auto rows = static_cast<double>(ratio.size());
    const auto kept = static_cast<std::size_t>(rows * 0.9);
    double cross = 0, square = 0;
    for (std::size_t i = 0; i < kept; ++i) {
        cross += ratio[i] * -std::log(1 - static_cast<double>(i + 1) / rows);
        square += ratio[i] * ratio[i];
    }
    if (kept < 2 || !(square > 0)) return std::nullopt;
    return cross / square;
}

int principal_dimension(const MatrixXd& x)
{
    const MatrixXd centred = x.colwise() - x.rowwise().mean();
    const Eigen::SelfAdjointEigenSolver<MatrixXd> solver(gram(centred, x.cols() <= x.rows()), Eigen::EigenvaluesOnly);
    const VectorXd values = solver.eigenvalues().reverse().cwiseMax(0.0);
    constexpr Index most = 300;
    const Index kept = std::min(most, values.size());
    return std::min(static_cast<int>(kept), components_for_enough(values, kept, values.sum()));
}

}  // namespace

int unsupervised_dimension(const Points& x)
{
    return unsupervised(spectrum_of(x));
}

int supervised_dimension(const Points& x, std::span<const double> y)
{
    return supervised(spectrum_of(x), y);
}

int nearest_neighbour_dimension(const Points& x)
{
    constexpr Index most_neighbours = 20;
    if (x.columns < 2 || x.rows() < 2) return 1;  // of a line; and of a point
    const MatrixXd features = as_matrix(x);
    const auto nearest = nearest_distances(features, std::min<Index>(most_neighbours, x.rows() - 1));
    const double likely = maximum_likelihood_dimension(nearest);
    if (std::isfinite(likely) && likely >= 1) return static_cast<int>(std::ceil(likely));
    const auto two_nearest = two_nearest_dimension(nearest);
    if (two_nearest && std::isfinite(*two_nearest) && *two_nearest >= 1) return static_cast<int>(std::ceil(*two_nearest));
    return principal_dimension(features);
}

EffectiveDimension effective_dimension(const Points& x, std::span<const double> y)
{
    const auto rows = first_of_equal_rows(x);
    std::vector<float> features;
    std::vector<double> target;
    for (const auto i : rows) {
        features.insert(features.end(), x.row(i), x.row(i) + x.columns);
        target.push_back(y[static_cast<std::size_t>(i)]);
    }
    const Points distinct{features, x.columns};
    const auto spectrum = spectrum_of(distinct);
    EffectiveDimension result;
    result.distinct_rows = distinct.rows();
    result.unsupervised = unsupervised(spectrum);
    result.supervised = supervised(spectrum, target);
    result.nearest_neighbour = nearest_neighbour_dimension(distinct);
    result.saturated = spectrum.rows_are_affinely_independent();
    return result;
}

}  // namespace sluice::fusion
