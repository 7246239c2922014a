#include "fusion/structure/structural_trend.hpp"

#include "fusion/structure/daubechies4.hpp"
#include "fusion/structure/spectral_flatness.hpp"
#include "fusion/structure/trend_sums.hpp"
#include "parallel/for_each_tile.hpp"
#include "parallel/runtime.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace sluice::fusion {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double flat_variance = 1e-12;
constexpr double constant_variance = 1e-14;  // of a curve within [-1, 1]: rounding
constexpr std::array<double, 7> thresholds = {0.55, 0.60, 0.65, 0.70, 0.75, 0.80, 0.85};

/// The places whose predictions are looked at one by one: all of them, or 65,536 evenly spaced.
struct Sequence {
    explicit Sequence(RowId places) : places(places), length(std::min<RowId>(places, 65536)) {}

    RowId place(RowId i) const { return i * places / length; }
    /// Index of a place in the sequence, or -1.
    RowId find(RowId place_wanted) const
    {
        const RowId i = (place_wanted * length + places - 1) / places;
        return place(i) == place_wanted ? i : -1;
    }

    RowId places;
    RowId length;
};

/// The predictions of some columns along one order: [columns wanted, length]. Collective; every rank sends its own of all columns.
std::vector<float> gather_sequences(std::span<const float> mean, std::size_t columns, const std::vector<std::size_t>& wanted, const std::vector<RowId>& place,
                                    const Sequence& sequence, const Communicator& ranks)
{
    std::vector<std::uint32_t> own_at;
    std::vector<float> own;
    for (std::size_t i = 0; i < place.size(); ++i) {
        const RowId at = place[i] == CandidatePlaces::none ? -1 : sequence.find(place[i]);
        if (at < 0) continue;
        own_at.push_back(static_cast<std::uint32_t>(at));
        const auto row = mean.subspan(i * columns, columns);
        own.insert(own.end(), row.begin(), row.end());
    }
    const auto all_at = ranks.gather(std::span<const std::uint32_t>(own_at));
    const auto all = ranks.gather(std::span<const float>(own));
    const auto length = static_cast<std::size_t>(sequence.length);
    std::vector<float> result(wanted.size() * length);
    for (std::size_t i = 0; i < all_at.size(); ++i) {
        for (std::size_t c = 0; c < wanted.size(); ++c) result[c * length + all_at[i]] = all[i * columns + wanted[c]];
    }
    return result;
}

/// The curves that are left of a column along one order when its wavelet bands are kept up to some.
struct Trends {
    std::array<std::size_t, thresholds.size()> curve_of = {};  ///< which curve a threshold takes; most share one
    MatrixXd curve;                                            ///< [bins + 1, curves], in the units of ColumnSums; the last row is 0
};

int levels_for(std::size_t length)
{
    return std::max(1, static_cast<int>(std::bit_width(length / 32)) - 1);
}

Trends trends_of(const ColumnSums& column, std::size_t order, const TrendBins& bins)
{
    std::vector<double> signal(bins.bins());
    for (std::size_t j = 0; j < signal.size(); ++j) {
        signal[j] = column.centre + column.half_range * column.bin[order][j] / static_cast<double>(bins.places_in(j));
    }
    auto bands = daubechies4_decomposition(signal, levels_for(signal.size()));
    std::vector<double> energy;  // up to and including each band
    for (const auto& band : bands) {
        double sum = energy.empty() ? 0 : energy.back();
        for (const double c : band) sum += c * c;
        energy.push_back(sum);
    }
    Trends trends;
    std::vector<std::size_t> bands_kept;
    for (std::size_t t = 0; t < thresholds.size(); ++t) {
        std::size_t kept = 0;
        while (energy[kept] < thresholds[t] * energy.back()) ++kept;
        if (bands_kept.empty() || bands_kept.back() != kept) bands_kept.push_back(kept);
        trends.curve_of[t] = bands_kept.size() - 1;
    }
    trends.curve.resize(static_cast<Index>(signal.size()) + 1, static_cast<Index>(bands_kept.size()));
    for (auto k = bands_kept.size(); k-- > 0;) {
        for (std::size_t band = bands_kept[k] + 1; band < bands.size(); ++band) std::fill(bands[band].begin(), bands[band].end(), 0.0);
        const auto curve = daubechies4_reconstruction(bands, signal.size());
        for (std::size_t j = 0; j < curve.size(); ++j) {
            trends.curve(static_cast<Index>(j), static_cast<Index>(k)) = (curve[j] - column.centre) / column.half_range;
        }
        trends.curve(static_cast<Index>(curve.size()), static_cast<Index>(k)) = 0;
    }
    return trends;
}

