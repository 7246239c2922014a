#include "fusion/fuse/channels.hpp"

#include "fusion/fit/evidence.hpp"
#include "fusion/fuse/objective_space.hpp"
#include "fusion/statistics.hpp"
#include "parallel/for_each_tile.hpp"
#include "parallel/tile_sums.hpp"
#include "pool/order_statistic.hpp"

#include <cmath>

namespace sluice::fusion {

namespace {

double with_noise(double deviation, double noise)
{
    return std::sqrt(deviation * deviation + std::max(noise, 0.0));
}

/// Calls work(local row, row's means, row's deviations) for the candidates of a tile.
template <typename Work>
void for_each_candidate(const Moments& moments, const Candidates& candidates, RowId tile, const Work& work)
{
    const RowId first = candidates.tiling.first_row(tile), rows = candidates.tiling.rows_in(tile);
    for (RowId row = first; row < first + rows; ++row) {
        const auto local = static_cast<std::size_t>(row - candidates.share.first_row);
        if (candidates.has(local)) work(local, moments.mean.data() + local * moments.columns, moments.deviation.data() + local * moments.columns);
    }
}

template <typename Work>
std::vector<double> sum_over_candidates(const char* label, const Moments& moments, const Candidates& candidates, std::size_t width, const Communicator& ranks, const Work& work)
{
    return parallel::sum_over_tiles(label, candidates.tiling, candidates.share, width, ranks, [&](RowId tile, double* partial) {
        for_each_candidate(moments, candidates, tile, [&](std::size_t, const float* mean, const float* deviation) { work(mean, deviation, partial); });
    });
}

/// Population deviation over the surrogates of each target, of their means at one row.
void disagreement(const float* mean, const std::vector<Surrogate>& surrogates, std::span<double> out)
{
    std::vector<double> sum(out.size(), 0), count(out.size(), 0);
    for (std::size_t c = 0; c < surrogates.size(); ++c) {
        sum[surrogates[c].target] += static_cast<double>(mean[c]);
        count[surrogates[c].target] += 1;
    }
    std::fill(out.begin(), out.end(), 0.0);
    for (std::size_t c = 0; c < surrogates.size(); ++c) {
        const auto t = surrogates[c].target;
        const double apart = static_cast<double>(mean[c]) - sum[t] / count[t];
        out[t] += apart * apart / count[t];
    }
    for (auto& v : out) v = std::sqrt(v);
}

/// Signal-to-noise ratio of every surrogate's peak (9.3): `peak` holds, per column, the sums of q imp, imp, q [m > 0] and [m > 0].
std::vector<double> signal_to_noise(const Moments& moments, const Candidates& candidates, const std::vector<Surrogate>& surrogates, const std::vector<Target>& targets,
                                    const Communicator& ranks)
{
    const auto columns = moments.columns;
    const auto counts = sum_over_candidates("fusion/above_best", moments, candidates, 2, ranks, [&](const float* mean, const float* deviation, double* partial) {
        for (std::size_t c = 0; c < columns; ++c) {
            const auto& s = surrogates[c];
            partial[0] += 1;
            if (static_cast<double>(mean[c]) + with_noise(static_cast<double>(deviation[c]), s.reliability.noise) - targets[s.target].best > 0) partial[1] += 1;
        }
    });
    const double above = counts[0] > 0 ? counts[1] / counts[0] : 0;
    const double reach = std::min(3.0, 1 + 2 * std::max(0.0, 0.10 - above));
    const auto sums = sum_over_candidates("fusion/signal", moments, candidates, 4 * columns, ranks, [&](const float* mean, const float* deviation, double* partial) {
        std::vector<double> apart(targets.size());
        disagreement(mean, surrogates, apart);
        for (std::size_t c = 0; c < columns; ++c) {
            const auto& s = surrogates[c];
            const double best = targets[s.target].best, spread = with_noise(static_cast<double>(deviation[c]), s.reliability.noise);
            const double effective = std::sqrt(spread * spread + 0.25 * apart[s.target] * apart[s.target] + 1e-6);
            const double margin = static_cast<double>(mean[c]) + reach * spread - best;
            constexpr double softness = 0.05;
            const double scaled = margin / softness, softplus = std::max(scaled, 0.0) + std::log1p(std::exp(-std::abs(scaled)));
            const double improvement = softness * softplus / (std::abs(best) + 0.01);
            const double quality = improvement / effective;
            partial[4 * c] += quality * improvement;
            partial[4 * c + 1] += improvement;
            if (margin > 0) partial[4 * c + 2] += quality, partial[4 * c + 3] += 1;
        }
    });
    std::vector<double> ratio;
    for (std::size_t c = 0; c < columns; ++c) {
        const double* peak = sums.data() + 4 * c;
        const double value = 0.5 * peak[0] / (peak[1] + 1e-9) + 0.5 * peak[2] / (peak[3] + 1e-9);
        ratio.push_back(std::isfinite(value) ? value : 0);
    }
    return ratio;
}

/// Mean of the normalised reliabilities times their deviation (9.5).
double deviation_ratio(std::vector<double> reliability)
{
    const double largest = *std::max_element(reliability.begin(), reliability.end());
    if (!(largest > 0)) return 0;
    for (auto& r : reliability) r /= largest;
    return mean(reliability) * deviation(reliability);
}

/// R of every surrogate: out-of-bag residual variance beyond the median of the members' variance over the candidates (9.6, release B).
std::vector<double> residual_variances(const Moments& moments, const Candidates& candidates, const std::vector<Surrogate>& surrogates, const Communicator& ranks)
{
    std::vector<double> residual;
    for (std::size_t c = 0; c < moments.columns; ++c) {
        std::vector<double> variances;
        for (std::size_t i = 0; i < candidates.state.size(); ++i) {
            if (candidates.has(i)) variances.push_back(std::pow(static_cast<double>(moments.deviation[i * moments.columns + c]), 2));
        }
        const auto all = ranks.sum(static_cast<std::int64_t>(variances.size()));
        residual.push_back(std::max(surrogates[c].reliability.noise - pool::order_statistic(variances, (all - 1) / 2, ranks), 1e-9));
    }
    return residual;
}

/// The Kalman gain K of each target (9.6): prior from the members' variances over the candidates, noise from out-of-bag residuals.
std::vector<double> gains(const Moments& moments, const Candidates& candidates, const std::vector<Surrogate>& surrogates, std::span<const double> residual, std::size_t targets,
                          bool of_means, const Communicator& ranks)
{
    const auto sums = sum_over_candidates("fusion/gain", moments, candidates, 3 * targets, ranks, [&](const float*, const float* deviation, double* partial) {
        for (std::size_t c = 0; c < moments.columns; ++c) {
            const double variance = static_cast<double>(deviation[c]) * static_cast<double>(deviation[c]);
            double* own = partial + 3 * surrogates[c].target;
            own[0] += 1, own[1] += variance, own[2] += variance * variance;
        }
    });
    std::vector<double> noise(targets, 0), count(targets, 0), gain;
    for (std::size_t c = 0; c < moments.columns; ++c) {
        noise[surrogates[c].target] += of_means ? residual[c] : surrogates[c].reliability.noise;
        count[surrogates[c].target] += 1;
    }
    for (std::size_t t = 0; t < targets; ++t) {
        const double average = sums[3 * t + 1] / sums[3 * t];
        const double prior = of_means ? average : std::max(sums[3 * t + 2] / sums[3 * t] - average * average, 0.0);
        gain.push_back(prior / (prior + std::max(noise[t] / count[t], 1e-9)));
    }
    return gain;
}

}  // namespace

Channels measure_channels(const Moments& moments, const Candidates& candidates, const std::vector<Surrogate>& surrogates, const std::vector<Target>& targets,
                          std::span<const StructuralTrend> trend, const Switches& switches, const Communicator& ranks)
{
    constexpr double flat_penalty = 0.01;
    Channels channels;
    const bool needs_residuals = switches.mean_gain || switches.noise_in_weights;
    const auto residual = needs_residuals ? residual_variances(moments, candidates, surrogates, ranks) : std::vector<double>(moments.columns, 0.0);
    const auto evidence = switches.evidence ? relative_evidence(surrogates, targets) : std::vector<double>(moments.columns, 1.0);
    const auto signal = signal_to_noise(moments, candidates, surrogates, targets, ranks);
    for (std::size_t c = 0; c < moments.columns; ++c) {
        SurrogateScores scores;
        scores.structure = switches.has("structure") ? trend[c].score : 1;
        scores.flat = trend[c].is_flat;
        scores.signal = signal[c];
        scores.ratio = std::sqrt(scores.signal * scores.structure);
        if (switches.clipped_ratio) scores.ratio = std::min(scores.ratio, 1.0);
        scores.evidence = evidence[c];
        scores.accuracy = scores.evidence * surrogates[c].reliability.accuracy * (trend[c].is_flat ? flat_penalty : 1);
        scores.calibration = scores.evidence * surrogates[c].reliability.calibration * (trend[c].is_flat ? flat_penalty : 1);
        scores.residual = residual[c];
        channels.surrogate.push_back(scores);
    }
    const auto gain = gains(moments, candidates, surrogates, residual, targets.size(), switches.mean_gain, ranks);
    for (std::size_t t = 0; t < targets.size(); ++t) {
        std::vector<double> accuracy, calibration, structure;
        for (std::size_t c = 0; c < moments.columns; ++c) {
            if (surrogates[c].target != t) continue;
            accuracy.push_back(channels.surrogate[c].accuracy);
            calibration.push_back(channels.surrogate[c].calibration);
            structure.push_back(channels.surrogate[c].structure);
        }
        TargetScores scores;
        scores.deviation = switches.has("deviation") ? deviation_ratio(accuracy) : 0;
        scores.calibration_deviation = deviation_ratio(calibration);
        scores.gain = gain[t];
        scores.boost = std::clamp(std::clamp(1 - gain[t], 0.0, 1.0) * mean(structure), 0.01, 1.0);
        channels.target.push_back(scores);
    }
    return channels;
}

namespace {

/// What is summed over the families of one target at one row.
struct Sums {
    double acquisition = 0, families = 0;
    double sure = 0, sure_mass = 0, unsure = 0, unsure_mass = 0;  ///< weighted by certainty and by uncertainty
    double plain = 0;                                             ///< unweighted

