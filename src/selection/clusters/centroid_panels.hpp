#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace sluice::selection {

/// Centroids in panels of sixteen, column by column, so that a vector register holds one column of many centroids: squared distances of a few rows to a panel at a
/// time, the rate of a matrix product without its cancellation.
class CentroidPanels {
public:
    static constexpr std::size_t width = 16, most_rows = 8;
    using Distances = std::array<std::array<float, width>, most_rows>;

    /// \param centroids  [any, columns]
    CentroidPanels(std::span<const float> centroids, std::size_t columns);

    std::size_t count() const { return count_; }
    std::size_t panels() const { return (count_ + width - 1) / width; }
    /// Centroids of a panel; of the last one fewer may be there.
    std::size_t in_panel(std::size_t panel) const { return panel + 1 < panels() ? width : count_ - panel * width; }

    /// Squared distances [row, centroid of the panel] of at most `most_rows` rows; infinite beyond the last centroid. Differences, squares and sums in float32, in the
    /// order of squared_distance: a distance is the same bits wherever its row and its centroid lie.
    void distances(std::span<const float* const> rows, std::size_t panel, Distances& out) const;

private:
    std::size_t count_, columns_;
    std::vector<float> values_;  ///< [panels, columns, width]
};

}  // namespace sluice::selection
