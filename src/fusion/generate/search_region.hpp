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

/// The whole domain, with all rows, or a trust region, with the rows in it and the nearest, 5 to 15 of them per feature. The one is looked at whose share of recent
/// batches that found something better is larger, the domain first; the share of the other returns slowly to one half. The trust region is a box around the weighted
/// mean of the ten best points, or around the best: one that puts nothing among the ten best lets the other try. Its edge is halved by two batches that find nothing
/// better and doubled by three in a row that do. Once it has shrunk to nothing, or the ten best are alike, it has ended: the domain alone is looked at until it fails five
/// times in a row, then a new trust region begins. What was found before a trust region ended no longer counts as better or best, so that the next one may lie
/// elsewhere; surrogates learn from all. Follows from the history alone, so that a campaign goes on after a restart as if there had been none.
/// Source: Eriksson et al. 2019 (TuRBO), section 2, for edges, and counts of successes and failures; Hansen 2016, eq. 5-8, for the weighted mean.
SearchRegion search_region(const pool::Domain& domain, const SearchHistory& history);

}  // namespace sluice::fusion
