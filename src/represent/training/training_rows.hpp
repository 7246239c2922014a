#pragma once

#include "pool/shard.hpp"
#include "represent/training/minibatches.hpp"
#include "represent/training/recipe.hpp"

namespace sluice::represent {

/// Standardised features beyond this are cut off: specification section 10.2.
inline constexpr float largest_feature = 10;

/// Which rows of a pool are drawn.
struct Draw {
    std::int64_t training_rows;      ///< at most
    std::uint64_t seed;
    std::int64_t last_held_out = 0;  ///< so many last rows are held out, as of a time series; 0: random ones
    bool has_trials = false;         ///< a tenth of the training rows is set aside to judge trials by
};

/// Random rows of a pool, on every rank, standardised and cut off: those with the largest of random words keyed by (seed, row) are trained on, the next ones held
/// out: a tenth as many, if there are that many more, or else a tenth of all. Does not depend on ranks. Collective; sends the rows.
/// A copy on every rank, as every chain's minibatches are drawn from all of them: 200 MB at 50,000 rows of 1,024, whatever the size of the pool.
/// \param derivatives    a pool of the rows' time derivatives, if they are wanted too
Subsample draw_subsample(const pool::Shard& shard, const pool::Scaling& standardising, const Draw& draw, const Communicator& ranks, const pool::Shard* derivatives = nullptr);

/// How a pool's features are scaled for a representation. Pixels must be stored as bytes: error. Collective.
pool::Scaling scaling_of(const pool::Shard& shard, FeatureScale scale, const Communicator& ranks);

/// Cuts off [count] standardised features.
void cut_off(float* features, std::size_t count);

}  // namespace sluice::represent
