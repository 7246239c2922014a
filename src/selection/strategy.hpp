#pragma once

#include "base/registry.hpp"
#include "parallel/stage_record.hpp"
#include "pool/domain.hpp"
#include "pool/row_state.hpp"
#include "pool/shard.hpp"
#include "problems/goal.hpp"
#include "problems/simulator.hpp"

#include <filesystem>
#include <map>
#include <optional>

namespace sluice {

/// What a strategy sees: the pool and what is known of it; or a domain, whose candidates it generates, and the points asked for so far.
struct StrategyInput {
    const pool::Shard& shard;
    const std::optional<pool::Domain>& domain;
    const std::vector<std::vector<float>>& points;  ///< features by row, with a domain; the shard is empty then
    const pool::Scaling& scaling;           ///< as [pool] scaling asks, or of the domain's box
    std::span<const pool::RowState> state;  ///< [own rows] only unlabelled rows are chosen
    const std::map<RowId, std::vector<double>>& labelled;  ///< values per target, raw units
    std::span<const problems::Goal> goals;
    const problems::TestSet& test;          ///< without rows where there is none
    const std::function<bool(std::span<const float>)>& near_boundary;  ///< of a simulator, see there; may be empty
    std::int64_t count;                     ///< rows wanted
    std::uint64_t seed;
    std::int64_t iteration;
    const std::filesystem::path& folder;    ///< of the run, for what a strategy keeps while it works
    double checkpoint_seconds;              ///< between two writings of what it keeps
    int member_groups;                      ///< ranks that share the members of an ensemble in a pass over the pool
    parallel::StageRecord& stages;
    const Communicator& ranks;
};

/// A batch, and what the strategy thought of it. Model columns may be empty.
struct Proposal {
    std::vector<RowId> rows;                ///< of the pool
    std::vector<std::vector<float>> points; ///< generated, in place of rows
    std::vector<double> scores;             ///< per row; 0 where it was drawn at random
    std::vector<std::vector<double>> mean;  ///< per row and target, raw units
    std::vector<std::vector<double>> sd;
    std::vector<double> out_of_bag_r2;      ///< per target
    std::string diagnostics;                ///< JSON object of the strategy's own; numbers of an object "figures" in it become columns of metrics.csv
};

/// A whole way to choose batches, in place of surrogate, acquisition and selection. May remember what depends on the pool alone. Collective.
using Strategy = std::function<Proposal(const StrategyInput&)>;

using StrategyRegistration = Registration<Strategy>;

}  // namespace sluice
