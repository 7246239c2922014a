#include "selection/clusters/centroid_panels.hpp"

#include "base/wide_vectors.hpp"

#include <bit>
#include <cmath>
#include <cstring>

namespace sluice::selection {

namespace {

constexpr std::size_t width = CentroidPanels::width;
constexpr std::size_t sums = 16;  ///< running sums of a distance: columns c, c + 16, ...

/// The order in which sums that are added up in pairs, (0, 8), (4, 12), ..., then pairs of pairs, can be had one after another with few of them held.
constexpr std::array<std::size_t, sums> order = {0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15};

/// Distances of `height` rows to a panel, by vectors of so many bytes. (Vector types of the compiler: from arrays it makes code several times slower.)
template <std::size_t bytes, std::size_t height>
[[gnu::always_inline]] inline void fill_block(const float* const* rows, const float* panel, std::size_t columns, std::array<float, width>* out)
{
    using Vector [[gnu::vector_size(bytes)]] = float;
    constexpr std::size_t lanes = bytes / sizeof(float), vectors = width / lanes;
    Vector held[5][height][vectors];  // sums of 1, 2, 4, 8, 16 of the running sums, as a binary counter has them
    for (std::size_t o = 0; o < sums; ++o) {
        Vector sum[height][vectors];
        for (auto& of_row : sum) {
            for (auto& s : of_row) s = Vector{};
        }
        for (std::size_t c = order[o]; c < columns; c += sums) {
            Vector centroid[vectors];
            for (std::size_t v = 0; v < vectors; ++v) std::memcpy(&centroid[v], panel + c * width + v * lanes, bytes);
            for (std::size_t r = 0; r < height; ++r) {
                for (std::size_t v = 0; v < vectors; ++v) {
                    const Vector difference = rows[r][c] - centroid[v];
                    sum[r][v] += difference * difference;
                }
            }
        }
        auto depth = static_cast<std::size_t>(std::popcount(o));
        for (std::size_t carry = o; (carry & 1) != 0; carry >>= 1) {
            --depth;
            for (std::size_t r = 0; r < height; ++r) {
                for (std::size_t v = 0; v < vectors; ++v) sum[r][v] = held[depth][r][v] + sum[r][v];
            }
        }
        for (std::size_t r = 0; r < height; ++r) {
            for (std::size_t v = 0; v < vectors; ++v) held[depth][r][v] = sum[r][v];
        }
    }
    for (std::size_t r = 0; r < height; ++r) {
        for (std::size_t v = 0; v < vectors; ++v) std::memcpy(out[r].data() + v * lanes, &held[0][r][v], bytes);
    }
}

/// `height` rows keep the arithmetic units busy; one alone takes more than twice its share.
template <std::size_t bytes, std::size_t height>
[[gnu::always_inline]] inline void fill(std::span<const float* const> rows, const float* panel, std::size_t columns, std::array<float, width>* out)
{
    constexpr std::size_t few = 2;
    std::size_t r = 0;
    for (; r + few < rows.size(); r += height) {
        const float* block[height];
        for (std::size_t i = 0; i < height; ++i) block[i] = rows[std::min(r + i, rows.size() - 1)];
        fill_block<bytes, height>(block, panel, columns, out + r);
    }
    for (; r < rows.size(); ++r) fill_block<bytes, 1>(&rows[r], panel, columns, out + r);
}

void fill_narrow(std::span<const float* const> rows, const float* panel, std::size_t columns, std::array<float, width>* out)
{
    fill<32, 4>(rows, panel, columns, out);
}

SLUICE_WIDE_VECTORS void fill_wide(std::span<const float* const> rows, const float* panel, std::size_t columns, std::array<float, width>* out)
{
    fill<64, 8>(rows, panel, columns, out);
}

}  // namespace

CentroidPanels::CentroidPanels(std::span<const float> centroids, std::size_t columns)
    : count_(centroids.size() / columns), columns_(columns), values_(panels() * columns * width, INFINITY)
{
    for (std::size_t k = 0; k < count_; ++k) {
        float* panel = values_.data() + k / width * columns * width + k % width;
        for (std::size_t c = 0; c < columns; ++c) panel[c * width] = centroids[k * columns + c];
    }
}

void CentroidPanels::distances(std::span<const float* const> rows, std::size_t panel, Distances& out) const
{
    const float* values = values_.data() + panel * columns_ * width;
    (has_wide_vectors() ? fill_wide : fill_narrow)(rows, values, columns_, out.data());
}

}  // namespace sluice::selection
