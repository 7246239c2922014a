#pragma once

#include "campaign/run_folder/journal.hpp"
#include "models/family.hpp"
#include "pool/row_state.hpp"
#include "pool/shard.hpp"

#include <map>

namespace sluice::campaign {

/// The members of the last fit, for surrogates that begin each fit from the one before it. What is not there is trained again.
struct LastFit {
    std::int64_t iteration = 0;  ///< 0: there was none
    std::vector<models::Member> members;
};

/// Where a campaign stands: a function of its journal. Everything but `rows` is the same on every rank.
struct State {
    std::vector<pool::RowState> rows;               ///< [own rows]
    std::map<RowId, std::vector<double>> labelled;  ///< values per target, raw units; in row order, whatever the order of the answers
    std::vector<RowId> failed;
    std::vector<RowId> pending;                     ///< asked for and not answered, in the order asked
    std::int64_t iteration = -1;                    ///< of the last batch; -1: none was chosen yet
    std::map<RowId, std::int64_t> asked;            ///< iteration in which each row was asked for
    std::vector<double> out_of_bag_r2;              ///< of the last batch's surrogate, empty if none
    std::vector<std::vector<float>> points;         ///< features of every row asked for, by row, where candidates are generated
    LastFit last_fit;

    std::int64_t next_iteration() const { return iteration + 1; }
};

/// Brings the state past one event. Error if the event contradicts it: a row asked for twice, an answer to no question.
void absorb(State& state, const JournalEvent& event, const Share& share);

}  // namespace sluice::campaign
