#include "base/log.hpp"
#include "base/signals.hpp"
#include "campaign/run_folder/checkpoint.hpp"
#include "campaign/run_folder/journal.hpp"
#include "cli/command.hpp"

#include <fmt/ranges.h>

namespace sluice::cli {

namespace {

std::string describe_pool(const std::string& path)
{
    const auto file = hdf5::File::open(path);
    const auto info = pool::read_pool_info(file);
    std::string text = fmt::format("pool: {} rows x {} features ({}), tiles of {} rows, {} bytes of features\n  provenance: {}", info.rows, info.columns,
                                   pool::name_of(info.type), info.tile_rows, info.rows * static_cast<RowId>(info.row_bytes()), info.provenance);
    for (std::size_t t = 0; t < info.target_names.size(); ++t) {
        text += fmt::format("\n  target: {}{}", info.target_names[t], info.target_units[t].empty() ? "" : " [" + info.target_units[t] + "]");
    }
    if (file.has("/representation")) text += "\n  representation: " + file.read_texts("/representation").front();
    return text + (info.has_ids ? "\n  has ids" : "");
}

std::string describe_run(const std::filesystem::path& folder)
{
    const auto path = folder / "journal.jsonl";
    const auto content = campaign::parse_journal(read_file(path), path.string());
    if (!content.head) fail("{}: empty", path.string());
    std::int64_t batches = 0, labels = 0, failed = 0;
    for (const auto& event : content.events) {
        if (const auto* label = std::get_if<campaign::LabelEvent>(&event)) ++(label->answer ? labels : failed);
        else ++batches;
    }
    return fmt::format("run of '{}' on {} ({} rows): targets {}; {} batches, {} labelled, {} failed", content.head->name, content.head->pool, content.head->pool_rows,
                       fmt::join(content.head->targets, ", "), batches, labels, failed);
}

ExitCode inspect(const std::vector<std::string>& paths, const Communicator& ranks)
{
    release_stop_signals();
    for (const auto& path : paths) {
        std::string text;
        bool is_checkpoint = false;
        on_root(ranks, [&] {
            if (std::filesystem::is_directory(path)) text = describe_run(path);
            else is_checkpoint = hdf5::File::open(path).has_attribute("sluice_checkpoint");
            if (text.empty() && !is_checkpoint) text = describe_pool(path);
        });
        if (ranks.any(is_checkpoint)) text = campaign::describe_checkpoint(path, ranks);
        log::info("{}: {}", path, text);
    }
    return ExitCode::done;
}

}  // namespace

void add_inspect(CLI::App& app, Action& action)
{
    auto paths = std::make_shared<std::vector<std::string>>();
    auto* command = app.add_subcommand("inspect", "say what pool files, checkpoints and run folders hold");
    command->add_option("files", *paths, "pool files, checkpoints, run folders")->required();
    command->callback([paths, &action] { action = [paths](const Communicator& ranks) { return inspect(*paths, ranks); }; });
}

}  // namespace sluice::cli
