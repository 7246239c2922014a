#include "base/log.hpp"
#include "base/signals.hpp"
#include "cli/campaign_arguments.hpp"

namespace sluice::cli {

namespace {

struct Arguments : CampaignArguments {
    bool keys = false;
};

ExitCode validate(const Arguments& arguments, const Communicator& ranks)
{
    release_stop_signals();
    if (arguments.keys) {
        log::info("{}", campaign::describe_keys());
        return ExitCode::done;
    }
    if (arguments.file.empty()) throw Agreed("command line: campaign is required; see sluice validate --help");
    const auto file = campaign::read_campaign(arguments.file, arguments.settings, ranks);
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
    command->add_flag("--keys", arguments->keys, "list every key: section, allowed values, default, meaning");
    command->callback([arguments, &action] { action = [arguments](const Communicator& ranks) { return validate(*arguments, ranks); }; });
}

}  // namespace sluice::cli
