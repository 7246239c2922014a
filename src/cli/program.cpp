#include "cli/program.hpp"

#include "base/log.hpp"
#include "base/options.hpp"
#include "base/signals.hpp"
#include "cli/command.hpp"
#include "parallel/runtime.hpp"

#include <fmt/ranges.h>

namespace sluice::cli {

namespace {

/// Says the one message of a failure that all ranks share.
ExitCode say_failure(const Communicator& world, const std::string& message)
{
    if (world.is_root()) log::write_error(message);
    return ExitCode::failed;
}

/// CLI11's own words, but for a command that it takes for an argument.
std::string what_is_wrong(const CLI::App& app, const CLI::ParseError& error)
{
    const auto strangers = app.remaining();
    if (!app.get_subcommands().empty() || strangers.empty() || strangers[0].starts_with("-")) return error.what();
    std::vector<std::string> commands;
    for (const auto* command : app.get_subcommands(nullptr)) commands.push_back(command->get_name());
    const auto near = nearest_name(strangers[0], commands);
    return fmt::format("{}: unknown command; {}", strangers[0], near.empty() ? fmt::format("allowed: {}", fmt::join(commands, ", ")) : fmt::format("did you mean {}?", near));
}

ExitCode parse_and_run(parallel::Runtime& runtime, int argc, char** argv)
{
    const auto world = runtime.world();
    CLI::App app("Sluice picks the next batch worth computing out of a pool of millions of candidates.", "sluice");
    app.set_version_flag("--version", fmt::format("sluice {} ({})", SLUICE_VERSION, SLUICE_COMMIT));
    app.require_subcommand(1);
    app.fallthrough();
    int threads = 0;
    app.add_option("--threads", threads, "threads of each rank; by default its share of the cores")->check(CLI::Range(1, 1024));
    Action action;
    for (const auto add : {add_run, add_benchmark, add_ask, add_tell, add_select, add_import, add_generate, add_represent, add_inspect, add_methods, add_validate, add_report}) add(app, action);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() != 0) return say_failure(world, fmt::format("command line: {}; see sluice --help", what_is_wrong(app, error)));
        if (world.is_root()) app.exit(error);
        return ExitCode::done;
    }
    runtime.start_threads(threads);
    return action(world);
}

}  // namespace

ExitCode run_program(int argc, char** argv)
{
    catch_stop_signals();  // before MPI starts: a job that has hardly begun is stopped as one that runs
    parallel::Runtime runtime(&argc, &argv);
    const auto world = runtime.world();
    log::start(!world.is_root());
    try {
        return parse_and_run(runtime, argc, argv);
    } catch (const Agreed& error) {
        return say_failure(world, error.what());
    } catch (const std::exception& error) {  // this rank alone knows: the others must not wait for it
        log::write_error(fmt::format("rank {}: {}", world.rank(), error.what()));
        MPI_Abort(MPI_COMM_WORLD, static_cast<int>(ExitCode::failed));
        return ExitCode::failed;
    }
}

}  // namespace sluice::cli
