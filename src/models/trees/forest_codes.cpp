#include "models/trees/forest_codes.hpp"

#include "base/wide_vectors.hpp"

#include <algorithm>

#ifdef __x86_64__
#include <immintrin.h>
#endif

namespace sluice::models {

namespace {

/// Columns that are turned together: a cache line of each row.
constexpr int turned_columns = 16;

/// Some columns of a block of rows, [turned columns, block_rows]. Rows beyond `rows` get those of the last one.
inline void turn(const float* features, std::int64_t stride, int columns, int rows, float* out)
{
    if (columns == turned_columns) {
        for (int r = 0; r < rows; ++r, features += stride) {
            for (int c = 0; c < turned_columns; ++c) out[c * block_rows + r] = features[c];
        }
    } else {
        for (int r = 0; r < rows; ++r, features += stride) {
            for (int c = 0; c < columns; ++c) out[c * block_rows + r] = features[c];
        }
    }
    for (int c = 0; c < columns; ++c) std::fill_n(out + c * block_rows + rows, block_rows - rows, out[c * block_rows + rows - 1]);
}

/// One step of bisection for all rows: where the value is not below the threshold in the middle, what lies before it is passed.
/// \param middle  of the thresholds that follow the passed ones
using Bisect = void (*)(const float* middle, const float* x, std::int32_t half, std::int32_t* passed);

void bisect(const float* middle, const float* x, std::int32_t half, std::int32_t* passed)
{
    for (int r = 0; r < block_rows; ++r) passed[r] += middle[passed[r]] <= x[r] ? half : 0;
}

#ifdef __x86_64__
constexpr __mmask16 all_sixteen = 0xFFFF;  // without masks GCC 12 warns of what its header leaves open on purpose

SLUICE_WIDE_VECTORS void bisect_wide(const float* middle, const float* x, std::int32_t half, std::int32_t* passed)
{
    for (int r = 0; r < block_rows; r += 16) {
        const __m512i own = _mm512_load_si512(passed + r);
        const __m512 threshold = _mm512_mask_i32gather_ps(_mm512_setzero_ps(), all_sixteen, own, middle, sizeof(float));
        const __mmask16 is_passed = _mm512_cmp_ps_mask(threshold, _mm512_load_ps(x + r), _CMP_LE_OQ);
        _mm512_store_si512(passed + r, _mm512_mask_add_epi32(own, is_passed, own, _mm512_set1_epi32(half)));
    }
}
#else
constexpr Bisect bisect_wide = bisect;
#endif

/// How many thresholds each row's value is not below. Some thresholds at even steps, or all where they are few, are compared with all rows, which takes no
/// look-up; those between two of them are found by bisection.
inline void count_thresholds(const CodedFeature& feature, const float* x, Bisect bisect, std::int32_t* passed)
{
    constexpr int together = 32;  // rows whose counts stay in registers
    const float* thresholds = feature.thresholds.data();
    const auto size = feature.thresholds.size();
    const std::size_t step = size <= 32 ? 1 : size <= 128 ? 4 : 8;
    for (int first = 0; first < block_rows; first += together) {
        std::int32_t steps[together] = {};
        float own[together];
        std::copy_n(x + first, together, own);
        for (std::size_t t = step - 1; t + 1 < size; t += step) {
            const float threshold = thresholds[t];
            for (int r = 0; r < together; ++r) steps[r] += threshold <= own[r] ? 1 : 0;
        }
        for (int r = 0; r < together; ++r) passed[first + r] = steps[r] * static_cast<std::int32_t>(step);
    }
    for (auto half = static_cast<std::int32_t>(step / 2); half > 0; half /= 2) bisect(thresholds + half - 1, x, half, passed);
}

inline void code_by(const ForestProgram& program, const float* features, int rows, Bisect bisect, std::uint8_t* codes)
{
    alignas(64) float turned[turned_columns * block_rows];
    alignas(64) std::int32_t below[block_rows];
    std::int64_t first_turned = -turned_columns;
    for (const auto& feature : program.features) {
        if (feature.feature >= first_turned + turned_columns) {
            first_turned = feature.feature / turned_columns * turned_columns;
            turn(features + first_turned, program.columns, static_cast<int>(std::min<std::int64_t>(turned_columns, program.columns - first_turned)), rows, turned);
        }
        count_thresholds(feature, turned + (feature.feature - first_turned) * block_rows, bisect, below);
        for (std::uint32_t plane = 0; plane < feature.planes(); ++plane) {
            std::uint8_t* out = codes + static_cast<std::size_t>(feature.first_plane + plane) * block_rows;
            const auto first = static_cast<std::int32_t>(plane * plane_thresholds);
            for (int r = 0; r < block_rows; ++r) {
                out[r] = static_cast<std::uint8_t>(std::clamp(below[r] - first, 0, static_cast<std::int32_t>(plane_thresholds)));
            }
        }
    }
}

SLUICE_WIDE_VECTORS void code_block_wide(const ForestProgram& program, const float* features, int rows, std::uint8_t* codes)
{
    code_by(program, features, rows, bisect_wide, codes);
}

}  // namespace

void code_block(const ForestProgram& program, const float* features, int rows, std::uint8_t* codes)
{
    if (has_wide_vectors()) code_block_wide(program, features, rows, codes);
    else code_by(program, features, rows, bisect, codes);
}

}  // namespace sluice::models
