#pragma once

#include "base/work.hpp"
#include "campaign/candidates/truth.hpp"
#include "campaign/proposal/surrogate.hpp"

namespace sluice::campaign {

/// What is found about this rank's rows of the pool.
struct PoolScores {
    std::vector<double> score;  ///< [own rows], or empty
    std::vector<float> mean;    ///< [own rows, targets] of the surrogate's predictions, standardised; or empty
};

/// One pass over the pool; or two, where a score reads another model than the surrogate, or features. Collective; a safe point.
/// \param rule         null: no scores are wanted
/// \param wants_means  whether the surrogate's means are
/// \param fitted       null: nothing is predicted
/// \param truth        labels of all candidates, as the problem has them
PoolScores score_pool(const Iteration& iteration, const acquisition::Score* rule, bool wants_means, const Fitted* fitted, const Truth& truth, Work& work);

}  // namespace sluice::campaign
