#pragma once

#include "base/registry.hpp"
#include "pool/shard.hpp"
#include "problems/simulator.hpp"

#include <functional>
#include <optional>

namespace sluice::problems {

/// What an oracle says of one row: a value per target of the campaign, raw units; nothing if it could not answer.
using Answer = std::optional<std::vector<double>>;

/// Where labels come from: an oracle that knows rows, one that looks at features, a simulator that also draws the pool, or none of them; then a person
/// answers, by `sluice tell`.
struct Problem {
    /// Answers a batch, the same on every rank: rows -> one Answer each. `columns`: index in the pool's targets of each target of the campaign. Collective.
    std::function<std::vector<Answer>(const pool::Shard&, const std::vector<std::size_t>& columns, const std::vector<RowId>& rows, const Communicator&)> look_up;
    /// Answers one point, features as stored. The same on every rank.
    std::function<Answer(std::span<const float> features)> evaluate;
    bool reads_targets = false;  ///< the pool's /targets are the truth
    std::optional<Simulator> simulator;

    bool has_oracle() const { return look_up || evaluate || simulator; }
};

using ProblemRegistration = Registration<Problem>;

}  // namespace sluice::problems