    double by_certainty(double alike) const { return (1 - alike) * sure / sure_mass + alike * plain / families; }
    double by_uncertainty(double alike) const { return unsure_mass > 0 ? (1 - alike) * unsure / unsure_mass + alike * plain / families : plain / families; }
};

/// Least total variance that counts at one row: a family far below the others would take all the weight (9.6, release B).
double least_variance(const float* deviation, const Channels& channels)
{
    thread_local std::vector<double> total;
    const auto count = channels.surrogate.size();
    total.resize(count);
    for (std::size_t c = 0; c < count; ++c) total[c] = static_cast<double>(deviation[c]) * static_cast<double>(deviation[c]) + channels.surrogate[c].residual;
    std::nth_element(total.begin(), total.begin() + static_cast<std::ptrdiff_t>(count / 2), total.begin() + static_cast<std::ptrdiff_t>(count));
    return std::max(1e-12, 1e-6 * total[count / 2]);
}

}  // namespace

void fuse_row(const float* mean, const float* deviation, const std::vector<Surrogate>& surrogates, const Channels& channels, const Switches& switches, std::size_t targets, double* out)
{
    std::array<Sums, most_targets> sums{};
    const double alike = switches.noise_in_weights ? 0.1 : 0, least = switches.noise_in_weights ? least_variance(deviation, channels) : 0;
    for (std::size_t c = 0; c < surrogates.size(); ++c) {
        const auto& s = surrogates[c];
        const auto& scores = channels.surrogate[c];
        auto& own = sums[s.target];
        const double mu = static_cast<double>(mean[c]), sd = static_cast<double>(deviation[c]), variance = sd * sd;
        const double upper = mu + switches.optimism * with_noise(sd, s.reliability.noise);
        own.acquisition += scores.evidence * (scores.ratio * s.reliability.accuracy + (1 - scores.ratio) * s.reliability.calibration) * upper;
        own.families += 1;
        const double total = switches.noise_in_weights ? std::max(variance + scores.residual, least) : variance;
        const double certainty = 1 / total, uncertainty = switches.noise_in_weights ? variance / total : variance;
        own.sure += scores.accuracy * mu * certainty;
        own.sure_mass += certainty;
        own.unsure += scores.accuracy * mu * uncertainty;
        own.unsure_mass += uncertainty;
        own.plain += scores.accuracy * mu;
    }
    for (std::size_t t = 0; t < targets; ++t) {
        const auto& own = sums[t];
        const auto& target = channels.target[t];
        const double acquisition = switches.has("ucb-channel") ? own.acquisition / own.families : 0;
        const double fused = (1 - target.deviation) * own.by_certainty(alike) + target.deviation * (1 + target.boost) * own.by_uncertainty(alike);
        const double kept = switches.has("fused-channel") ? fused : 0;
        const double both = std::hypot(std::max(acquisition, 0.0), std::max(kept, 0.0));
        out[t] = both > 0 ? both : acquisition + kept;
    }
}

std::vector<double> fuse(const Moments& moments, const Candidates& candidates, const std::vector<Surrogate>& surrogates, const Channels& channels, const Switches& switches)
{
    const auto targets = channels.target.size();
    std::vector<double> score(candidates.state.size() * targets, 0.0);
    parallel::for_each_tile("fusion/fuse", candidates.share, [&](RowId tile) {
        for_each_candidate(moments, candidates, tile, [&](std::size_t local, const float* mean, const float* deviation) {
            fuse_row(mean, deviation, surrogates, channels, switches, targets, score.data() + local * targets);
        });
    });
    return score;
}

}  // namespace sluice::fusion
