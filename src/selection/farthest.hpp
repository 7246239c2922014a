#pragma once

#include "base/work.hpp"
#include "pool/shard.hpp"

#include <span>

namespace sluice::selection {

/// Finds, over this rank's rows, the row whose weighted squared distance to the nearest of a growing set of centres is largest.
///
/// Exact and lazy. A row remembers the distance to the nearest of the centres it has been compared with so far, which bounds its true distance from
/// above; it is compared with further centres only while that bound could still win. Most rows of a large pool are compared with one or two centres,
/// however many there are, and blocks of rows without a promising one are not looked at. Which rows are touched depends on ranks and threads, the
/// answer does not.
///
/// With outputs beside the features, "squared distance" means the product of a row's squared distances to a centre in features and in outputs.
class Farthest {
public:
    /// \param weight  [own rows] > 0, or empty for 1
    /// \param outputs  [own rows, width], used as they are; empty: distances are of features alone
    Farthest(const pool::Shard& shard, const pool::Scaling& scaling, std::vector<double> weight, std::span<const float> outputs = {}, std::size_t width = 0);

    /// \param centres  [any, columns], scaled  \param outputs  [as many, width]
    void add_centres(std::span<const float> centres, std::span<const float> outputs = {});
    void remove(RowId own_row);

    /// The best own row by (weight x squared distance, lower row), among those not removed; Ranked::none() if none is left.
    /// With no centre at all every distance is infinite.
    Ranked find(Work& work);

    /// Squared distance of every own row to its nearest centre, [own rows]; < 0: removed. Compares every row with every centre. May leave early when a
    /// stop is asked for.
    std::vector<double> distances(Work& work);

private:
    struct Row {
        float bound;         ///< squared distance to the nearest of the first `compared` centres
        std::uint32_t compared;
    };

    double value(std::size_t local) const;
    std::size_t first_block(RowId tile) const;
    Ranked search_tile(RowId tile, double floor, Work& work);
    const float* as_used(RowId row, std::vector<float>& decoded) const;
    void prefetch(RowId row) const;
    Ranked search_block(RowId first, RowId end, double floor, double& bound, Work& work);
    double compare(std::size_t local, const float* x, double floor, Work& work);

    const pool::Shard& shard_;
    const pool::Scaling& scaling_;
    bool stored_as_used_;             ///< float32, unscaled and in memory: rows are read in place
    std::vector<double> weight_;
    std::vector<Row> rows_;
    std::size_t blocks_per_tile_;
    std::vector<double> block_bound_;  ///< no row of the block has a larger value; blocks do not cross tiles
    std::vector<float> centres_;      ///< [centres, columns]
    std::span<const float> outputs_;  ///< [own rows, width]
    std::size_t width_;               ///< 0: without outputs
    std::vector<float> centre_outputs_;  ///< [centres, width]
};

}  // namespace sluice::selection
