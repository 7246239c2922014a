#pragma once

#include "pool/domain.hpp"

#include <span>

namespace sluice::fusion {

/// What is known of a domain, in the order in which it was asked for.
struct SearchHistory {
    std::span<const RowId> rows;                    ///< labelled, ascending
    std::span<const double> merit;                  ///< [rows] larger is preferred
    const std::vector<std::vector<float>>& points;  ///< of all that were asked for, by row
    RowId initial = 0;                              ///< rows asked for before the first batch
    RowId batch = 1;
    bool alternating = true;                        ///< between domain and trust region; else the trust region alone
};

/// Where the next batch is looked for, and what its surrogates are trained on.
struct SearchRegion {
    pool::Domain box;
    std::vector<std::size_t> rows;  ///< indices into the history, ascending
    bool is_domain = false;
    double edge = 0;                ///< of the trust region, relative to the domain's
};

/// The whole domain, with all rows, or a trust region: a box around the weighted mean of the ten best points, with the rows in it and the nearest, 5 to 15 of them
/// per feature. Its edge is halved by two batches that find nothing better and doubled by three in a row that do. The domain is looked at first, and again at once
/// when that found something better; else after 1, 2, 4, then ever 8 batches of the trust region. Once the trust region has shrunk to nothing the domain alone is
/// looked at, until it has found something better and then failed five times. Follows from the history alone, so that a campaign goes on after a restart as if
/// there had been none.
/// Source: Eriksson et al. 2019 (TuRBO), section 2, for edges, and counts of successes and failures; Hansen 2016, eq. 5-8, for the weighted mean.
SearchRegion search_region(const pool::Domain& domain, const SearchHistory& history);

}  // namespace sluice::fusion
