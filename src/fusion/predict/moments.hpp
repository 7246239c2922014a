#pragma once

#include "fusion/fit/surrogates.hpp"
#include "fusion/predict/member_group.hpp"
#include "pool/row_state.hpp"
#include "pool/shard.hpp"

namespace sluice::fusion {

/// What the members of every surrogate say of this rank's rows, in scaled units of merit. A column is a surrogate, target-major as fit_surrogates has them.
struct Moments {
    std::size_t columns = 0;
    std::vector<float> mean;       ///< [own rows, columns]
    std::vector<float> deviation;  ///< [own rows, columns] population deviation over members, model only, > 0
};

/// One pass over this rank's tiles: each is decoded once and predicted by all members while it is in cache. Targets with a window are turned into
/// closeness if asked for. Several ranks of a group share the surrogates, see MemberGroup: the answer is the same. Collective; a safe point.
/// Source: specs: fusion, 9.1, release A.
Moments predict_pool(const pool::Shard& shard, const pool::Scaling& scaling, const std::vector<Surrogate>& surrogates, const LabelledSet& labelled, int members,
                     bool folded_window, parallel::Place place, const GroupRanks& group, Work& work, const Communicator& ranks);

}  // namespace sluice::fusion
