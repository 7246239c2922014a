#include "base/csv.hpp"
#include "base/files.hpp"
#include "base/log.hpp"
#include "campaign/run_folder/run_lock.hpp"
#include "cli/campaign_arguments.hpp"

namespace sluice::cli {

namespace {

struct Arguments : CampaignArguments {
    std::string output;
};

/// The batch as a table to be filled in: iteration, row, id, the features of candidates that are in no file (x1, x2, ..., or a simulator's names),
/// one empty column per target, and status ("failed" where there is no answer). Collective.
std::string batch_csv(const campaign::Campaign& campaign, const std::vector<RowId>& rows, const Communicator& ranks)
{
    std::string text = "iteration,row,id";
    const auto& file = campaign.file();
    const auto& info = campaign.shard().info;
    const auto generated = file.domain || file.pool_is_drawn() ? static_cast<std::size_t>(info.columns) : 0;
    for (std::size_t c = 0; c < generated; ++c) text += "," + (info.column_names.empty() ? fmt::format("x{}", c + 1) : csv_cell(info.column_names[c]));
    for (const auto& goal : file.goals) text += "," + csv_cell(goal.target);
    text += ",status\n";
    const auto features = generated > 0 ? campaign.features_of(rows) : std::vector<float>();
    on_root(ranks, [&] {
        const auto ids = campaign.ids_of(rows);
        for (std::size_t i = 0; i < rows.size(); ++i) {
            text += fmt::format("{},{},{}", campaign.state().iteration, rows[i], csv_cell(ids[i]));
            for (std::size_t c = 0; c < generated; ++c) text += fmt::format(",{}", features[i * generated + c]);
            text += std::string(file.goals.size(), ',') + ",\n";
        }
    });
    return text;
}

ExitCode ask(const Arguments& arguments, const Communicator& ranks)
{
    on_root(ranks, [&] { check_can_be_written(arguments.output); });
    const auto file = campaign::read_campaign(arguments.file, arguments.settings, ranks);
    const auto folder = run_folder(arguments, file);
    const campaign::RunLock lock(folder, ranks);
    campaign::Campaign campaign(file, folder, ranks);
    std::vector<RowId> rows;
    try {
        rows = campaign.pending_batch();
    } catch (const Interrupted&) {
        return ExitCode::restart;
    }
    if (rows.empty()) {
        log::info("nothing to ask: the campaign is over after {} iterations, {} rows labelled", campaign.state().iteration, campaign.state().labelled.size());
        return ExitCode::done;
    }
    const auto text = batch_csv(campaign, rows, ranks);
    on_root(ranks, [&] { write_file_atomically(arguments.output, text); });
    log::info("{}: {} rows of iteration {} wait for an answer", arguments.output, rows.size(), campaign.state().iteration);
    return ExitCode::done;
}

}  // namespace

void add_ask(CLI::App& app, Action& action)
{
    auto arguments = std::make_shared<Arguments>();
    auto* command = app.add_subcommand("ask", "write the rows that wait for an answer to a CSV file; chooses the next batch if none does");
    add_campaign_arguments(*command, *arguments);
    command->add_option("-o,--output", arguments->output, "CSV file to be filled in")->required();
    command->callback([arguments, &action] { action = [arguments](const Communicator& ranks) { return ask(*arguments, ranks); }; });
}

}  // namespace sluice::cli
