#include "represent/training/training_file.hpp"

#include "base/files.hpp"
#include "base/log.hpp"
#include "base/signals.hpp"
#include "pool/hdf5.hpp"
#include "represent/training/calibration.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <fmt/ranges.h>

#include <array>
#include <chrono>

namespace sluice::represent {

namespace {

constexpr std::size_t trial_figures = sizeof(Trial) / sizeof(double);
constexpr std::int64_t format_version = 3;

template <typename List>
std::uint64_t hash(const List& list, std::uint64_t seed)
{
    return XXH3_64bits_withSeed(list.data(), list.size() * sizeof(list[0]), seed);
}

/// Everything of a chain but weights and velocities; whole numbers below 2^53.
std::vector<double> motion_of(const Chain& chain)
{
    std::vector<double> motion = {static_cast<double>(chain.steps), chain.energy, chain.start, chain.jumps, chain.sums.steps, chain.sums.energy, chain.sums.temperature, chain.sums.friction};
    for (const auto* list : {&chain.thermostat.position, &chain.thermostat.momentum, &chain.thermostat.mass}) motion.insert(motion.end(), list->begin(), list->end());
    return motion;
}

constexpr std::size_t motion_scalars = 8;

void set_motion(Chain& chain, std::span<const double> motion)
{
    chain.steps = static_cast<std::int64_t>(motion[0]);
    chain.energy = motion[1];
    chain.start = motion[2];
    chain.jumps = motion[3];
    chain.sums = {motion[4], motion[5], motion[6], motion[7]};
    auto rest = motion.subspan(motion_scalars);
    const auto links = rest.size() / 3;
    for (auto* list : {&chain.thermostat.position, &chain.thermostat.momentum, &chain.thermostat.mass}) {
        list->assign(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(links));
        rest = rest.subspan(links);
    }
}

std::int64_t checksum(const Chain& chain, const Floats& collected)
{
    return static_cast<std::int64_t>(hash(collected, hash(motion_of(chain), hash(chain.velocity, hash(chain.theta, 0)))));
}

/// Of what is the same on every rank.
std::int64_t checksum(const Training& training)
{
    std::uint64_t sum = 0;
    for (const auto* net : {&training.encoder, &training.decoder}) sum = hash(net->square, hash(net->mean, hash(net->values, sum)));
    const std::array<double, 5> scalars = {training.temperature, training.time_step, static_cast<double>(training.iteration), static_cast<double>(training.encoder.steps),
                                           static_cast<double>(training.decoder.steps)};
    return static_cast<std::int64_t>(hash(training.descended_decoder, hash(training.runs, hash(training.trials, hash(scalars, sum)))));
}

bool has_chains(const Training& training, const Recipe& recipe)
{
    return training.iteration > recipe.descents;
}

void write_descent(hdf5::File& file, const char* name, const Descent& net, bool is_root)
{
    file.create_dataset(name, hdf5::Type::float32, {3, net.values.size()});
    RowId row = 0;
    for (const auto* list : {&net.values, &net.mean, &net.square}) {
        file.write_rows(name, hdf5::Type::float32, row, is_root ? 1 : 0, list->data());
        ++row;
    }
}

void read_descent(const hdf5::File& file, const char* name, Descent& net)
{
    RowId row = 0;
    for (auto* list : {&net.values, &net.mean, &net.square}) {
        if (file.shape(name) != std::vector<hsize_t>{3, list->size()}) fail("{}: {} is not of {} parameters", file.path(), name, list->size());
        file.read_rows(name, hdf5::Type::float32, row++, 1, list->data());
    }
}

void write_trials(hdf5::File& file, const char* name, const std::vector<Trial>& trials, bool is_root)
{
    if (trials.empty()) return;
    file.create_dataset(name, hdf5::Type::float64, {trials.size(), trial_figures});
    file.write_rows(name, hdf5::Type::float64, 0, is_root ? static_cast<RowId>(trials.size()) : 0, trials.data());
}

std::vector<Trial> read_trials(const hdf5::File& file, const char* name)
{
    if (!file.has(name)) return {};
    std::vector<Trial> trials(file.shape(name).at(0));
    if (file.shape(name).at(1) != trial_figures) fail("{}: {} is not of {} figures each", file.path(), name, trial_figures);
    file.read_rows(name, hdf5::Type::float64, 0, static_cast<RowId>(trials.size()), trials.data());
    return trials;
}

/// Writes a row of each chain; the width is known to a rank without chains too.
template <typename T, typename RowOf>
void write_chains(hdf5::File& file, const char* name, hdf5::Type type, const Share& own, std::int64_t chains, std::size_t width, const RowOf& row_of)
{
    std::vector<T> rows;
    for (RowId c = own.first_tile; c < own.end_tile; ++c) {
        const auto& row = row_of(static_cast<std::size_t>(c - own.first_tile));
        rows.insert(rows.end(), row.begin(), row.end());
    }
    file.create_dataset(name, type, {static_cast<hsize_t>(chains), width});
    file.write_rows(name, type, own.first_tile, own.tiles(), rows.data());
}

/// Reads own chains' rows and hands each over.
template <typename T, typename Take>
void read_chains(const hdf5::File& file, const char* name, hdf5::Type type, const Share& own, const Take& take)
{
    const auto width = file.shape(name).at(1);
    std::vector<T> rows(static_cast<std::size_t>(own.tiles()) * width);
    file.read_rows(name, type, own.first_tile, own.tiles(), rows.data());
    for (std::size_t c = 0; c < static_cast<std::size_t>(own.tiles()); ++c) take(c, std::span<const T>(rows).subspan(c * width, width));
}

std::int64_t encoders_so_far(const Training& training, const Recipe& recipe)
{
    const auto begun = recipe.descents + recipe.samplings + (recipe.equilibration > 0 ? 1 : 0);
    return std::max<std::int64_t>(training.iteration - begun, 0);
}

void read_one(const hdf5::File& file, Training& training, const Recipe& recipe, const Communicator& ranks)
{
    training = begin_training(recipe);
    training.iteration = file.whole_attribute("iteration");
    training.encoder.steps = file.whole_attribute("encoder_steps");
    training.decoder.steps = file.whole_attribute("decoder_steps");
    read_descent(file, "/encoder", training.encoder);
    read_descent(file, "/decoder", training.decoder);
    const auto scales = file.read_all<double>("/scales", hdf5::Type::float64);
    training.temperature = scales.at(0);
    training.time_step = scales.at(1);
    training.trials = read_trials(file, "/trials");
    training.runs = read_trials(file, "/runs");
    if (file.has("/descended_decoder")) {
        training.descended_decoder.resize(training.decoder.values.size());
        if (file.shape("/descended_decoder") != std::vector<hsize_t>{1, training.descended_decoder.size()}) {
            fail("{}: /descended_decoder is not of {} parameters", file.path(), training.descended_decoder.size());
        }
        file.read_rows("/descended_decoder", hdf5::Type::float32, 0, 1, training.descended_decoder.data());
    }
    if (checksum(training) != file.whole_attribute("checksum")) fail("{}: checksum differs (file damaged)", file.path());
    if (!has_chains(training, recipe)) return;
    const auto own = own_chains(recipe, ranks);
    training.chains.resize(static_cast<std::size_t>(own.tiles()));
    training.collected.resize(training.chains.size());
    read_chains<float>(file, "/theta", hdf5::Type::float32, own, [&](std::size_t c, auto row) { training.chains[c].theta.assign(row.begin(), row.end()); });
    read_chains<float>(file, "/velocity", hdf5::Type::float32, own, [&](std::size_t c, auto row) { training.chains[c].velocity.assign(row.begin(), row.end()); });
    read_chains<double>(file, "/motion", hdf5::Type::float64, own, [&](std::size_t c, auto row) { set_motion(training.chains[c], row); });
    if (encoders_so_far(training, recipe) > 0) {
        read_chains<float>(file, "/collected", hdf5::Type::float32, own, [&](std::size_t c, auto row) { training.collected[c].assign(row.begin(), row.end()); });
    }
    read_chains<std::int64_t>(file, "/chain_checksum", hdf5::Type::int64, own, [&](std::size_t c, auto row) {
        if (checksum(training.chains[c], training.collected[c]) != row[0]) fail("{}: checksum of a chain differs (file damaged)", file.path());
    });
}

}  // namespace

std::string stamp_of(const Recipe& recipe, const Subsample& rows)
{
    const auto& s = recipe.shape;
    return fmt::format("{} {} {} {} {} {} {} | {} {} {} {} {} {} {} {} {} {} | {} {} {} {} {} {} {} {} | {} {} {} {} | {} {:016x} {:016x} {:016x}{}{}",
                       s.columns, fmt::join(s.hidden, "-"), s.units, static_cast<int>(s.activation), s.is_variational, static_cast<int>(s.likelihood), s.noise_variance, recipe.seed, recipe.batch, recipe.inner, recipe.learning_rate, recipe.descents, recipe.chains,
                       recipe.samplings, recipe.collected, recipe.equilibration, recipe.thinning, recipe.temperature, recipe.excess_energy, recipe.time_step, recipe.relaxation_steps,
                       recipe.links, recipe.refresh_every, recipe.splitting.weights, recipe.splitting.subcycles, recipe.is_calibrated, recipe.target_error, fmt::join(recipe.scan, "-"), recipe.trial_share,
                       rows.training.rows, hash(rows.training.x, 0), hash(rows.held_out.x, 0), hash(rows.trial.x, 0),
                       s.rate_weight > 0 ? fmt::format(" {} {:016x}", s.rate_weight, hash(rows.training.rate, 0)) : "",
                       s.is_convolutional() ? fmt::format(" {}x{}x{} {} {}", s.image.height, s.image.width, s.image.channels, fmt::join(s.filters, "-"),
                                                          fmt::join(s.decoder_filters, "-")) : "");
}

void write_training(const std::filesystem::path& path, const std::string& stamp, const Training& training, const Recipe& recipe, const Communicator& ranks)
{
    const auto temporary = std::filesystem::path(path.string() + ".tmp");
    const auto own = own_chains(recipe, ranks);
    const auto d = training.encoder.values.size(), p = training.decoder.values.size();
    const auto motion = motion_scalars + 3 * static_cast<std::size_t>(recipe.links);
    const auto encoders = static_cast<std::size_t>(encoders_so_far(training, recipe));
    on_root(ranks, [&] { check_space(temporary, hdf5::overhead + sizeof(float) * (3 * (d + p) + static_cast<std::size_t>(recipe.chains) * (d * (2 + encoders) + 2 * motion))); });
    together(ranks, [&] {
        auto file = hdf5::File::create(temporary, ranks);
        file.set_attribute("sluice_representation", format_version);
        file.set_attribute("stamp", stamp);
        file.set_attribute("iteration", training.iteration);
        file.set_attribute("encoder_steps", training.encoder.steps);
        file.set_attribute("decoder_steps", training.decoder.steps);
        file.set_attribute("checksum", checksum(training));
        write_descent(file, "/encoder", training.encoder, ranks.is_root());
        write_descent(file, "/decoder", training.decoder, ranks.is_root());
        const std::array<double, 2> scales = {training.temperature, training.time_step};
        file.create_dataset("/scales", hdf5::Type::float64, {scales.size()});
        file.write_rows("/scales", hdf5::Type::float64, 0, ranks.is_root() ? static_cast<RowId>(scales.size()) : 0, scales.data());
        write_trials(file, "/trials", training.trials, ranks.is_root());
        write_trials(file, "/runs", training.runs, ranks.is_root());
        if (!training.descended_decoder.empty()) {
            file.create_dataset("/descended_decoder", hdf5::Type::float32, {1, p});
            file.write_rows("/descended_decoder", hdf5::Type::float32, 0, ranks.is_root() ? 1 : 0, training.descended_decoder.data());
        }
        if (has_chains(training, recipe)) {
            write_chains<float>(file, "/theta", hdf5::Type::float32, own, recipe.chains, d, [&](std::size_t c) -> auto& { return training.chains[c].theta; });
            write_chains<float>(file, "/velocity", hdf5::Type::float32, own, recipe.chains, d, [&](std::size_t c) -> auto& { return training.chains[c].velocity; });
            write_chains<double>(file, "/motion", hdf5::Type::float64, own, recipe.chains, motion, [&](std::size_t c) { return motion_of(training.chains[c]); });
            if (encoders > 0) write_chains<float>(file, "/collected", hdf5::Type::float32, own, recipe.chains, encoders * d, [&](std::size_t c) -> auto& { return training.collected[c]; });
            write_chains<std::int64_t>(file, "/chain_checksum", hdf5::Type::int64, own, recipe.chains, 1,
                                       [&](std::size_t c) { return std::array{checksum(training.chains[c], training.collected[c])}; });
        }
        file.close();
    });
    on_root(ranks, [&] { rename_durably(temporary, path); });
}

bool read_training(const std::filesystem::path& path, const std::string& stamp, Training& training, const Recipe& recipe, const Communicator& ranks)
{
    if (!ranks.any(std::filesystem::exists(path))) return false;
    bool is_of_this = false;
    Training found;
    try {
        together(ranks, [&] {
            const auto file = hdf5::File::open(path, ranks);
            is_of_this = file.has_attribute("sluice_representation") && file.whole_attribute("sluice_representation") == format_version && file.text_attribute("stamp") == stamp;
            if (is_of_this) read_one(file, found, recipe, ranks);
        });
    } catch (const Agreed& error) {
        log::warning("{}; training anew", error.what());
        return false;
    }
    if (!is_of_this) log::warning("{}: of another training; training anew", path.string());
    else training = std::move(found);
    return is_of_this;
}

Training train(const Recipe& recipe, const Subsample& rows, const TrainingFile& file, const Communicator& ranks)
{
    using Clock = std::chrono::steady_clock;
    const auto stamp = stamp_of(recipe, rows);
    auto training = begin_training(recipe);
    if (!file.path.empty() && read_training(file.path, stamp, training, recipe, ranks)) log::info("{}: going on from iteration {}", file.path.string(), training.iteration);
    auto saved = Clock::now();
    while (training.iteration < recipe.iterations() || is_to_be_judged(training, recipe)) {
        if (is_to_be_judged(training, recipe)) {
            judge_run(training, recipe, rows, ranks);
            continue;
        }
        const bool is_done = is_to_be_calibrated(training, recipe) ? calibrate(training, recipe, rows, ranks) : advance(training, recipe, rows.training, ranks);
        const bool stops = !is_done || ranks.any(stop_requested());
        const bool due = ranks.is_root() && std::chrono::duration<double>(Clock::now() - saved).count() >= file.seconds_between;
        if (!file.path.empty() && (stops || ranks.any(due))) {
            write_training(file.path, stamp, training, recipe, ranks);
            saved = Clock::now();
        }
        if (stops) throw Interrupted("asked to stop");
        log::progress("train", static_cast<double>(training.iteration), static_cast<double>(recipe.iterations()), "iterations");
    }
    log::end_progress();
    if (!file.path.empty()) write_training(file.path, stamp, training, recipe, ranks);
    return training;
}

}  // namespace sluice::represent
