#pragma once

#include <cstdint>

namespace sluice::pool {

/// Where a row of the pool stands in a campaign.
enum class RowState : std::uint8_t {
    unlabelled,
    pending,   ///< asked for, not answered
    labelled,
    failed,    ///< asked for, and the oracle could not answer; not asked again
    excluded,  ///< never to be asked for: features or label cannot be used
};

}  // namespace sluice::pool
