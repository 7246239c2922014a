#pragma once

#include "campaign/campaign_file.hpp"
#include "campaign/state.hpp"

namespace sluice::campaign {

/// Candidates drawn anew for each batch. A simulator's rows are numbered without end, and each iteration has the next of them: a number names one candidate for
/// good, whatever is asked for later. The rows before `first` are those that the campaign may start from.
struct FreshPool {
    RowId first = 0;
    RowId rows = 0;  ///< of one iteration

    RowId begin(std::int64_t iteration) const { return iteration == 0 ? 0 : first + (iteration - 1) * rows; }
    RowId end(std::int64_t iteration) const { return first + iteration * rows; }
};

FreshPool fresh_pool(const CampaignFile& file);

/// The candidates of one iteration, and behind them the labelled rows, as a pool of its own.
struct FreshView {
    pool::Shard shard;
    State state;                ///< its rows are rows of this pool
    std::vector<RowId> number;  ///< [rows of this pool] what the campaign calls them
};

/// Collective. \param state  the campaign's, by the campaign's numbers
FreshView view_of(const FreshPool& pool, const CampaignFile& file, const problems::Simulator& simulator, const State& state, const Communicator& ranks);

/// Features of any of a simulator's rows, raw: [rows, columns].
std::vector<float> draw_features(const problems::Simulator& simulator, std::uint64_t seed, const std::vector<RowId>& rows);

}  // namespace sluice::campaign
