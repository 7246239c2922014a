#include "selection/clusters/nearest_centroids.hpp"

#include <algorithm>
#include <cstring>

namespace sluice::selection {

namespace {

/// Rows that are compared with all groups before the next ones are: their features stay in cache.
constexpr std::size_t block_rows = 256;

std::size_t panels_that_share_a_bound(std::size_t panels, std::size_t rows, std::size_t most_bytes)
{
    const std::size_t affordable = rows > 0 ? std::max<std::size_t>(1, most_bytes / (rows * sizeof(float))) : panels;
    return (panels + affordable - 1) / affordable;
}

/// (A vector type of the compiler: it leaves an array's minimum to scalar steps.)
float smallest(const std::array<float, CentroidPanels::width>& values)
{
    using Vector [[gnu::vector_size(32)]] = float;
    static_assert(sizeof(values) == 2 * sizeof(Vector));
    Vector first, second;
    std::memcpy(&first, values.data(), sizeof(Vector));
    std::memcpy(&second, values.data() + values.size() / 2, sizeof(Vector));
    const Vector least = first < second ? first : second;
    return std::min(std::min(std::min(least[0], least[4]), std::min(least[2], least[6])), std::min(std::min(least[1], least[5]), std::min(least[3], least[7])));
}

}  // namespace

/// What is kept of the rows of one tile.
struct NearestCentroids::Tile {
    RowId first, count;  ///< global row; rows
    Row* rows;           ///< [count]
    float* lower;        ///< [groups, count]

