#include "base/wide_vectors.hpp"
#include "models/trees/forest_codes.hpp"

#include <algorithm>
#include <memory>

#ifdef __x86_64__
#include <immintrin.h>
#endif

namespace sluice::models {

namespace {

/// Which leaf of a tree every row of a block falls into: evaluates its steps. Leaf is 8 bits wide where the tree has few enough leaves.
/// \param stack  [depth, block_rows]; the result is its first row
template <typename Leaf>
inline void find_leaves(const TreeStep* step, const TreeStep* end, const std::uint8_t* codes, Leaf* stack)
{
    Leaf* next = stack;  // above the top
    for (; step != end; ++step) {
        const std::uint8_t* own = codes + static_cast<std::size_t>(step->plane) * block_rows;
        const std::uint8_t code = step->code;
        const auto left = static_cast<Leaf>(step->left_leaf), right = static_cast<Leaf>(step->right_leaf);
        if (step->left == Child::leaf && step->right == Child::leaf) {
            for (int r = 0; r < block_rows; ++r) next[r] = own[r] <= code ? left : right;
            next += block_rows;
        } else if (step->right == Child::leaf) {
            Leaf* top = next - block_rows;
            for (int r = 0; r < block_rows; ++r) top[r] = own[r] <= code ? top[r] : right;
        } else if (step->left == Child::leaf) {
            Leaf* top = next - block_rows;
            for (int r = 0; r < block_rows; ++r) top[r] = own[r] <= code ? left : top[r];
        } else {
            next -= block_rows;
            Leaf* top = next - block_rows;
            const Leaf *first = step->right_is_deeper ? next : top, *second = step->right_is_deeper ? top : next;
            for (int r = 0; r < block_rows; ++r) {
                const Leaf taken_left = first[r], taken_right = second[r];  // both read, so that the choice needs no branch
                top[r] = own[r] <= code ? taken_left : taken_right;
            }
        }
    }
}

SLUICE_WIDE_VECTORS void find_leaves_wide(const TreeStep* step, const TreeStep* end, const std::uint8_t* codes, std::uint8_t* stack)
{
    find_leaves(step, end, codes, stack);
}

/// Sums over trees of a block's rows: of float32 or float64.
struct Sums {
    bool is_float32;
    alignas(64) float singles[block_rows];
    alignas(64) double doubles[block_rows];
};

template <typename Leaf>
void add_values(const Leaf* leaves, const float* values, Sums& sums)
{
    if (sums.is_float32) {
        for (int r = 0; r < block_rows; ++r) sums.singles[r] += values[leaves[r]];
    } else {
        for (int r = 0; r < block_rows; ++r) sums.doubles[r] += static_cast<double>(values[leaves[r]]);
    }
}

#ifdef __x86_64__
constexpr __mmask8 all_eight = 0xFF;
constexpr __mmask16 all_sixteen = 0xFFFF;  // without masks GCC 12 warns of what its header leaves open on purpose

/// Of so few leaves the values are looked up in registers.
constexpr std::uint32_t most_in_registers = 64;

/// The same for trees with at most so many leaves. \param count  of leaves
SLUICE_WIDE_VECTORS void add_values_from_registers(const std::uint8_t* leaves, const float* values, std::uint32_t count, Sums& sums)
{
    __m512 table[4];
    for (std::uint32_t part = 0; part < 4; ++part) {
        const auto held = count > 16 * part ? std::min(count - 16 * part, 16U) : 0U;
        table[part] = _mm512_maskz_loadu_ps(static_cast<__mmask16>((1U << held) - 1), values + 16 * part);
    }
    for (int r = 0; r < block_rows; r += 16) {
        const __m512i leaf = _mm512_maskz_cvtepu8_epi32(all_sixteen, _mm_loadu_si128(reinterpret_cast<const __m128i*>(leaves + r)));
        __m512 value = _mm512_permutex2var_ps(table[0], leaf, table[1]);
        if (count > 32) value = _mm512_mask_blend_ps(_mm512_test_epi32_mask(leaf, _mm512_set1_epi32(32)), value, _mm512_permutex2var_ps(table[2], leaf, table[3]));
        if (sums.is_float32) {
            _mm512_store_ps(sums.singles + r, _mm512_add_ps(_mm512_load_ps(sums.singles + r), value));
        } else {
            double* sum = sums.doubles + r;
            _mm512_store_pd(sum, _mm512_add_pd(_mm512_load_pd(sum), _mm512_maskz_cvtps_pd(all_eight, _mm512_maskz_extractf32x8_ps(all_eight, value, 0))));
            _mm512_store_pd(sum + 8, _mm512_add_pd(_mm512_load_pd(sum + 8), _mm512_maskz_cvtps_pd(all_eight, _mm512_maskz_extractf32x8_ps(all_eight, value, 1))));
        }
    }
}
#endif

void add_small_tree(const std::uint8_t* leaves, const float* values, std::uint32_t count, Sums& sums)
{
#ifdef __x86_64__
    if (has_wide_vectors() && count <= most_in_registers) return add_values_from_registers(leaves, values, count, sums);
#endif
    add_values(leaves, values, sums);
}

/// \param out  [rows, forests]
void predict_block(const ForestProgram& program, const float* features, int rows, std::uint8_t* codes, std::uint16_t* stack, float* out)
{
    code_block(program, features, rows, codes);
    auto* narrow_stack = reinterpret_cast<std::uint8_t*>(stack);
    const TreeStep* step = program.steps.data();
    const float* values = program.leaves.data();
    const auto forests = program.forests.size();
    Sums sums;
    for (std::size_t f = 0; f < forests; ++f) {
        const auto& forest = program.forests[f];
        sums.is_float32 = forest.is_float32;
        std::fill_n(sums.singles, block_rows, static_cast<float>(forest.base));
        std::fill_n(sums.doubles, block_rows, forest.base);
        for (const auto& tree : forest.trees) {
            if (tree.leaves <= 256) {
                if (tree.steps == 0) std::fill_n(narrow_stack, block_rows, std::uint8_t{0});
                else (has_wide_vectors() ? find_leaves_wide : find_leaves<std::uint8_t>)(step, step + tree.steps, codes, narrow_stack);
                add_small_tree(narrow_stack, values, tree.leaves, sums);
            } else {
                find_leaves(step, step + tree.steps, codes, stack);
                add_values(stack, values, sums);
            }
            step += tree.steps;
            values += tree.leaves;
        }
        for (int r = 0; r < rows; ++r) out[static_cast<std::size_t>(r) * forests + f] = sums.is_float32 ? sums.singles[r] : static_cast<float>(sums.doubles[r]);
    }
}

}  // namespace

Predict forest_predictor(const std::vector<Member>& members, std::int64_t columns)
{
    return [program = std::make_shared<const ForestProgram>(program_of(members, columns))](const float* features, std::int64_t rows, float* out) {
        std::vector<std::uint8_t> codes(program->planes * std::size_t{block_rows});
        std::vector<std::uint16_t> stack(program->stack_depth * std::size_t{block_rows});
        for (std::int64_t first = 0; first < rows; first += block_rows) {
            const auto count = static_cast<int>(std::min<std::int64_t>(block_rows, rows - first));
            predict_block(*program, features + first * program->columns, count, codes.data(), stack.data(), out + first * static_cast<std::int64_t>(program->forests.size()));
        }
    };
}

}  // namespace sluice::models
