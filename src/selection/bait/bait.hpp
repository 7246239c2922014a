#pragma once

#include "base/work.hpp"
#include "parallel/tiling.hpp"
#include "selection/bait/factored_rows.hpp"

namespace sluice::selection {

/// What BAIT sees: Fisher embeddings of the rows of a pool and of the labelled rows. For a linear head on features z with likelihood l, the row g of a
/// point is vec(z a^T), a the derivatives of log l by the outputs of the head.
struct BaitInput {
    Tiling tiling;                          ///< of the pool
    Share share;                            ///< this rank's, as share_of deals them
    FactoredRows rows;                      ///< own rows
    std::span<const pool::RowState> state;  ///< [own rows]; the unlabelled ones are the pool that is covered and chosen from
    FactoredRows labelled;                  ///< the same on every rank
    std::int64_t count;                     ///< rows wanted
    double lambda = 1;                      ///< prior information, > 0
    const Communicator& ranks;
    Work& work;                             ///< adds what it does
};

/// A batch and how it came about.
struct BaitBatch {
    std::vector<RowId> rows;      ///< in the order of choice
    std::vector<Ranked> picked;   ///< forward: rows and by how much each lowered the criterion
    std::vector<Ranked> removed;  ///< backward: rows and what each had been worth, negative
};

/// BAIT: the batch S that makes  tr(M^-1 F)  small, F the mean of g^T g over the pool, M = lambda I + n / (n + q) sum of g^T g over the n labelled rows +
/// q / (n + q) sum over S: greedily 2 q picks, then the least useful ones are removed until q = count are left (all that there are, if fewer).
/// The long matrices are never formed: memory is of the order of the factors. Ties go to the lower row. Collective; the same rows on every rank, for any
/// number of ranks and threads. Sends one row per pick and, where rows are long, `length` doubles per tile and pick, and before the first pick the factors of all rows,
/// tile by tile.
/// Error if a factor is not finite.
/// Source: Ash et al. 2021; paper 000, with the weights of its reference code (spec: two-index, section 6, BAIT).
BaitBatch bait(const BaitInput& input);

}  // namespace sluice::selection