    float& bound(std::size_t group, RowId i) const { return lower[static_cast<RowId>(group) * count + i]; }
};

NearestCentroids::NearestCentroids(const pool::Shard& shard, const pool::Scaling& scaling, std::vector<float> centroids, std::size_t most_bound_bytes)
    : shard_(shard),
      scaling_(scaling),
      columns_(static_cast<std::size_t>(shard.info.columns)),
      centroids_(std::move(centroids)),
      panels_(centroids_, columns_),
      bounds_(columns_),
      panels_per_group_(panels_that_share_a_bound(panels_.panels(), static_cast<std::size_t>(shard.share.rows()), most_bound_bytes)),
      groups_((panels_.panels() + panels_per_group_ - 1) / panels_per_group_),
      moves_(count(), 0.0F),
      group_moves_(groups_, 0.0F),
      rows_(static_cast<std::size_t>(shard.share.rows())),
      lower_(rows_.size() * groups_, 0.0F)
{
}

void NearestCentroids::move(std::vector<float> centroids)
{
    std::fill(group_moves_.begin(), group_moves_.end(), 0.0F);
    for (std::size_t k = 0; k < count(); ++k) {
        moves_[k] = DistanceBounds::moved(std::span(centroids_).subspan(k * columns_, columns_), std::span(centroids).subspan(k * columns_, columns_));
        auto& of_group = group_moves_[group_of(static_cast<std::uint32_t>(k))];
        of_group = std::max(of_group, moves_[k]);
    }
    centroids_ = std::move(centroids);
    panels_ = CentroidPanels(centroids_, columns_);
}

std::size_t NearestCentroids::assign(RowId tile, std::span<const pool::RowState> state, std::vector<Change>& changes)
{
    thread_local Doubtful doubtful;
    const Tiling tiling = shard_.info.tiling();
    const auto local = static_cast<std::size_t>(tiling.first_row(tile) - shard_.share.first_row);
    const Tile its{tiling.first_row(tile), tiling.rows_in(tile), rows_.data() + local, lower_.data() + local * groups_};
    follow_moves(its);
    find_doubtful(its, state.subspan(local, static_cast<std::size_t>(its.count)), doubtful);

    std::vector<std::uint32_t> before;
    for (const RowId i : doubtful.rows) before.push_back(its.rows[i].own);
    std::size_t computed = 0;
    for (std::size_t begin = 0; begin < before.size(); begin += block_rows) computed += search(its, doubtful, begin, std::min(begin + block_rows, before.size()));
    changes.clear();
    for (std::size_t j = 0; j < before.size(); ++j) {
        const auto now = its.rows[doubtful.rows[j]].own;
        if (now != before[j]) changes.push_back({its.first + doubtful.rows[j], before[j], now, doubtful.features.data() + j * columns_});
    }
    return computed;
}

/// How far away a centroid may be and yet be the nearest, or as near.
float NearestCentroids::reach(const Row& row) const
{
    const float to_own = bounds_.at_most(row.squared);
    return row.drift == 0 ? to_own : bounds_.beyond(DistanceBounds::longer(to_own, row.drift));
}

void NearestCentroids::follow_moves(const Tile& tile)
{
    for (RowId i = 0; i < tile.count; ++i) {
        auto& row = tile.rows[i];
        if (row.own != nobody && moves_[row.own] > 0) row.drift = DistanceBounds::longer(row.drift, moves_[row.own]);
    }
    for (std::size_t group = 0; group < groups_; ++group) {
        const float move = group_moves_[group];
        if (move == 0) continue;
        float* bound = &tile.bound(group, 0);
        for (RowId i = 0; i < tile.count; ++i) bound[i] = DistanceBounds::shorter(bound[i], move);
    }
}

/// Those that have a group within reach, and their features.
void NearestCentroids::find_doubtful(const Tile& tile, std::span<const pool::RowState> state, Doubtful& doubtful) const
{
    thread_local std::vector<float> nearest;
    nearest.assign(static_cast<std::size_t>(tile.count), INFINITY);
    for (std::size_t group = 0; group < groups_; ++group) {
        const float* bound = &tile.bound(group, 0);
        for (std::size_t i = 0; i < nearest.size(); ++i) nearest[i] = std::min(nearest[i], bound[i]);
    }
    doubtful.rows.clear();
    doubtful.reach.clear();
    for (RowId i = 0; i < tile.count; ++i) {
        if (state[static_cast<std::size_t>(i)] != pool::RowState::unlabelled) continue;
        const float within = reach(tile.rows[i]);
        if (nearest[static_cast<std::size_t>(i)] > within) continue;
        doubtful.rows.push_back(i);
        doubtful.reach.push_back(within);
    }
    doubtful.features.resize(doubtful.rows.size() * columns_);
    for (std::size_t begin = 0, end = 0; begin < doubtful.rows.size(); begin = end) {  // neighbours are read together
        const RowId first = doubtful.rows[begin];
        while (end < doubtful.rows.size() && doubtful.rows[end] - first == static_cast<RowId>(end - begin)) ++end;
        pool::decode(shard_, scaling_, tile.first + first, static_cast<RowId>(end - begin), doubtful.features.data() + begin * columns_);
    }
}

std::size_t NearestCentroids::search(const Tile& tile, Doubtful& doubtful, std::size_t begin, std::size_t end)
{
    std::size_t computed = compare_with_own(tile, doubtful, begin, end);
    std::array<std::uint32_t, block_rows> within;
    for (std::size_t group = 0; group < groups_; ++group) {
        std::size_t members = 0;
        for (std::size_t j = begin; j < end; ++j) {
            within[members] = static_cast<std::uint32_t>(j);
            members += tile.bound(group, doubtful.rows[j]) <= doubtful.reach[j] ? 1 : 0;
        }
        for (std::size_t m = 0; m < members; m += CentroidPanels::most_rows) {
            computed += compare_with_group(tile, doubtful, group, std::span(within).subspan(m, std::min(CentroidPanels::most_rows, members - m)));
        }
    }
    return computed;
}

/// Rows whose own centroid has moved: where it is now.
std::size_t NearestCentroids::compare_with_own(const Tile& tile, Doubtful& doubtful, std::size_t begin, std::size_t end)
{
    std::size_t computed = 0;
    CentroidPanels::Distances squared;
    for (std::size_t j = begin; j < end; ++j) {
        auto& row = tile.rows[doubtful.rows[j]];
        if (row.drift == 0) continue;
        const float* features = doubtful.features.data() + j * columns_;
        panels_.distances({&features, 1}, row.own / CentroidPanels::width, squared);
        computed += CentroidPanels::width;
        row.squared = squared[0][row.own % CentroidPanels::width];
        row.drift = 0;
        doubtful.reach[j] = reach(row);
    }
    return computed;
}

/// \param members  of the doubtful rows, at most CentroidPanels::most_rows
std::size_t NearestCentroids::compare_with_group(const Tile& tile, Doubtful& doubtful, std::size_t group, std::span<const std::uint32_t> members)
{
    CentroidPanels::Distances squared;
    std::array<const float*, CentroidPanels::most_rows> features;
    std::array<float, CentroidPanels::most_rows> others;  // the smallest of the group, without the row's own
    others.fill(INFINITY);
    for (std::size_t m = 0; m < members.size(); ++m) features[m] = doubtful.features.data() + members[m] * columns_;

    const std::size_t first = group * panels_per_group_, end = std::min(first + panels_per_group_, panels_.panels());
    for (std::size_t panel = first; panel < end; ++panel) {
        panels_.distances(std::span(features).first(members.size()), panel, squared);
        for (std::size_t m = 0; m < members.size(); ++m) {
            const RowId i = doubtful.rows[members[m]];
            auto& row = tile.rows[i];
            const float least = smallest(squared[m]);
            if (least > row.squared) others[m] = std::min(others[m], least);
            else take(tile, row, i, panel, squared[m], others[m]);
        }
    }
    for (std::size_t m = 0; m < members.size(); ++m) {
        const RowId i = doubtful.rows[members[m]];
        tile.bound(group, i) = bounds_.at_least(others[m]);
        doubtful.reach[members[m]] = reach(tile.rows[i]);
    }
    return members.size() * (end - first) * CentroidPanels::width;
}

/// One of these centroids may be nearer to the row than its own: looks at each.
void NearestCentroids::take(const Tile& tile, Row& row, RowId i, std::size_t panel, const std::array<float, CentroidPanels::width>& squared, float& others)
{
    for (std::size_t l = 0; l < panels_.in_panel(panel); ++l) {
        const auto centroid = static_cast<std::uint32_t>(panel * CentroidPanels::width + l);
        if (centroid == row.own) continue;
        const bool is_nearer = squared[l] < row.squared || (squared[l] == row.squared && centroid < row.own);
        if (is_nearer && row.own != nobody) {
            if (group_of(row.own) == group_of(centroid)) others = std::min(others, row.squared);
            else tile.bound(group_of(row.own), i) = std::min(tile.bound(group_of(row.own), i), bounds_.at_least(row.squared));
        }
        if (is_nearer) row.own = centroid, row.squared = squared[l];
        else others = std::min(others, squared[l]);
    }
}

}  // namespace sluice::selection
