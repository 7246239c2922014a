#include "selection/clusters/centroid_panels.hpp"

#include "selection/squared_distance.hpp"
#include "support/draws.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>

namespace sluice {

namespace {

std::vector<float> drawn(std::uint64_t seed, std::size_t count, double offset)
{
    std::vector<float> values;
    for (const double v : test::normals(seed, count)) values.push_back(static_cast<float>(offset + v));
    return values;
}

}  // namespace

/// Wherever a row and a centroid lie, and however many rows are asked for at a time.
TEST(CentroidPanels, DistancesAreThoseOfOneRowAndOneCentroidToTheBit)
{
    using selection::CentroidPanels;
    for (const std::size_t columns : {1, 2, 7, 15, 16, 17, 31, 32, 37, 128, 131}) {
        for (const std::size_t count : {1, 15, 16, 17, 40}) {
            const auto x = drawn(columns, CentroidPanels::most_rows * columns, 10), centroids = drawn(100 + count, count * columns, 10);
            const CentroidPanels panels(centroids, columns);
            ASSERT_EQ(panels.count(), count);
            ASSERT_EQ(panels.panels(), (count + 15) / 16);
            for (std::size_t rows = 1; rows <= CentroidPanels::most_rows; ++rows) {
                std::array<const float*, CentroidPanels::most_rows> pointers;
                for (std::size_t i = 0; i < rows; ++i) pointers[i] = x.data() + (rows - 1 - i) * columns;
                for (std::size_t panel = 0; panel < panels.panels(); ++panel) {
                    CentroidPanels::Distances squared;
                    panels.distances(std::span(pointers).first(rows), panel, squared);
                    for (std::size_t i = 0; i < rows; ++i) {
                        for (std::size_t l = 0; l < CentroidPanels::width; ++l) {
                            if (l >= panels.in_panel(panel)) {
                                EXPECT_EQ(squared[i][l], INFINITY);
                                continue;
                            }
                            const float expected = selection::squared_distance(pointers[i], centroids.data() + (panel * CentroidPanels::width + l) * columns, columns);
                            ASSERT_EQ(std::bit_cast<std::uint32_t>(squared[i][l]), std::bit_cast<std::uint32_t>(expected)) << columns << " columns, " << rows << " rows";
                        }
                    }
                }
            }
        }
    }
}

}  // namespace sluice
