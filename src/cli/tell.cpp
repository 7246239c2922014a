#include "base/log.hpp"
#include "base/signals.hpp"
#include "campaign/initial_rows.hpp"
#include "cli/campaign_arguments.hpp"

#include <algorithm>

namespace sluice::cli {

namespace {

struct Arguments : CampaignArguments {
    std::string results;
};

/// Refuses an answer that nobody waits for, by name. Nothing is taken from a file with one such line.
void check_answers(const std::vector<campaign::LabelEvent>& answers, const campaign::Campaign& campaign, const std::string& file)
{
    const auto& state = campaign.state();
    for (const auto& answer : answers) {
        const bool pending = std::find(state.pending.begin(), state.pending.end(), answer.row) != state.pending.end();
        if (pending) continue;
        const auto asked = state.asked.find(answer.row);
        if (asked == state.asked.end()) fail("{}: row {} was never asked for; nothing of the file was taken", file, answer.row);
        fail("{}: row {} was already answered in iteration {}; nothing of the file was taken", file, answer.row, asked->second);
    }
}

ExitCode tell(const Arguments& arguments, const Communicator& ranks)
{
    release_stop_signals();
    const auto file = campaign::read_campaign(arguments.file, arguments.settings, ranks);
    campaign::Campaign campaign(file, run_folder(arguments, file), ranks);
    std::vector<campaign::LabelEvent> answers;
    together(ranks, [&] {
        // Ids are looked up among all rows ever asked for, so that a repeated answer is named as such.
        std::vector<RowId> asked;
        for (const auto& [row, iteration] : campaign.state().asked) asked.push_back(row);
        if (asked.empty()) fail("{}: nothing was asked yet; run sluice ask first", arguments.results);
        answers = campaign::read_labels(arguments.results, file, campaign.shard().info, asked);
        check_answers(answers, campaign, arguments.results);
    });
    for (auto& answer : answers) {
        std::vector<std::string> ids(1);
        on_root(ranks, [&] { ids = campaign.ids_of({answer.row}); });
        answer.id = ranks.broadcast(ids[0], 0);
        answer.iteration = campaign.state().iteration;
    }
    campaign.take(answers);
    log::info("{} answers taken, {} rows still wait", answers.size(), campaign.state().pending.size());
    return ExitCode::done;
}

}  // namespace

void add_tell(CLI::App& app, Action& action)
{
    auto arguments = std::make_shared<Arguments>();
    auto* command = app.add_subcommand("tell", "take answers from a CSV file: all or part of a batch, in any order, status = failed where there is none");
    add_campaign_arguments(*command, *arguments);
    command->add_option("results", arguments->results, "CSV file: row or id, one column per target, optionally status")->required();
    command->callback([arguments, &action] { action = [arguments](const Communicator& ranks) { return tell(*arguments, ranks); }; });
}

}  // namespace sluice::cli
