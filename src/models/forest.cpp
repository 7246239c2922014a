#include "models/forest.hpp"

#include "base/wide_vectors.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <memory>

#ifdef __x86_64__
#include <immintrin.h>
#endif

namespace sluice::models {

namespace {

/// Rows that go through all trees together: their codes and the stack of a tree stay in the first-level cache.
constexpr int block_rows = 256;

/// Codes per plane: a code is at most this, and the test `code <= c` is asked for c below it.
constexpr std::size_t plane_thresholds = 255;

/// The thresholds of one feature and where their codes are.
struct CodedFeature {
    std::int32_t feature;
    std::vector<float> thresholds;  ///< ascending, distinct, then infinities up to a power of two
    std::size_t count;              ///< of the finite ones
    std::uint32_t first_plane;

    std::uint32_t planes() const { return static_cast<std::uint32_t>((count + plane_thresholds - 1) / plane_thresholds); }
};

/// What a child of a node is: a leaf, or the result of an earlier step that lies on the stack.
enum class Child : std::uint8_t { leaf, on_stack };

/// One inner node: result = code of `plane` <= `code` ? left : right, row by row. Results go to the stack, in place of the operands.
struct Step {
    std::uint32_t plane;
    std::uint16_t left_leaf, right_leaf;  ///< of the tree, where a child is a leaf
    std::uint8_t code;
    Child left, right;
    bool right_is_deeper;  ///< of two results on the stack, the right one was computed first
};

struct CodedTree {
    std::uint32_t steps;  ///< none: a constant
    std::uint32_t leaves;
};

/// Trees that are summed: those of one member and target.
struct CodedForest {
    double base = 0;
    bool is_float32 = false;
    std::vector<CodedTree> trees;
};

struct Program {
    std::int64_t columns;
    std::vector<CodedFeature> features;
    std::uint32_t planes = 0;
    std::vector<CodedForest> forests;  ///< [members, targets]
    std::vector<Step> steps;
    std::vector<float> leaves;
    std::size_t stack_depth = 1;
};

/// Thresholds by feature, for the features that some tree uses.
std::vector<CodedFeature> coded_features(const std::vector<Forest>& forests, std::int64_t columns)
{
    std::vector<std::vector<float>> thresholds(static_cast<std::size_t>(columns));
    for (const auto& forest : forests) {
        for (const auto& tree : forest.trees) {
            for (const auto& node : tree) {
                if (node.feature >= 0) thresholds.at(static_cast<std::size_t>(node.feature)).push_back(node.value);
            }
        }
    }
    std::vector<CodedFeature> features;
    std::uint32_t plane = 0;
    for (std::size_t f = 0; f < thresholds.size(); ++f) {
        auto& values = thresholds[f];
        if (values.empty()) continue;
        std::sort(values.begin(), values.end());
        values.erase(std::unique(values.begin(), values.end()), values.end());
        const auto count = values.size();
        values.resize(std::bit_ceil(count + 1), std::numeric_limits<float>::infinity());
        features.push_back({static_cast<std::int32_t>(f), std::move(values), count, plane});
        plane += features.back().planes();
    }
    return features;
}

/// Writes the steps of one tree, children before parents.
class TreeCoder {
public:
    TreeCoder(Program& program, const std::vector<std::size_t>& place_of_feature) : program_(program), place_(place_of_feature) {}

    void code(const Tree& tree, CodedForest& forest)
    {
        need_.assign(tree.size(), 0);
        for (auto i = tree.size(); i-- > 0;) {  // preorder: children come later
            if (tree[i].feature < 0) continue;
            const auto left = need_[i + 1], right = need_[static_cast<std::size_t>(tree[i].right)];
            need_[i] = std::max({left, right, left == right ? left + 1 : 1});
        }
        program_.stack_depth = std::max(program_.stack_depth, need_[0]);
        first_leaf_ = program_.leaves.size();
        const auto first_step = program_.steps.size();
        emit(tree, 0);
        forest.trees.push_back({static_cast<std::uint32_t>(program_.steps.size() - first_step), static_cast<std::uint32_t>(program_.leaves.size() - first_leaf_)});
    }

private:
    /// What a node is to its parent.
    struct Operand {
        Child kind;
        std::uint16_t leaf;
    };

    /// The child that needs more of the stack goes first, which keeps the stack as deep as the logarithm of the tree (Sethi and Ullman 1970).
    Operand emit(const Tree& tree, std::size_t at)
    {
        const auto& node = tree[at];
        if (node.feature < 0) {
            program_.leaves.push_back(node.value);
            return {Child::leaf, static_cast<std::uint16_t>(program_.leaves.size() - 1 - first_leaf_)};
        }
        const auto left_at = at + 1, right_at = static_cast<std::size_t>(node.right);
        const bool right_first = need_[right_at] > need_[left_at];
        Operand left{}, right{};
        if (right_first) right = emit(tree, right_at);
        left = emit(tree, left_at);
        if (!right_first) right = emit(tree, right_at);
        const auto& feature = program_.features[place_[static_cast<std::size_t>(node.feature)]];
        const auto rank = static_cast<std::size_t>(std::lower_bound(feature.thresholds.begin(), feature.thresholds.end(), node.value) - feature.thresholds.begin());
        program_.steps.push_back({.plane = feature.first_plane + static_cast<std::uint32_t>(rank / plane_thresholds),
                                  .left_leaf = left.leaf,
                                  .right_leaf = right.leaf,
                                  .code = static_cast<std::uint8_t>(rank % plane_thresholds),
                                  .left = left.kind,
                                  .right = right.kind,
                                  .right_is_deeper = right_first});
        return {Child::on_stack, 0};
    }

