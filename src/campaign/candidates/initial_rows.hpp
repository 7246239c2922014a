#pragma once

#include "base/random.hpp"
#include "campaign/campaign_file.hpp"
#include "campaign/run_folder/journal.hpp"
#include "problems/closed_pool.hpp"

#include <functional>

namespace sluice::campaign {

/// What rows are drawn for.
struct Draw {
    std::uint64_t seed;
    Purpose purpose = Purpose::initial_rows;
    std::int64_t iteration = 0;
};

/// Draws `count` of the eligible rows uniformly without replacement, ascending: those with the largest random number, which is keyed by
/// (draw, row). Fewer if fewer are eligible. Collective.
std::vector<RowId> draw_rows(const std::vector<bool>& eligible, std::int64_t count, const Draw& draw, const Share& share, const Communicator& ranks);

/// The rows that a campaign starts from, by its rule. \param fresh  [own rows] states before anything was asked. Collective.
std::vector<RowId> initial_rows(const CampaignFile& file, const pool::Shard& shard, const std::vector<pool::RowState>& fresh,
                                const std::optional<problems::Yardstick>& yardstick, const Communicator& ranks);

/// Known labels of rule = "file": a CSV with a column `row` or `id` and one per target; status = "failed" marks a failed one. On one rank.
/// Also what `sluice tell` reads. Errors name file and line.
/// \param candidates  rows that ids may stand for; empty: all rows of the pool
/// \param complaint   what is wrong with a row that has an answer; empty if nothing
std::vector<LabelEvent> read_labels(const std::filesystem::path& csv, const CampaignFile& file, const pool::PoolInfo& info, const std::vector<RowId>& candidates,
                                    const std::function<std::string(RowId)>& complaint);

}  // namespace sluice::campaign