/// Spectral flatness of the residuals of each curve along one order.
std::vector<double> flatness_of(const Trends& trends, std::span<const float> predictions, const ColumnSums& column, const TrendBins& bins,
                                const Sequence& sequence, SpectralFlatness& flatness)
{
    std::vector<double> residuals(static_cast<std::size_t>(trends.curve.cols()) * predictions.size());
    for (std::size_t i = 0; i < predictions.size(); ++i) {
        const auto at = bins.locate(sequence.place(static_cast<RowId>(i)));
        const auto left = static_cast<Index>(at.left);
        for (Index k = 0; k < trends.curve.cols(); ++k) {
            const double trend = (1 - at.right_weight) * trends.curve(left, k) + at.right_weight * trends.curve(left + 1, k);
            residuals[static_cast<std::size_t>(k) * predictions.size() + i] = static_cast<double>(predictions[i]) - (column.centre + column.half_range * trend);
        }
    }
    return flatness.of(residuals);
}

/// Sums over all candidates of curves along the two orders.
struct CurveSums {
    std::array<VectorXd, 2> value;    ///< [order][curves]
    std::array<VectorXd, 2> square;   ///< [order][curves]
    MatrixXd product;                 ///< [curves of the first order, curves of the second]
};

CurveSums sums_of(const std::array<Trends, 2>& trends, const OrderSums& sums)
{
    CurveSums result;
    for (std::size_t o = 0; o < 2; ++o) {
        const auto& curve = trends[o].curve;
        const Index last = curve.rows() - 1;
        result.value[o] = curve.transpose() * sums.hat;
        result.square[o] = VectorXd::Zero(curve.cols());
        for (Index k = 0; k < curve.cols(); ++k) {
            for (Index j = 0; j < last; ++j) {
                result.square[o][k] += curve(j, k) * (sums.hat_square[j] * curve(j, k) + 2 * sums.hat_next[j] * curve(j + 1, k));
            }
        }
    }
    const MatrixXd across = sums.across * trends[1].curve;
    result.product = trends[0].curve.transpose() * across;
    return result;
}

/// Share of the variance of the mean of two curves that least squares on (1, z1, z2) explains; 0 for a constant.
double r_squared(const VectorXd& first, const VectorXd& second, double value, double square, const OrderSums& sums, double candidates)
{
    const double variance = square - value * value / candidates;
    std::array<double, 2> with{}, of{};  // covariance with each score, and variance of each, times the number of candidates
    for (std::size_t k = 0; k < 2; ++k) {
        with[k] = 0.5 * (sums.score_hat[k][0].dot(first) + sums.score_hat[k][1].dot(second)) - value * sums.score[k] / candidates;
        of[k] = sums.score_product[k][k] - sums.score[k] * sums.score[k] / candidates;
    }
    if (variance <= constant_variance * candidates) return 0;
    constexpr double rounding = 1e-12;
    const double shared = sums.score_product[0][1] - sums.score[0] * sums.score[1] / candidates;
    const double determinant = of[0] * of[1] - shared * shared;
    double explained = 0;
    if (determinant > rounding * candidates * candidates) {
        explained = (with[0] * with[0] * of[1] - 2 * with[0] * with[1] * shared + with[1] * with[1] * of[0]) / determinant;
    } else {  // one score says what the other does, or is constant
        const std::size_t k = of[0] >= of[1] ? 0 : 1;
        if (of[k] > rounding * candidates) explained = with[k] * with[k] / of[k];
    }
    return std::clamp(explained / variance, 0.0, 1.0);
}

double correlation(double first, double second, double first_square, double second_square, double product, double candidates)
{
    const double first_variance = first_square / candidates - first / candidates * (first / candidates);
    const double second_variance = second_square / candidates - second / candidates * (second / candidates);
    if (first_variance <= constant_variance || second_variance <= constant_variance) return 1;
    const double covariance = product / candidates - first / candidates * (second / candidates);
    return std::clamp(covariance / std::sqrt(first_variance * second_variance), 0.0, 1.0);
}

