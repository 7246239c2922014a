#include "campaign/candidates/initial_rows.hpp"

#include "base/csv.hpp"
#include "parallel/first_k.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <unordered_map>

namespace sluice::campaign {

std::vector<RowId> draw_rows(const std::vector<bool>& eligible, std::int64_t count, const Draw& draw, const Share& share, const Communicator& ranks)
{
    std::vector<Ranked> own;
    for (std::size_t i = 0; i < eligible.size(); ++i) {
        if (!eligible[i]) continue;
        const RowId row = share.first_row + static_cast<RowId>(i);
        own.push_back({RandomStream(draw.seed, draw.purpose, static_cast<std::uint32_t>(draw.iteration), static_cast<std::uint64_t>(row)).uniform(), row});
    }
    std::vector<RowId> rows;
    for (const auto& drawn : parallel::first_k(std::move(own), count, ranks)) rows.push_back(drawn.row);
    std::sort(rows.begin(), rows.end());
    return rows;
}

std::vector<RowId> initial_rows(const CampaignFile& file, const pool::Shard& shard, const std::vector<pool::RowState>& fresh,
                                const std::optional<problems::Yardstick>& yardstick, const Communicator& ranks)
{
    const auto& rule = file.initial.text("rule");
    if (rule == "rows") {
        std::vector<RowId> rows;
        for (const double row : file.initial.numbers("rows")) rows.push_back(static_cast<RowId>(row));
        for (const RowId row : rows) {
            const bool excluded = shard.share.owns(row) && fresh[static_cast<std::size_t>(row - shard.share.first_row)] == pool::RowState::excluded;
            if (ranks.any(excluded)) throw Agreed(fmt::format("{}: [campaign.initial] rows: row {} cannot be used: a feature or target is missing, or models are tested on it", file.path.string(), row));
        }
        return rows;
    }
    std::vector<bool> eligible(fresh.size());
    for (std::size_t i = 0; i < fresh.size(); ++i) {
        eligible[i] = fresh[i] == pool::RowState::unlabelled && (rule != "lower-half" || yardstick->lower_half[i]);
    }
    const auto asked = file.initial.whole("count");
    const auto count = rule == "lower-half" ? problems::initial_count(asked, yardstick->rows) : asked;
    return draw_rows(eligible, count, {file.seed()}, shard.share, ranks);
}

std::vector<LabelEvent> read_labels(const std::filesystem::path& csv, const CampaignFile& file, const pool::PoolInfo& info, const std::vector<RowId>& candidates,
                                    const std::function<std::string(RowId)>& complaint)
{
    const auto table = read_csv(csv);
    const auto row_column = table.find("row"), id_column = table.find("id"), status_column = table.find("status");
    const auto absent = table.header.size();
    if (row_column == absent && id_column == absent) fail("{}:1: needs a column 'row' or 'id'", csv.string());
    if (row_column == absent && !info.has_ids) fail("{}:1: needs a column 'row': {} has no ids", csv.string(), info.path);
    std::vector<std::size_t> target_columns;
    for (const auto& goal : file.goals) {
        target_columns.push_back(table.find(goal.target));
        if (target_columns.back() != absent) continue;
        const auto near = nearest_name(goal.target, table.header);
        fail("{}:1: no column '{}' for the target of that name{}", csv.string(), goal.target, near.empty() ? "" : fmt::format("; did you mean '{}'?", near));
    }
    if (table.rows.empty()) fail("{}: no rows below the header", csv.string());
    std::unordered_map<std::string, RowId> row_of_id;
    std::set<std::string> ambiguous;
    if (row_column == absent) {
        std::vector<RowId> rows = candidates;
        if (rows.empty()) {
            rows.resize(static_cast<std::size_t>(info.rows));
            std::iota(rows.begin(), rows.end(), RowId{0});
        }
        const auto ids = rows.size() == static_cast<std::size_t>(info.rows) ? hdf5::File::open(info.path).read_texts("/ids") : pool::read_ids(info, rows);
        for (std::size_t i = 0; i < rows.size(); ++i) {
            if (!row_of_id.emplace(ids[i], rows[i]).second) ambiguous.insert(ids[i]);
        }
    }

    std::vector<LabelEvent> labels;
    std::set<RowId> seen;
    for (std::size_t i = 0; i < table.rows.size(); ++i) {
        const auto place = fmt::format("{}:{}", csv.string(), table.lines[i]);
        LabelEvent label;
        if (row_column != absent) {
            const double number = csv_number(table, i, row_column);
            if (!(number >= 0 && number < static_cast<double>(info.rows) && number == std::floor(number))) {
                fail("{}: row '{}' is not a row of {}; allowed: 0 to {}", place, table.rows[i][row_column], info.path, info.rows - 1);
            }
            label.row = static_cast<RowId>(number);
            const auto id = id_column != absent && info.has_ids ? pool::read_ids(info, {label.row}).front() : std::string();
            if (!id.empty() && !table.rows[i][id_column].empty() && table.rows[i][id_column] != id) {
                fail("{}: id '{}' is not that of row {}, which is '{}'", place, table.rows[i][id_column], label.row, id);
            }
        } else {
            if (ambiguous.contains(table.rows[i][id_column])) fail("{}: id '{}' belongs to several rows of {}; use a column 'row'", place, table.rows[i][id_column], info.path);
            const auto found = row_of_id.find(table.rows[i][id_column]);
            if (found == row_of_id.end()) fail("{}: id '{}' is not {}", place, table.rows[i][id_column], candidates.empty() ? "in the pool" : "among the rows that were asked for");
            label.row = found->second;
        }
        if (const auto what = complaint(label.row); !what.empty()) fail("{}: {}", place, what);
        if (!seen.insert(label.row).second) fail("{}: row {} is answered twice in this file", place, label.row);
        const std::string status = status_column == absent ? "" : table.rows[i][status_column];
        if (!status.empty() && status != "ok" && status != "failed") fail("{}: status '{}': must be one of \"ok\", \"failed\", or empty", place, status);
        if (status != "failed") {
            std::vector<double> values;
            for (const auto column : target_columns) {
                values.push_back(csv_number(table, i, column));
                if (!std::isfinite(values.back())) fail("{}: column '{}' of row {} is not a finite number; a row without an answer has status = failed", place, table.header[column], label.row);
                const auto& goal = file.goals[values.size() - 1];
                if (!goal.allows(values.back())) {
                    fail("{}: column '{}' of row {}: {} is not a class; must be a whole number from 0 to {}", place, table.header[column], label.row, values.back(), goal.classes - 1);
                }
            }
            label.answer = values;
        }
        labels.push_back(std::move(label));
    }
    return labels;
}

}  // namespace sluice::campaign
