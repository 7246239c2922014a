#include "campaign/state.hpp"

#include "base/error.hpp"

#include <algorithm>

namespace sluice::campaign {

namespace {

void mark(State& state, const Share& share, RowId row, pool::RowState as)
{
    if (share.owns(row)) state.rows[static_cast<std::size_t>(row - share.first_row)] = as;
}

void absorb_batch(State& state, const BatchEvent& batch, const Share& share)
{
    if (!state.pending.empty()) fail("batch {} follows batch {}, of which {} rows are not answered", batch.iteration, state.iteration, state.pending.size());
    if (batch.iteration != state.next_iteration()) fail("batch {} follows batch {}", batch.iteration, state.iteration);
    for (std::size_t i = 0; i < batch.points.size(); ++i) {
        if (i >= batch.rows.size() || batch.rows[i] != static_cast<RowId>(state.points.size())) fail("point {} of batch {} is not row {}", i, batch.iteration, state.points.size());
        state.points.push_back(batch.points[i]);
    }
    for (const RowId row : batch.rows) {
        if (!state.asked.emplace(row, batch.iteration).second) fail("row {} is asked for in iteration {} and again in iteration {}", row, state.asked[row], batch.iteration);
        mark(state, share, row, pool::RowState::pending);
    }
    state.pending = batch.rows;
    state.iteration = batch.iteration;
    state.out_of_bag_r2 = batch.out_of_bag_r2;
}

void absorb_label(State& state, const LabelEvent& label, const Share& share)
{
    const auto at = std::find(state.pending.begin(), state.pending.end(), label.row);
    if (at == state.pending.end()) fail("row {} is answered, but not waited for", label.row);
    state.pending.erase(at);
    if (label.answer) state.labelled.emplace(label.row, *label.answer);
    else state.failed.push_back(label.row);
    mark(state, share, label.row, label.answer ? pool::RowState::labelled : pool::RowState::failed);
}

}  // namespace

void absorb(State& state, const JournalEvent& event, const Share& share)
{
    if (const auto* batch = std::get_if<BatchEvent>(&event)) absorb_batch(state, *batch, share);
    else absorb_label(state, std::get<LabelEvent>(event), share);
}

}  // namespace sluice::campaign
