#include "base/files.hpp"
#include "base/log.hpp"
#include "base/signals.hpp"
#include "cli/command.hpp"
#include "cli/time_limit.hpp"
#include "represent/latent_pool.hpp"
#include "represent/motion/motion.hpp"
#include "represent/pictures.hpp"
#include "represent/quality_text.hpp"
#include "represent/training/training_rows.hpp"

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>

namespace sluice::cli {

namespace {

using Clock = std::chrono::steady_clock;

struct Arguments {
    std::string pool;
    std::string output;
    std::string dynamics;  ///< pool of time derivatives; empty: none
    std::string method = "entropic-autoencoder";
    std::string residency = "auto";
    double kept_gigabytes = 0;
    double time_limit = 0;
    std::map<std::string, std::string> given;  ///< options of the recipe
};

/// A value as the command line has it. Error says what is allowed.
OptionValue parsed(const OptionSpec& spec, const std::string& text)
{
    OptionValue value = spec.fallback;
    const bool is_read = std::visit([&](auto& typed) {
        using T = std::decay_t<decltype(typed)>;
        if constexpr (std::is_same_v<T, std::vector<double>>) {
            typed.clear();
            for (const auto& part : CLI::detail::split(text, ',')) {
                if (!CLI::detail::lexical_cast(part, typed.emplace_back())) return false;
            }
            return true;
        } else {
            return CLI::detail::lexical_cast(text, typed);
        }
    }, value);
    if (!is_read || !spec.complaint(value).empty()) fail("command line: --{} {}: must be {}", spec.name, text, spec.allowed());
    return value;
}

Options options_of(const Arguments& arguments)
{
    const auto specs = represent::recipe_options();
    Options options(specs);
    for (const auto& spec : specs) {
        if (const auto found = arguments.given.find(spec.name); found != arguments.given.end() && !found->second.empty()) options.set(spec, parsed(spec, found->second));
    }
    return options;
}

double seconds_since(Clock::time_point start)
{
    return std::chrono::duration<double>(Clock::now() - start).count();
}

void say_quality(const represent::Quality& q, const represent::Representation& r)
{
    log::info("error on held-out rows: {:.4g} by single encoders, {:.4g} by the mean code, {:.4g} by {} principal components", q.r1, q.r2, q.principal, r.shape.units);
    log::info("units: {} of {} active (variance above 0.01), {} informed (above 0.05 of it between rows), {:.3f} of the variance between rows on average", q.active,
              r.shape.units, q.informed, q.information);
    if (q.r2 > 1.05 * q.principal) log::warning("as many principal components do better: --method pca is to be preferred");
}

void say_motion(const represent::Motion& motion, std::int64_t units)
{
    for (std::int64_t u = 0; u < units; ++u) log::info("{}", represent::equation_text(motion, u));
    log::info("not explained, of held-out rows: {:.4g} of the rows' squares, {:.4g} of their derivatives', {:.4g} of the latents' derivatives'",
              motion.unexplained_rows, motion.unexplained_rates, motion.unexplained_latent_rates);
}

/// The rows' time derivatives, checked to be of the same shape. Collective.
std::optional<pool::Shard> read_derivatives(const std::string& path, const pool::Shard& of, const pool::Residency& residency, const Communicator& ranks)
{
    if (path.empty()) return std::nullopt;
    auto shard = pool::read_shard(path, ranks, false, pool::MissingFeatures::error, residency);
    const auto& info = shard.info;
    if (info.rows != of.info.rows || info.columns != of.info.columns || info.tile_rows != of.info.tile_rows) {
        throw Agreed(fmt::format("{}: {} rows x {} columns in tiles of {}; --dynamics: must be those of {}: {} x {} in tiles of {}", path, info.rows, info.columns, info.tile_rows,
                                 of.info.path, of.info.rows, of.info.columns, of.info.tile_rows));
    }
    return shard;
}

ExitCode represent(const Arguments& arguments, const Communicator& ranks)
{
    stop_after_seconds(arguments.time_limit);
    Options options;
    represent::Method method{};
    const std::filesystem::path training_path = arguments.output + ".training.h5";
    on_root(ranks, [&] { check_can_be_written(arguments.output); });
    together(ranks, [&] {
        options = options_of(arguments);
        method = represent::method_named(arguments.method);
        std::error_code ignored;
        for (const auto& input : {arguments.pool, arguments.dynamics}) {
            if (std::filesystem::equivalent(input, arguments.output, ignored)) fail("command line: -o {}: is the pool itself", arguments.output);
        }
    });
    const auto start = Clock::now();
    const pool::Residency residency{pool::residency_named(arguments.residency), static_cast<std::uint64_t>(arguments.kept_gigabytes * 1e9)};
    const auto shard = pool::read_shard(arguments.pool, ranks, false, pool::MissingFeatures::error, residency);
    try {
        represent::Recipe recipe;
        together(ranks, [&] {
            recipe = represent::recipe_of(options, method, shard.info.columns);
            if (!arguments.dynamics.empty()) represent::add_dynamics(recipe, options, method);
        });
        const auto derivatives = read_derivatives(arguments.dynamics, shard, residency, ranks);
        const auto scaling = represent::scaling_of(shard, represent::feature_scale_of(options), ranks);
        parallel::stop_if_asked(ranks);
        const represent::Draw draw{options.whole("training-rows"), recipe.seed, options.whole("last-held-out"), recipe.has_trials()};
        auto rows = represent::draw_subsample(shard, scaling, draw, ranks, derivatives ? &*derivatives : nullptr);
        const double read = seconds_since(start);
        const auto learning = Clock::now();
        auto learned = represent::learn(method, recipe, rows, {training_path}, ranks);
        auto& representation = learned.representation;
        const auto principal = represent::learn(represent::Method::principal_components, recipe, rows, {}, ranks);
        const auto quality = represent::scale_and_judge(representation, method, &principal.representation, rows.judging(), ranks);
        std::optional<represent::Motion> motion;
        if (derivatives) motion = represent::motion_of(representation, rows.judging(), ranks);
        const auto about = represent::quality_text(arguments.method, recipe, rows.training.rows, learned, quality, motion ? &*motion : nullptr);
        std::string pictures;
        const auto image = represent::image_shape(recipe.shape, shard.info.column_names);
        if (image && represent::feature_scale_of(options) == represent::FeatureScale::pixels) {
            on_root(ranks, [&] { pictures = represent::pictures_text(represent::pictures_of(representation, rows.judging(), recipe.seed), *image); });
            pictures = ranks.broadcast(pictures, 0);
        }
        const double learning_seconds = seconds_since(learning);
        rows = {};
        say_quality(quality, representation);
        if (motion) say_motion(*motion, representation.shape.units);
        if (const auto warning = represent::warning_of(learned); !warning.empty()) log::warning("{}", warning);

        const auto encoding = Clock::now();
        const auto provenance = fmt::format("{} with {} units, seed {}, of: {}", arguments.method, representation.shape.units, recipe.seed, shard.info.provenance);
        represent::write_latent_pool(shard, scaling, representation, provenance, about, pictures, arguments.output, ranks);
        const double encoded = seconds_since(encoding);
        on_root(ranks, [&] { std::filesystem::remove(training_path); });
        log::info("{}: {} rows x {} latents: read {:.1f} s, learned {:.1f} s, encoded {:.1f} s ({:.1f} GFlop/s)", arguments.output, shard.info.rows, representation.shape.units, read,
                  learning_seconds, encoded, representation.flops_per_row() * static_cast<double>(shard.info.rows) / encoded * 1e-9);
        return ExitCode::done;
    } catch (const Interrupted&) {
        log::info("stopped; start again to go on");
        return ExitCode::restart;
    }
}

}  // namespace

void add_represent(CLI::App& app, Action& action)
{
    auto arguments = std::make_shared<Arguments>();
    auto* command = app.add_subcommand("represent", "learn latents of a pool's rows and write them as a pool; exit status 2: stopped at a checkpoint, start again");
    command->add_option("pool", arguments->pool, "pool file")->required();
    command->add_option("-o,--output", arguments->output, "pool file of the latents; while they are learned, the state lies beside it")->required();
    command->add_option("--method", arguments->method, "how they are learned")->check(CLI::IsMember({"entropic-autoencoder", "vae", "autoencoder", "pca"}))->capture_default_str();
    command->add_option("--dynamics", arguments->dynamics, "pool of the rows' time derivatives: latents are to obey an equation of motion; not for vae and pca");
    for (const auto& spec : represent::recipe_options()) {
        auto* option = command->add_option("--" + spec.name, arguments->given[spec.name], spec.help_text)->type_name(spec.allowed());
        if (!std::holds_alternative<std::vector<double>>(spec.fallback)) option->default_str(std::visit([](const auto& value) -> std::string {
            using T = std::decay_t<decltype(value)>;
            if constexpr (std::is_same_v<T, std::vector<double>>) return "";
            else return fmt::format("{}", value);
        }, spec.fallback));
    }
    command->add_option("--residency", arguments->residency, "features are kept in memory, or read again in every pass; auto: kept where they fit")
        ->check(CLI::IsMember({"memory", "stream", "auto"}))->capture_default_str();
    command->add_option("--kept-gigabytes", arguments->kept_gigabytes, "features that a rank keeps at most, for auto; 0: half of the node's memory")->check(CLI::NonNegativeNumber);
    add_time_limit(*command, arguments->time_limit);
    command->callback([arguments, &action] { action = [arguments](const Communicator& ranks) { return represent(*arguments, ranks); }; });
}

}  // namespace sluice::cli
