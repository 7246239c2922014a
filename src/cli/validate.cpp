#include "base/log.hpp"
#include "base/signals.hpp"
#include "cli/campaign_arguments.hpp"
#include "parallel/runtime.hpp"
#include "rehearsal/rehearsal.hpp"

namespace sluice::cli {

namespace {

struct Arguments : CampaignArguments {
    bool keys = false;
    bool rehearse = false;
};

void say(const rehearsal::Forecast& forecast, const Communicator& ranks)
{
    double once = 0, each = 0;
    for (const auto& stage : forecast.stages) once += stage.once, each += stage.each_iteration;
    log::info("rehearsed on {} of {} rows, {} ranks of {} threads, {} rows labelled:\n", forecast.rehearsed, forecast.rows, ranks.size(), parallel::host_threads(), forecast.labelled);
    log::info("{:<14} {:>14} {:>14}", "seconds", "the first time", "each iteration");
    for (const auto& stage : forecast.stages) log::info("{:<14} {:>14.2f} {:>14.2f}", stage.name, stage.once, stage.each_iteration);
    log::info("{:<14} {:>14.2f} {:>14.2f}\n", "all", once, each);
    log::info("memory of a rank: {:.2f} GB of features, {:.2f} GB of all else", forecast.kept_bytes / 1e9, forecast.other_bytes / 1e9);
}

/// The rehearsal's own lines are not for the reader.
rehearsal::Forecast rehearse_quietly(const campaign::CampaignFile& file, const Communicator& ranks)
{
    log::start(true);
    const auto forecast = rehearsal::rehearse(file, ranks);
    log::start(!ranks.is_root());
    return forecast;
}

ExitCode validate(const Arguments& arguments, const Communicator& ranks)
{
    release_stop_signals();
    if (arguments.keys) {
        log::info("{}", campaign::describe_keys());
        return ExitCode::done;
    }
    if (arguments.file.empty()) throw Agreed("command line: campaign is required; see sluice validate --help");
    const auto file = campaign::read_campaign(arguments.file, arguments.settings, ranks);
    if (arguments.rehearse) {
        if (file.domain) throw Agreed(fmt::format("{}: --rehearse: for pools; generated candidates are as many in every campaign", arguments.file));
        say(rehearse_quietly(file, ranks), ranks);
        return ExitCode::done;
    }
    log::info("{}: valid; with every default:\n\n{}", arguments.file, campaign::to_toml(file));
    return ExitCode::done;
}

}  // namespace

void add_validate(CLI::App& app, Action& action)
{
    auto arguments = std::make_shared<Arguments>();
    auto* command = app.add_subcommand("validate", "check a campaign file and its pool; says all problems at once, or the file with every default");
    command->add_option("campaign", arguments->file, "campaign file (TOML)");
    command->add_option("--set", arguments->settings, "section.key=value, wins over the file; may be repeated")->allow_extra_args(false);
    command->add_flag("--rehearse", arguments->rehearse, "runs two iterations on some of the pool's rows, and says what the campaign will take: seconds per iteration, memory per rank");
    command->add_flag("--keys", arguments->keys, "list every key: section, allowed values, default, meaning");
    command->callback([arguments, &action] { action = [arguments](const Communicator& ranks) { return validate(*arguments, ranks); }; });
}

}  // namespace sluice::cli
