#include "base/files.hpp"
#include "base/log.hpp"
#include "base/signals.hpp"
#include "cli/command.hpp"
#include "problems/problem.hpp"
#include "problems/simulated_pool.hpp"

namespace sluice::cli {

namespace {

struct Arguments {
    std::string simulator;
    std::string output;
    RowId rows = 0;
    std::uint64_t seed = 0;
};

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
    command->callback([arguments, &action] {
        action = [arguments](const Communicator& ranks) {
            release_stop_signals();
            on_root(ranks, [&] { check_can_be_written(arguments->output); });
            const auto problem = make_problem(*problems::ProblemRegistration::all().at(arguments->simulator));
            problems::write_drawn_pool(*problem.simulator, arguments->simulator, arguments->seed, arguments->rows, arguments->output, ranks);
            log::info("{}: {} rows of {}, seed {}", arguments->output, arguments->rows, arguments->simulator, arguments->seed);
            return ExitCode::done;
        };
    });
}

}  // namespace sluice::cli