StructuralTrend trend_of(const ColumnSums& column, const std::array<std::span<const float>, 2>& predictions, const OrderSums& sums, const TrendBins& bins,
                         const Sequence& sequence, SpectralFlatness& spectrum)
{
    const auto candidates = static_cast<double>(bins.places());
    const double scale = column.half_range * column.half_range;
    const double deviations = column.square - column.value * column.value / candidates;
    if (!(scale * deviations / candidates >= flat_variance)) return {.is_flat = true};

    const std::array<Trends, 2> trends = {trends_of(column, 0, bins), trends_of(column, 1, bins)};
    const std::array<std::vector<double>, 2> flatness = {flatness_of(trends[0], predictions[0], column, bins, sequence, spectrum),
                                                         flatness_of(trends[1], predictions[1], column, bins, sequence, spectrum)};
    const auto curves = sums_of(trends, sums);

    StructuralTrend best;
    double best_merit = -std::numeric_limits<double>::infinity();
    std::size_t chosen = 0;
    for (std::size_t t = 0; t < thresholds.size(); ++t) {
        const std::size_t k = trends[0].curve_of[t], l = trends[1].curve_of[t];
        const auto first = static_cast<Index>(k), second = static_cast<Index>(l);
        const double value = 0.5 * (curves.value[0][first] + curves.value[1][second]);
        const double square = 0.25 * (curves.square[0][first] + 2 * curves.product(first, second) + curves.square[1][second]);
        StructuralTrend trend;
        trend.threshold = thresholds[t];
        trend.r_squared = r_squared(trends[0].curve.col(first), trends[1].curve.col(second), value, square, sums, candidates);
        trend.flatness = 0.5 * (flatness[0][k] + flatness[1][l]);
        trend.correlation = correlation(curves.value[0][first], curves.value[1][second], curves.square[0][first], curves.square[1][second],
                                        curves.product(first, second), candidates);
        constexpr double tiny = 1e-12;
        const double merit = 3 / (1 / (trend.r_squared + tiny) + 1 / (trend.flatness + tiny) + 1 / (trend.correlation + tiny)) - 0.05 * thresholds[t];
        if (merit <= best_merit) continue;
        best_merit = merit;
        best = trend;
        chosen = t;
    }

    for (std::size_t o = 0; o < 2; ++o) {
        const auto k = static_cast<Index>(trends[o].curve_of[chosen]);
        const double residual = column.value - curves.value[o][k];
        const double residual_square = column.square - 2 * column.hat[o].dot(trends[o].curve.col(k)) + curves.square[o][k];
        const double energy = scale * deviations + 1e-12;
        const double left = scale * (residual_square - residual * residual / candidates);
        best.score += 0.5 * std::clamp((energy - left) / energy, 0.0, 1.0);
    }
    best.score = std::max(best.score, 1e-12);
    return best;
}

}  // namespace

RowId default_trend_bins(RowId candidates)
{
    return std::clamp<RowId>(candidates / 8, 1, published_trend_bins);
}

std::vector<StructuralTrend> structural_trend(std::span<const float> mean, std::int64_t columns, const CandidateOrder& order, const CandidatePlaces& places,
                                              RowId bins, const Communicator& ranks)
{
    const auto count = static_cast<std::size_t>(columns);
    if (places.candidates == 0) return std::vector<StructuralTrend>(count, {.is_flat = true});
    const TrendBins trend_bins(places.candidates, bins);
    const Sequence sequence(places.candidates);
    const auto orders = order_sums(order, places, trend_bins, ranks);
    const auto sums = column_sums(mean, count, places, trend_bins, ranks);

    std::vector<std::size_t> mine;
    for (auto c = static_cast<std::size_t>(ranks.rank()); c < count; c += static_cast<std::size_t>(ranks.size())) mine.push_back(c);
    const std::array<std::vector<float>, 2> sequences = {gather_sequences(mean, count, mine, places.place[0], sequence, ranks),
                                                         gather_sequences(mean, count, mine, places.place[1], sequence, ranks)};
    const auto length = static_cast<std::size_t>(sequence.length);
    std::vector<StructuralTrend> own(mine.size());
    together(ranks, [&] {
        const auto workers = std::min<std::size_t>(mine.size(), static_cast<std::size_t>(parallel::host_threads()));
        parallel::for_each_tile("fusion/structural_trend", Share{.end_tile = static_cast<RowId>(workers)}, [&](RowId worker) {
            SpectralFlatness spectrum(length);
            for (auto i = static_cast<std::size_t>(worker); i < mine.size(); i += workers) {
                const auto of = [&](std::size_t o) { return std::span(sequences[o]).subspan(i * length, length); };
                own[i] = trend_of(sums[mine[i]], {of(0), of(1)}, orders, trend_bins, sequence, spectrum);
            }
        });
    });
    std::vector<StructuralTrend> all;  // of rank 0, of rank 1, ...
    all = ranks.gather(std::span<const StructuralTrend>(own));
    std::vector<StructuralTrend> result(count);
    std::size_t i = 0;
    for (std::size_t rank = 0; rank < static_cast<std::size_t>(ranks.size()); ++rank) {
        for (std::size_t c = rank; c < count; c += static_cast<std::size_t>(ranks.size())) result[c] = all[i++];
    }
    return result;
}

}  // namespace sluice::fusion
