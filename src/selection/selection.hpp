#pragma once

#include "base/registry.hpp"
#include "base/work.hpp"
#include "models/posterior.hpp"
#include "pool/row_state.hpp"
#include "pool/shard.hpp"

#include <span>

namespace sluice::selection {

/// What a batch rule sees. Spans over this rank's rows unless said otherwise.
struct SelectionInput {
    const pool::Shard& shard;
    const pool::Scaling& scaling;          ///< of the features, where a rule uses distances
    std::span<const double> score;         ///< larger is preferred; empty: no scores
    std::span<const pool::RowState> state; ///< only unlabelled rows are chosen
    std::span<const RowId> labelled;       ///< global rows, the same on every rank
    std::int64_t count;                    ///< rows wanted
    const Communicator& ranks;
    Work& work;                            ///< adds what it does
    std::uint64_t seed = 0;                ///< of the campaign, and its iteration: for rules that draw random numbers
    std::uint32_t iteration = 0;
    std::span<const float> predicted = {}; ///< [own rows, targets] mean predictions, standardised by the labelled values or raw, as models learn; where the rule needs them
    std::span<const float> values = {};    ///< [labelled rows, targets] in the order of `labelled`, alike; beside `predicted`
    const models::Posterior* posterior = nullptr;  ///< of a Gaussian process; where the rule needs it

    std::size_t local(RowId row) const { return static_cast<std::size_t>(row - shard.share.first_row); }
};

/// A batch rule, and what must be there for it.
struct Selection {
    /// Global rows in the order of choice, the same on every rank; fewer than `count` only if the pool has no more. Collective.
    std::function<std::vector<RowId>(const SelectionInput&)> choose;
    bool uses_scores = true;         ///< false: rows are chosen whatever their scores, and none need be there
    bool needs_predictions = false;  ///< mean predictions and labelled values: a surrogate is trained, whatever the score needs
    bool needs_posterior = false;    ///< the surrogate must be a Gaussian process
};

using SelectionRegistration = Registration<Selection>;

}  // namespace sluice::selection
