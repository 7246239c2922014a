#include "report/report.hpp"

#include "base/log.hpp"
#include "base/signals.hpp"
#include "cli/command.hpp"

namespace sluice::cli {

namespace {

struct Arguments {
    std::vector<std::filesystem::path> runs;
    std::filesystem::path output;
};

}  // namespace

void add_report(CLI::App& app, Action& action)
{
    auto arguments = std::make_shared<Arguments>();
    auto* command = app.add_subcommand("report", "make one HTML page about one or several runs");
    command->add_option("runs", arguments->runs, "run folders")->required();
    command->add_option("-o,--output", arguments->output, "HTML file")->required();
    command->callback([arguments, &action] {
        action = [arguments](const Communicator& ranks) {
            release_stop_signals();
            on_root(ranks, [&] { report::write_report(arguments->runs, arguments->output); });
            log::info("report: {}", std::filesystem::absolute(arguments->output).string());
            return ExitCode::done;
        };
    });
}

}  // namespace sluice::cli
