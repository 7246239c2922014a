#include "represent/training/calibration.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "represent/representation.hpp"

#include <algorithm>
#include <cmath>

namespace sluice::represent {

namespace {

/// Chains' means of what they saw since the first encoder was collected.
void add_motion(Trial& trial, const Training& training, const Recipe& recipe, const Communicator& ranks)
{
    std::vector<double> own;
    for (const auto& chain : training.chains) own.insert(own.end(), {chain.sums.temperature / chain.sums.steps, chain.sums.friction / chain.sums.steps * training.time_step});
    const auto all = ranks.gather(std::span<const double>(own));
    for (std::size_t i = 0; i < all.size(); i += 2) {
        trial.kinetic += all[i] / static_cast<double>(recipe.chains);
        trial.friction += all[i + 1] / static_cast<double>(recipe.chains);
    }
}

Trial judged(const Training& training, const Recipe& recipe, double temperature, const Subsample& rows, const Communicator& ranks)
{
    auto representation = representation_of(training, recipe, ranks);
    const auto quality = scale_and_judge(representation, Method::entropic, nullptr, rows.judging_trials(), ranks);
    Trial trial{temperature, quality.r1, quality.r2, static_cast<double>(quality.active), static_cast<double>(quality.informed), quality.information};
    if (temperature > 0) add_motion(trial, training, recipe, ranks);
    return trial;
}

/// \return  nothing if a rank was asked to stop
std::optional<Trial> tried(const Training& descended, const Recipe& recipe, double temperature, const Subsample& rows, const Communicator& ranks)
{
    auto shorter = recipe;
    shorter.temperature = temperature;
    shorter.samplings = std::max<std::int64_t>(std::llround(recipe.trial_share * static_cast<double>(recipe.samplings)), 1);
    shorter.collected = std::min<std::int64_t>(recipe.collected, 2);
    auto training = descended;
    const auto end = temperature > 0 ? shorter.iterations() : shorter.descents;
    while (training.iteration < end) {
        if (!advance(training, shorter, rows.training, ranks)) return std::nullopt;
    }
    return judged(training, shorter, temperature, rows, ranks);
}

/// Mean squared error of predicting every column's mean.
double variance_of(const TrainingRows& rows)
{
    const auto columns = static_cast<std::size_t>(rows.columns);
    std::vector<double> sum(columns, 0.0);
    double squares = 0;
    for (std::size_t i = 0; i < rows.x.size(); ++i) {
        const auto x = static_cast<double>(rows.x[i]);
        sum[i % columns] += x;
        squares += x * x;
    }
    const auto count = static_cast<double>(rows.rows);
    for (const double s : sum) squares -= s * s / count;
    return squares / static_cast<double>(rows.x.size());
}

std::optional<double> next_trial(const Training& training, const Recipe& recipe, const Subsample& rows)
{
    const auto& trials = training.trials;
    if (trials.empty()) return 0.0;
    for (const double t : recipe.scan) {
        if (std::none_of(trials.begin(), trials.end(), [&](const Trial& trial) { return trial.temperature == t; })) return t;
    }
    if (!recipe.is_calibrated) return std::nullopt;
    return next_temperature(trials, target_of(training, recipe, rows), temperature_by_formula(training, recipe, rows.training));
}

}  // namespace

double target_of(const Training& training, const Recipe& recipe, const Subsample& rows)
{
    const double plain = training.trials.front().error;
    const double target = recipe.target_error > 0 ? recipe.target_error : plain + recipe.excess_energy * (variance_of(rows.judging_trials()) - plain);
    if (!(target > plain)) fail("trials are to reach an error of {:.4g} (--target-error, or by --excess-energy), but plain descent ends at {:.4g} on held-out rows, and a temperature does not lower that; more --descents", target, plain);
    return target;
}

bool misses(double error, double target)
{
    return std::abs(error - target) > 0.1 * target;
}

double corrected_temperature(double temperature, double error, double target, double plain)
{
    constexpr double most = 8, power = 0.8;
    return temperature * (error > plain ? std::clamp(std::pow((target - plain) / (error - plain), 1 / power), 1 / most, most) : most);
}

std::optional<double> next_temperature(const std::vector<Trial>& trials, double target, double first)
{
    constexpr double step = 4, tolerance = 0.1;
    double below = 0, above = INFINITY;
    for (const auto& trial : trials) {
        const bool is_plain = trial.temperature == 0;
        if (!is_plain && std::abs(trial.error - target) <= tolerance * (target - trials.front().error)) return std::nullopt;
        if (trial.error < target) below = std::max(below, trial.temperature);
        else above = std::min(above, trial.temperature);
    }
    if (trials.size() > most_trials) return std::nullopt;
    if (below == 0 && std::isinf(above)) return first;
    if (std::isinf(above)) return below * step;
    if (below == 0) return above / step;
    if (above / below < 1.02) return std::nullopt;  // within the noise of trials
    return std::sqrt(below * above);
}

double nearest_temperature(const std::vector<Trial>& trials, double target)
{
    return std::min_element(trials.begin() + 1, trials.end(), [&](const Trial& a, const Trial& b) { return std::abs(a.error - target) < std::abs(b.error - target); })->temperature;
}

bool is_to_be_calibrated(const Training& training, const Recipe& recipe)
{
    return recipe.has_trials() && training.iteration == recipe.descents && training.temperature == 0;
}

bool calibrate(Training& training, const Recipe& recipe, const Subsample& rows, const Communicator& ranks)
{
    std::optional<double> temperature;
    together(ranks, [&] { temperature = next_trial(training, recipe, rows); });
    if (!temperature) {
        together(ranks, [&] {
            training.temperature = recipe.is_calibrated ? nearest_temperature(training.trials, target_of(training, recipe, rows)) : temperature_by_formula(training, recipe, rows.training);
        });
        if (recipe.is_calibrated) training.descended_decoder = training.decoder.values;
        log::info("temperature {:.4g}, after {} trials", training.temperature, training.trials.size() - 1);
        return true;
    }
    const auto trial = tried(training, recipe, *temperature, rows, ranks);
    if (!trial) return false;
    log::info("trial at T = {:.4g}: held-out error {:.4g} (mean code {:.4g}), {:.0f} units active, {:.0f} informed; T_kin/T {:.3f}, friction x time step {:.2g}", trial->temperature,
              trial->error, trial->error_of_mean, trial->active, trial->informed, trial->kinetic, trial->friction);
    training.trials.push_back(*trial);
    return true;
}

bool is_to_be_judged(const Training& training, const Recipe& recipe)
{
    return recipe.is_calibrated && training.iteration == recipe.iterations() && (training.runs.empty() || training.runs.back().temperature != training.temperature);
}

void judge_run(Training& training, const Recipe& recipe, const Subsample& rows, const Communicator& ranks)
{
    training.runs.push_back(judged(training, recipe, training.temperature, rows, ranks));
    const double error = training.runs.back().error, target = target_of(training, recipe, rows);
    if (!misses(error, target) || training.runs.size() > 1) return;
    const double corrected = corrected_temperature(training.temperature, error, target, training.trials.front().error);
    log::info("the full training at T = {:.4g} ends at a held-out error of {:.4g}, {:.4g} was aimed at: once more, at T = {:.4g}",
              training.temperature, error, target, corrected);
    training.iteration = recipe.descents;
    training.decoder = descent_from(training.descended_decoder);
    training.temperature = corrected;
    training.time_step = 0;
    training.chains.clear();
    training.collected.clear();
}

}  // namespace sluice::represent
