#include "base/files.hpp"
#include "base/log.hpp"
#include "base/signals.hpp"
#include "cli/command.hpp"
#include "problems/problem.hpp"
#include "problems/simulated_pool.hpp"
#include "represent/motion/spiral_pools.hpp"

namespace sluice::cli {

namespace {

struct Arguments {
    std::string simulator;
    std::string output;
    RowId rows = 0;
    std::uint64_t seed = 0;
    std::string derivatives;
    std::int64_t stride = 1;
};

constexpr const char* reaction_diffusion = "reaction-diffusion";

problems::Problem make_problem(const problems::ProblemRegistration& entry)
{
    return entry.make(Options(entry.options));
}

std::vector<std::string> simulators()
{
    std::vector<std::string> names;
    for (const auto& [name, entry] : problems::ProblemRegistration::all()) {
        if (make_problem(*entry).simulator) names.push_back(name);
    }
    names.emplace_back(reaction_diffusion);
    return names;
}

}  // namespace

void add_generate(CLI::App& app, Action& action)
{
    auto arguments = std::make_shared<Arguments>();
    auto* command = app.add_subcommand("generate", "write a pool of rows drawn from a simulator, with their labels");
    command->add_option("simulator", arguments->simulator, "what draws rows and labels")->required()->check(CLI::IsMember(simulators()));
    command->add_option("-o,--output", arguments->output, "pool file")->required();
    command->add_option("--rows", arguments->rows, "rows to draw")->required()->check(CLI::Range(RowId{1}, RowId{1} << 40));
    command->add_option("--seed", arguments->seed, "of the rows; the same seed gives the same rows on any number of ranks")->capture_default_str();
    command->add_option("--derivatives", arguments->derivatives, "reaction-diffusion, whose rows are frames in time order: pool file of their time derivatives");
    command->add_option("--stride", arguments->stride, "reaction-diffusion: every so many points of the 100 x 100, in both directions")
        ->check(CLI::IsMember({1, 2, 4, 5, 10, 20, 25}));
    command->callback([arguments, &action] {
        if (arguments->derivatives.empty() == (arguments->simulator == reaction_diffusion)) {
            throw CLI::ValidationError("--derivatives", arguments->derivatives.empty() ? "reaction-diffusion needs a file for them" : "only for reaction-diffusion");
        }
        action = [arguments](const Communicator& ranks) {
            release_stop_signals();
            on_root(ranks, [&] { check_can_be_written(arguments->output); });
            if (arguments->simulator == reaction_diffusion) {
                represent::write_spiral_pools(arguments->output, arguments->derivatives, arguments->rows, arguments->stride, arguments->seed, ranks);
                log::info("{}, {}: {} frames of {} and their derivatives, seed {}",
                          arguments->output, arguments->derivatives, arguments->rows, reaction_diffusion, arguments->seed);
                return ExitCode::done;
            }
            const auto problem = make_problem(*problems::ProblemRegistration::all().at(arguments->simulator));
            problems::write_drawn_pool(*problem.simulator, arguments->simulator, arguments->seed, arguments->rows, arguments->output, ranks);
            log::info("{}: {} rows of {}, seed {}", arguments->output, arguments->rows, arguments->simulator, arguments->seed);
            return ExitCode::done;
        };
    });
}

}  // namespace sluice::cli
