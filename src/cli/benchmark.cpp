#include "benchmark/benchmark.hpp"

#include "base/log.hpp"
#include "base/signals.hpp"
#include "cli/command.hpp"
#include "cli/time_limit.hpp"

namespace sluice::cli {

namespace {

struct Arguments {
    std::string file;
    std::vector<std::string> settings;
    std::vector<std::string> problems, methods;
    std::string folder;
    double time_limit = 0;
};

ExitCode run(const Arguments& arguments, const Communicator& ranks)
{
    stop_after_seconds(arguments.time_limit);
    auto file = benchmark::read_benchmark(arguments.file, arguments.settings, ranks);
    together(ranks, [&] { file.keep(arguments.problems, arguments.methods); });
    return benchmark::run_benchmark(file, arguments.folder.empty() ? file.name + ".bench" : arguments.folder, ranks);
}

}  // namespace

void add_benchmark(CLI::App& app, Action& action)
{
    auto arguments = std::make_shared<Arguments>();
    auto* command = app.add_subcommand("benchmark", "compare methods on problems over seeds, or go on comparing; exit status 2: stopped at checkpoints, start again");
    command->add_option("benchmark", arguments->file, "benchmark file (TOML): [benchmark], [common], [problem.NAME], [method.NAME]")->required();
    command->add_option("--set", arguments->settings, "section.key=value of all campaigns, or benchmark.key=value; wins over the file; may be repeated")->allow_extra_args(false);
    command->add_option("--problems", arguments->problems, "only these of the file, by commas")->delimiter(',');
    command->add_option("--methods", arguments->methods, "only these of the file, by commas")->delimiter(',');
    command->add_option("--run-dir", arguments->folder, "folder of all runs, results.csv and report.html; by default NAME.bench here");
    add_time_limit(*command, arguments->time_limit);
    command->callback([arguments, &action] { action = [arguments](const Communicator& ranks) { return run(*arguments, ranks); }; });
}

}  // namespace sluice::cli
