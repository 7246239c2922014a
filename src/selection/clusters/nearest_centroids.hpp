#pragma once

#include "pool/row_state.hpp"
#include "pool/shard.hpp"
#include "selection/clusters/centroid_panels.hpp"
#include "selection/distance_bounds.hpp"

#include <cstdint>

namespace sluice::selection {

/// Which of some centroids, which move from pass to pass, is nearest to every own row: the first of those whose distance (CentroidPanels) is smallest.
///
/// Exact and lazy. For each row and each group of consecutive centroids there is a bound below the distances to all of the group but the row's own, and for each
/// row one above the distance to its own; a centroid that moved by m is nearer or farther by at most m. Groups whose bound lies beyond the own centroid are not looked
/// at, and rows with no other groups are not even read. Bounds are on the safe side of rounding, and which distances are computed is never seen in the answer.
/// Memory: 12 bytes per own row and 4 per group; there are as many groups as panels, or fewer, so that bounds of groups take no more than `bound_bytes` or one group's.
/// Source: Ding et al. 2015, Yinyang k-means; Hamerly 2010 (one group); with bounds that hold in float32.
class NearestCentroids {
public:
    static constexpr std::uint32_t nobody = UINT32_MAX;
    static constexpr std::size_t bound_bytes = 256'000'000;

    struct Change {
        RowId row;                ///< global
        std::uint32_t from, to;   ///< `from` is nobody the first time
        const float* features;    ///< of the row, until the thread comes to another tile
    };

    /// \param centroids  [any, columns]
    NearestCentroids(const pool::Shard& shard, const pool::Scaling& scaling, std::vector<float> centroids, std::size_t most_bound_bytes = bound_bytes);

    std::size_t count() const { return panels_.count(); }
    std::span<const float> centroids() const { return centroids_; }
    const CentroidPanels& panels() const { return panels_; }

    /// \param centroids  the same, at new places
    void move(std::vector<float> centroids);

    /// Brings the unlabelled rows of an own tile up to date, once after each move. Tiles may be dealt with by several threads.
    /// \param state  [own rows]  \param changes  rows whose nearest centroid has changed are put here  \return  distances that were computed
    std::size_t assign(RowId tile, std::span<const pool::RowState> state, std::vector<Change>& changes);

private:
    struct Row {
        std::uint32_t own = nobody;
        float squared = INFINITY;  ///< to the own centroid where it was when last computed
        float drift = 0;           ///< how far it may have moved since
    };
    /// Rows of a tile that may have changed.
    struct Doubtful {
        std::vector<RowId> rows;  ///< of the tile
        std::vector<float> features, reach;
    };
    struct Tile;

    std::size_t group_of(std::uint32_t centroid) const { return centroid / CentroidPanels::width / panels_per_group_; }
    float reach(const Row& row) const;
    void follow_moves(const Tile& tile);
    void find_doubtful(const Tile& tile, std::span<const pool::RowState> state, Doubtful& doubtful) const;
    std::size_t search(const Tile& tile, Doubtful& doubtful, std::size_t begin, std::size_t end);
    std::size_t compare_with_own(const Tile& tile, Doubtful& doubtful, std::size_t begin, std::size_t end);
    std::size_t compare_with_group(const Tile& tile, Doubtful& doubtful, std::size_t group, std::span<const std::uint32_t> members);
    void take(const Tile& tile, Row& row, RowId i, std::size_t panel, const std::array<float, CentroidPanels::width>& squared, float& others);

    const pool::Shard& shard_;
    const pool::Scaling& scaling_;
    std::size_t columns_;
    std::vector<float> centroids_;  ///< [count, columns]
    CentroidPanels panels_;
    DistanceBounds bounds_;
    std::size_t panels_per_group_, groups_;
    std::vector<float> moves_;        ///< [count] of the last move
    std::vector<float> group_moves_;  ///< [groups] the largest of a group
    std::vector<Row> rows_;           ///< [own rows]
    std::vector<float> lower_;        ///< tile by tile [groups, rows of the tile]
};

}  // namespace sluice::selection
