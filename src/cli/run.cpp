#include "base/files.hpp"
#include "base/log.hpp"
#include "base/signals.hpp"
#include "campaign/sessions.hpp"
#include "cli/campaign_arguments.hpp"
#include "report/report.hpp"

namespace sluice::cli {

namespace {

struct Arguments : CampaignArguments {
    double time_limit = 0;
};

/// What is wrong with a number of seconds; empty if nothing. CLI11's own checks take nan.
std::string not_a_time(const std::string& text)
{
    double seconds = 0;
    const bool is_number = CLI::detail::lexical_cast(text, seconds);
    return is_number && seconds > 0 && seconds <= 1e9 ? "" : fmt::format("'{}': must be a number of seconds above 0", text);
}

/// Runs or continues; the session's record is completed whatever happens, but for a kill.
ExitCode run(const Arguments& arguments, const Communicator& ranks)
{
    stop_after_seconds(arguments.time_limit);
    const auto file = campaign::read_campaign(arguments.file, arguments.settings, ranks);
    const auto folder = run_folder(arguments, file);
    on_root(ranks, [&] {
        make_folder(folder);
        log::add_file(folder / "run.log");
    });
    campaign::begin_session(folder, ranks);
    std::int64_t shard_bytes = 0;
    try {
        campaign::Campaign campaign(file, folder, ranks);
        shard_bytes = static_cast<std::int64_t>(campaign.shard().bytes_in_memory());
        try {
            campaign.run();
        } catch (const Interrupted&) {
            campaign.save_checkpoint();
            campaign::end_session(folder, "restart", shard_bytes, ranks);
            log::info("stopped at a checkpoint in {}; start again to go on", folder.string());
            return ExitCode::restart;
        }
        campaign.save_checkpoint();
        campaign.write_map();
        log::info("{} after {} iterations, {} rows labelled", campaign.has_succeeded() ? "success" : "done", campaign.state().iteration, campaign.state().labelled.size());
    } catch (const Agreed&) {
        try {
            campaign::end_session(folder, "failed", shard_bytes, ranks);
        } catch (const Agreed&) {  // a full disk, say: the first failure is the one to be told
        }
        throw;
    }
    campaign::end_session(folder, "done", shard_bytes, ranks);
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
    command->add_option("--time-limit", arguments->time_limit, "seconds after which to stop at a checkpoint")->check(CLI::Validator(not_a_time, "SECONDS"));
    command->callback([arguments, &action] { action = [arguments](const Communicator& ranks) { return run(*arguments, ranks); }; });
}

}  // namespace sluice::cli
