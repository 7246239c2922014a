#include "base/csv.hpp"
#include "base/files.hpp"
#include "base/log.hpp"
#include "cli/command.hpp"
#include "pool/standardise.hpp"
#include "selection/selection.hpp"

#include <chrono>
#include <set>

namespace sluice::cli {

namespace {

struct Arguments {
    std::string pool;
    std::string method = "max-dist";
    std::int64_t count = 0;
    std::string output;
    std::string scaling = "none";
    std::string labelled;
    std::string residency = "auto";
    double kept_gigabytes = 0;
};

/// Rows of a CSV file with a column `row`.
std::vector<RowId> read_rows(const std::string& path, RowId rows)
{
    const auto table = read_csv(path);
    const auto column = table.find("row");
    if (column == table.header.size()) fail("{}:1: needs a column 'row'", path);
    std::set<RowId> found;
    for (std::size_t i = 0; i < table.rows.size(); ++i) {
        const double row = csv_number(table, i, column);
        if (!(row >= 0 && row < static_cast<double>(rows)) || row != static_cast<double>(static_cast<RowId>(row))) {
            fail("{}:{}: {} is not a row of the pool; allowed: 0 to {}", path, table.lines[i], table.rows[i][column], rows - 1);
        }
        found.insert(static_cast<RowId>(row));
    }
    return {found.begin(), found.end()};
}

ExitCode select(const Arguments& arguments, const Communicator& ranks)
{
    const auto& methods = Registration<selection::Selection>::all();
    on_root(ranks, [&] { check_can_be_written(arguments.output); });
    const auto start = std::chrono::steady_clock::now();
    const pool::Residency residency{pool::residency_named(arguments.residency), static_cast<std::uint64_t>(arguments.kept_gigabytes * 1e9)};
    const auto shard = pool::read_shard(arguments.pool, ranks, false, pool::MissingFeatures::error, residency);
    const auto scaling = arguments.scaling == "standard" ? pool::standardising(pool::column_statistics(shard, ranks)) : pool::Scaling::identity(shard.info.columns);
    std::vector<RowId> labelled;
    together(ranks, [&] {
        if (!arguments.labelled.empty()) labelled = read_rows(arguments.labelled, shard.info.rows);
        const RowId left = shard.info.rows - static_cast<RowId>(labelled.size());
        if (arguments.count > left) fail("command line: --count {}: {} has {} rows to choose from", arguments.count, arguments.pool, left);
    });
    std::vector<pool::RowState> state(static_cast<std::size_t>(shard.share.rows()), pool::RowState::unlabelled);
    for (const RowId row : labelled) {
        if (shard.share.owns(row)) state[static_cast<std::size_t>(row - shard.share.first_row)] = pool::RowState::labelled;
    }
    const auto read = std::chrono::steady_clock::now();
    const auto& method = *methods.at(arguments.method);
    Work work;
    std::vector<RowId> rows;
    try {
        rows = method.make(Options(method.options)).choose({shard, scaling, {}, state, labelled, arguments.count, ranks, work});
    } catch (const Interrupted&) {
        log::info("asked to stop; nothing was written");
        return ExitCode::restart;
    }
    const auto end = std::chrono::steady_clock::now();
    on_root(ranks, [&] {
        std::string text = "row,id\n";
        const auto ids = shard.info.has_ids ? pool::read_ids(shard.info, rows) : std::vector<std::string>(rows.size());
        for (std::size_t i = 0; i < rows.size(); ++i) text += fmt::format("{},{}\n", rows[i], csv_cell(ids[i]));
        write_file_atomically(arguments.output, text);
    });
    const std::chrono::duration<double> read_seconds = read - start, select_seconds = end - read;
    log::info("{} rows in {}: read {:.3f} s, selected {:.3f} s", rows.size(), arguments.output, read_seconds.count(), select_seconds.count());
    return ExitCode::done;
}

}  // namespace

void add_select(CLI::App& app, Action& action)
{
    auto arguments = std::make_shared<Arguments>();
    auto* command = app.add_subcommand("select", "choose diverse rows of a pool, without any model");
    command->add_option("pool", arguments->pool, "pool file")->required();
    command->add_option("--method", arguments->method, "batch rule")->check(CLI::IsMember({"max-dist", "k-center", "k-means", "bait"}))->capture_default_str();
    command->add_option("--count", arguments->count, "rows to choose")->required()->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 40));
    command->add_option("-o,--output", arguments->output, "CSV file: row, id, in the order of choice")->required();
    command->add_option("--scaling", arguments->scaling, "of features before distances")->check(CLI::IsMember({"none", "standard"}))->capture_default_str();
    command->add_option("--residency", arguments->residency, "features are kept in memory, or read again in every pass; auto: kept where they fit")
        ->check(CLI::IsMember({"memory", "stream", "auto"}))->capture_default_str();
    command->add_option("--kept-gigabytes", arguments->kept_gigabytes, "features that a rank keeps at most, for auto; 0: half of the node's memory")->check(CLI::NonNegativeNumber);
    command->add_option("--labelled", arguments->labelled, "CSV file with a column row: rows that are there already");
    command->callback([arguments, &action] { action = [arguments](const Communicator& ranks) { return select(*arguments, ranks); }; });
}

}  // namespace sluice::cli
