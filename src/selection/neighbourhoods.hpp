#pragma once

#include "selection/selection.hpp"

namespace sluice::selection {

/// How alike each own row is to its nearest neighbours in the pool: the mean cosine of the angles between their scaled features. Neighbours are looked for
/// among the unlabelled rows, or, where these are more than `references`, among so many of them, drawn by key and the same on every rank. Exact for these;
/// a row is no neighbour of itself, and of equal neighbours the lower row comes first. A row of zeros is unlike all others.
///
/// Every rank holds the reference rows, references x columns numbers, sent once; a chosen row leaves them, and the own rows that had it among their
/// neighbours look for others.
class Neighbourhoods {
public:
    /// Collective, as long as a pass over the pool with every reference row; a safe point at the end.
    Neighbourhoods(const SelectionInput& input, std::size_t neighbours, std::int64_t references);

    /// Takes a chosen row away. Every rank does, in the same order.
    void remove(RowId row);

    /// [own rows], 0 where there is no neighbour or the row is not unlabelled.
    const std::vector<double>& similarity() const { return mean_; }

private:
    struct Neighbour {
        float similarity;
        std::uint32_t reference;  ///< index into rows_
    };

    void look_for_neighbours(std::size_t local, const float* unit);

    const SelectionInput& input_;
    std::size_t neighbours_;
    std::vector<RowId> rows_;          ///< [references] ascending
    std::vector<char> is_left_;        ///< [references]
    std::vector<float> units_;         ///< [references, columns] of length 1, or 0
    std::vector<std::vector<Neighbour>> nearest_;  ///< [own rows][neighbours at most], the most alike first
    std::vector<double> mean_;
};

}  // namespace sluice::selection
