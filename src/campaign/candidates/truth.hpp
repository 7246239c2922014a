#pragma once

#include "campaign/campaign_file.hpp"
#include "problems/problem.hpp"

namespace sluice::campaign {

/// The labels of consecutive own rows of a pool, raw: fills [rows, targets of the campaign]. Called from several threads at once. Empty where they are not known.
using Truth = std::function<void(RowId first, RowId rows, double* out)>;

/// The labels of all candidates, for what may know them beforehand; empty where the problem has no oracle. It refers to problem, shard and columns.
/// \param target_columns  of the pool's targets or the simulator's outputs, per target of the campaign
/// \param number          what the campaign calls the rows of the shard; empty: as the shard does
Truth truth_of(const problems::Problem& problem, const CampaignFile& file, const pool::Shard& shard, const std::vector<std::size_t>& target_columns, std::vector<RowId> number);

}  // namespace sluice::campaign
