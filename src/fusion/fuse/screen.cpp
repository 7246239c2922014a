#include "fusion/fuse/screen.hpp"

#include "fusion/fuse/expected_hypervolume_improvement.hpp"
#include "fusion/fuse/residual_correlation.hpp"

#include <cmath>

namespace sluice::fusion {

namespace {

constexpr std::int64_t screen_rows = 20'000;

}  // namespace

std::vector<Ranked> best_candidates(std::span<const double> score, const Candidates& candidates, const Communicator& ranks)
{
    std::vector<Ranked> own;
    for (std::size_t i = 0; i < score.size(); ++i) {
        if (candidates.has(i)) own.push_back({score[i], candidates.share.first_row + static_cast<RowId>(i)});
    }
    return parallel::first_k(std::move(own), screen_rows, ranks);
}

std::vector<Ranked> with_improvement(const std::vector<Ranked>& best, const Moments& moments, const Candidates& candidates, const std::vector<Surrogate>& surrogates,
                                     const LabelledSet& labelled, double optimism, const IterationKey& key, const Communicator& ranks)
{
    const auto targets = labelled.targets.size(), families = surrogates.size() / targets;
    std::vector<Ranked> own;
    for (const auto& row : best) {
        if (candidates.share.owns(row.row)) own.push_back(row);
    }
    std::vector<double> merits;
    for (std::size_t i = 0; i < labelled.rows.size(); ++i) {
        for (const auto& target : labelled.targets) merits.push_back(target.merit[i]);
    }
    const std::vector<std::optional<double>> no_window(targets);  // the moments are of the closeness already
    for (std::size_t f = 0; f < families; ++f) {
        std::vector<double> mean, deviation, residual, reliability;
        for (const auto& row : own) {
            const auto local = static_cast<std::size_t>(row.row - candidates.share.first_row);
            for (std::size_t t = 0; t < targets; ++t) {
                const auto c = t * families + f;
                const auto sd = static_cast<double>(moments.deviation[local * moments.columns + c]);
                mean.push_back(static_cast<double>(moments.mean[local * moments.columns + c]));
                deviation.push_back(std::sqrt(sd * sd + std::max(surrogates[c].reliability.noise, 0.0)));
            }
        }
        for (std::size_t i = 0; i < labelled.rows.size(); ++i) {
            for (std::size_t t = 0; t < targets; ++t) residual.push_back(surrogates[t * families + f].residual[i]);
        }
        for (std::size_t t = 0; t < targets; ++t) reliability.push_back(surrogates[t * families + f].reliability.calibration);
        const auto correlation = residual_correlation(residual, targets);
        const auto draws = improvement_draws(key.seed, key.iteration, surrogates[f].family, targets);
        const auto improvement = expected_hypervolume_improvement({mean, deviation, correlation, reliability}, merits, no_window, draws, optimism);
        for (std::size_t i = 0; i < own.size(); ++i) own[i].value += improvement[i];
    }
    return parallel::first_k(std::move(own), screen_rows, ranks);
}

}  // namespace sluice::fusion
