#pragma once

#include "campaign/campaign_file.hpp"

namespace sluice::rehearsal {

/// What a campaign will cost, from two iterations of it on some of its rows, twice: every stage's seconds and the memory are taken to be a part that
/// does not depend on the rows and one that is proportional to them, but for stages that look at labelled rows alone.
struct Forecast {
    struct Stage {
        std::string name;
        double once = 0;           ///< seconds, of the first iteration alone
        double each_iteration = 0; ///< seconds
    };
    RowId rehearsed = 0;           ///< rows of the larger rehearsal
    RowId rows = 0;                ///< of the pool
    std::int64_t labelled = 0;     ///< rows at which the second iteration was timed
    std::vector<Stage> stages;
    double kept_bytes = 0;         ///< of features, of a rank
    double other_bytes = 0;        ///< of a rank; at least what the rehearsal took
};

/// Runs the rehearsals on the ranks and threads of this program, in a temporary folder that is removed. Labels are the pool's, where it knows them, else
/// drawn. Not for generated candidates, of which there are always equally many. Collective.
Forecast rehearse(const campaign::CampaignFile& file, const Communicator& ranks);

}  // namespace sluice::rehearsal
