#include "base/log.hpp"
#include "base/signals.hpp"
#include "campaign/candidates/initial_rows.hpp"
#include "campaign/run_folder/run_lock.hpp"
#include "cli/campaign_arguments.hpp"

#include <algorithm>

namespace sluice::cli {

namespace {

struct Arguments : CampaignArguments {
    std::string results;
};

/// What is wrong with an answer to this row; empty if it waits for one. Nothing is taken from a file with one wrong line.
std::string complaint(const campaign::State& state, RowId row)
{
    if (std::find(state.pending.begin(), state.pending.end(), row) != state.pending.end()) return "";
    const auto asked = state.asked.find(row);
    if (asked == state.asked.end()) return fmt::format("row {} was never asked for; nothing of the file was taken", row);
    return fmt::format("row {} was already answered in iteration {}; nothing of the file was taken", row, asked->second);
}

ExitCode tell(const Arguments& arguments, const Communicator& ranks)
{
    release_stop_signals();
    const auto file = campaign::read_campaign(arguments.file, arguments.settings, ranks);
    const auto folder = run_folder(arguments, file);
    on_root(ranks, [&] {
        if (!std::filesystem::exists(folder / "journal.jsonl")) fail("{}: no run is there; run sluice ask first, or give another --run-dir", folder.string());
    });
    const campaign::RunLock lock(folder, ranks);
    campaign::Campaign campaign(file, folder, ranks);
    std::vector<campaign::LabelEvent> answers;
    together(ranks, [&] {
        // Ids are looked up among all rows ever asked for, so that a repeated answer is named as such.
        std::vector<RowId> asked;
        for (const auto& [row, iteration] : campaign.state().asked) asked.push_back(row);
        if (asked.empty()) fail("{}: nothing was asked yet; run sluice ask first", arguments.results);
        auto info = campaign.shard().info;
        if (file.domain || file.pool_is_fresh()) info.rows = asked.back() + 1;  // in no file: as many as are known
        answers = campaign::read_labels(arguments.results, file, info, asked, [&](RowId row) { return complaint(campaign.state(), row); });
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