    Program& program_;
    const std::vector<std::size_t>& place_;
    std::vector<std::size_t> need_;  ///< of each node: places of the stack
    std::size_t first_leaf_ = 0;
};

Program program_of(const std::vector<Member>& members, std::int64_t columns)
{
    std::vector<Forest> forests;
    for (const auto& member : members) {
        for (auto& forest : to_forests(member)) forests.push_back(std::move(forest));
    }
    Program program;
    program.columns = columns;
    program.features = coded_features(forests, columns);
    std::vector<std::size_t> place(static_cast<std::size_t>(columns), 0);
    for (std::size_t f = 0; f < program.features.size(); ++f) {
        place[static_cast<std::size_t>(program.features[f].feature)] = f;
        program.planes += program.features[f].planes();
    }
    TreeCoder coder(program, place);
    for (const auto& forest : forests) {
        CodedForest coded{static_cast<double>(forest.base), forest.is_float32, {}};
        for (const auto& tree : forest.trees) coder.code(tree, coded);
        program.forests.push_back(std::move(coded));
    }
    return program;
}

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
constexpr __mmask8 all_eight = 0xFF;
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

/// Codes of a block of rows, [planes, block_rows]. Rows beyond `rows` get those of the last one.
inline void code_block(const Program& program, const float* features, int rows, Bisect bisect, std::uint8_t* codes)
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

SLUICE_WIDE_VECTORS void code_block_wide(const Program& program, const float* features, int rows, std::uint8_t* codes)
{
    code_block(program, features, rows, bisect_wide, codes);
}

/// Which leaf of a tree every row of a block falls into: evaluates its steps. Leaf is 8 bits wide where the tree has few enough leaves.
/// \param stack  [depth, block_rows]; the result is its first row
template <typename Leaf>
inline void find_leaves(const Step* step, const Step* end, const std::uint8_t* codes, Leaf* stack)
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

SLUICE_WIDE_VECTORS void find_leaves_wide(const Step* step, const Step* end, const std::uint8_t* codes, std::uint8_t* stack)
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
void predict_block(const Program& program, const float* features, int rows, std::uint8_t* codes, std::uint16_t* stack, float* out)
{
    if (has_wide_vectors()) code_block_wide(program, features, rows, codes);
    else code_block(program, features, rows, bisect, codes);
    auto* narrow_stack = reinterpret_cast<std::uint8_t*>(stack);
    const Step* step = program.steps.data();
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

float from_index(std::size_t index)
{
    return std::bit_cast<float>(static_cast<std::int32_t>(index));
}

}  // namespace

float below_what(double threshold)
{
    constexpr float infinity = std::numeric_limits<float>::infinity();
    auto nearest = static_cast<float>(threshold);
    if (static_cast<double>(nearest) > threshold) nearest = std::nextafter(nearest, -infinity);
    return std::nextafter(nearest, infinity);
}

Member to_member(const std::vector<Forest>& forests)
{
    Member member;
    for (const auto& forest : forests) {
        member.push_back(forest.base);
        member.push_back(from_index(forest.is_float32 ? 1 : 0));
        member.push_back(from_index(forest.trees.size()));
        for (const auto& tree : forest.trees) {
            member.push_back(from_index(tree.size()));
            for (const auto& node : tree) member.insert(member.end(), {std::bit_cast<float>(node.feature), node.value, std::bit_cast<float>(node.right)});
        }
    }
    return member;
}

std::vector<Forest> to_forests(const Member& member)
{
    std::vector<Forest> forests;
    std::size_t at = 0;
    const auto next_index = [&] { return std::bit_cast<std::int32_t>(member.at(at++)); };
    while (at < member.size()) {
        auto& forest = forests.emplace_back();
        forest.base = member[at++];
        forest.is_float32 = next_index() != 0;
        forest.trees.resize(static_cast<std::size_t>(next_index()));
        for (auto& tree : forest.trees) {
            tree.resize(static_cast<std::size_t>(next_index()));
            for (auto& node : tree) {
                node.feature = next_index();
                node.value = member.at(at++);
                node.right = next_index();
            }
        }
    }
    return forests;
}

double value_at(const Forest& forest, const float* row)
{
    auto sum = static_cast<double>(forest.base);
    for (const auto& tree : forest.trees) {
        std::size_t at = 0;
        while (tree.at(at).feature >= 0) at = row[tree[at].feature] < tree[at].value ? at + 1 : static_cast<std::size_t>(tree[at].right);
        sum += static_cast<double>(tree[at].value);
        if (forest.is_float32) sum = static_cast<double>(static_cast<float>(sum));
    }
    return sum;
}

Predict forest_predictor(const std::vector<Member>& members, std::int64_t columns)
{
    return [program = std::make_shared<const Program>(program_of(members, columns))](const float* features, std::int64_t rows, float* out) {
        std::vector<std::uint8_t> codes(program->planes * std::size_t{block_rows});
        std::vector<std::uint16_t> stack(program->stack_depth * std::size_t{block_rows});
        for (std::int64_t first = 0; first < rows; first += block_rows) {
            const auto count = static_cast<int>(std::min<std::int64_t>(block_rows, rows - first));
            predict_block(*program, features + first * program->columns, count, codes.data(), stack.data(), out + first * static_cast<std::int64_t>(program->forests.size()));
        }
    };
}

}  // namespace sluice::models
