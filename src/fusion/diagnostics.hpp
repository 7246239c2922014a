#pragma once

#include "fusion/fuse/channels.hpp"
#include "fusion/select/density_test.hpp"

#include <optional>

namespace sluice::fusion {

/// What an iteration leaves behind beside its batch.
struct Diagnostics {
    std::string labelled_clustering;
    std::int32_t labelled_clusters = 0;
    std::string screen_clustering;  ///< empty: the density test did not ask for it
    std::int32_t screen_clusters = 0;
    DensityTest density;
    bool diverse = false;
    double explained = 0;     ///< share of the targets' variance, see explained_by_best
    std::int64_t drawn = 0;   ///< last rows of the batch that were drawn at random
    std::optional<double> test_mse;  ///< of all families together, where there are test points
};

/// As a JSON object: per surrogate its dimensions, budget, chosen options, reliabilities and scores; per target its deviations and gain; the batch's density.
/// Source: specs: fusion, section 12.
std::string to_json(const Diagnostics& diagnostics, const std::vector<Surrogate>& surrogates, const Channels& channels);

}  // namespace sluice::fusion
