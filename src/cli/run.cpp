#include "base/files.hpp"
#include "base/log.hpp"
#include "base/signals.hpp"
#include "campaign/run_session.hpp"
#include "cli/campaign_arguments.hpp"
#include "cli/time_limit.hpp"
#include "report/report.hpp"

namespace sluice::cli {

namespace {

struct Arguments : CampaignArguments {
    double time_limit = 0;
};

ExitCode run(const Arguments& arguments, const Communicator& ranks)
{
    stop_after_seconds(arguments.time_limit);
    const auto file = campaign::read_campaign(arguments.file, arguments.settings, ranks);
    const auto folder = run_folder(arguments, file);
    on_root(ranks, [&] {
        make_folder(folder);
        log::add_file(folder / "run.log");
    });
    const auto ended = campaign::run_session(file, folder, [](campaign::Campaign& campaign) { campaign.write_map(); }, ranks);
    if (ended != ExitCode::done) return ended;
    const auto report = folder / "report.html";
    on_root(ranks, [&] { report::write_report({folder}, report); });
    log::info("report: {}", std::filesystem::absolute(report).string());
    return ExitCode::done;
}

}  // namespace

void add_run(CLI::App& app, Action& action)
{
    auto arguments = std::make_shared<Arguments>();
    auto* command = app.add_subcommand("run", "start a campaign, or continue the one in the run folder; exit status 2: stopped at a checkpoint, start again");
    add_campaign_arguments(*command, *arguments);
    add_time_limit(*command, arguments->time_limit);
    command->callback([arguments, &action] { action = [arguments](const Communicator& ranks) { return run(*arguments, ranks); }; });
}

}  // namespace sluice::cli
