#include "models/forest.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <memory>

namespace sluice::models {

namespace {

/// Rows that go through all trees together: their codes and the stack of a tree stay in the first-level cache.
constexpr int block_rows = 128;

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

/// Codes of a block of rows, [planes, block_rows]. Rows beyond `rows` get those of the last one.
void code_block(const Program& program, const float* features, int rows, std::uint8_t* codes)
{
    alignas(64) float x[block_rows];
    alignas(64) std::int32_t below[block_rows];
    for (const auto& feature : program.features) {
        for (int r = 0; r < rows; ++r) x[r] = features[r * program.columns + feature.feature];
        for (int r = rows; r < block_rows; ++r) x[r] = x[rows - 1];
        std::fill_n(below, block_rows, 0);
        const float* thresholds = feature.thresholds.data();
        for (auto half = static_cast<std::int32_t>(feature.thresholds.size() / 2); half > 0; half /= 2) {
            const float* middle = thresholds + half - 1;
            for (int r = 0; r < block_rows; ++r) below[r] += middle[below[r]] <= x[r] ? half : 0;
        }
        for (std::uint32_t plane = 0; plane < feature.planes(); ++plane) {
            std::uint8_t* out = codes + static_cast<std::size_t>(feature.first_plane + plane) * block_rows;
            const auto first = static_cast<std::int32_t>(plane * plane_thresholds);
            for (int r = 0; r < block_rows; ++r) {
                out[r] = static_cast<std::uint8_t>(std::clamp(below[r] - first, 0, static_cast<std::int32_t>(plane_thresholds)));
            }
        }
    }
}

/// Which leaf of a tree every row of a block falls into: evaluates its steps. Leaf is 8 bits wide where the tree has few enough leaves.
/// \param stack  [depth, block_rows]; the result is its first row
template <typename Leaf>
void find_leaves(const Step* step, const Step* end, const std::uint8_t* codes, Leaf* stack)
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

/// Adds the values of the leaves to the sums. A float64 sum of two floats, rounded to float32, is their float32 sum.
template <typename Leaf>
void add_values(const Leaf* leaves, const float* values, bool is_float32, double* sums)
{
    for (int r = 0; r < block_rows; ++r) sums[r] += static_cast<double>(values[leaves[r]]);
    if (!is_float32) return;
    for (int r = 0; r < block_rows; ++r) sums[r] = static_cast<double>(static_cast<float>(sums[r]));
}

template <typename Leaf>
void add_tree(const Step* step, const CodedTree& tree, const float* values, const std::uint8_t* codes, std::uint16_t* stack, bool is_float32, double* sums)
{
    auto* leaves = reinterpret_cast<Leaf*>(stack);
    if (tree.steps == 0) std::fill_n(leaves, block_rows, Leaf{0});
    else find_leaves(step, step + tree.steps, codes, leaves);
    add_values(leaves, values, is_float32, sums);
}

/// \param out  [rows, forests]
void predict_block(const Program& program, const float* features, int rows, std::uint8_t* codes, std::uint16_t* stack, float* out)
{
    code_block(program, features, rows, codes);
    const Step* step = program.steps.data();
    const float* values = program.leaves.data();
    const auto forests = program.forests.size();
    alignas(64) double sums[block_rows];
    for (std::size_t f = 0; f < forests; ++f) {
        const auto& forest = program.forests[f];
        std::fill_n(sums, block_rows, forest.base);
        for (const auto& tree : forest.trees) {
            if (tree.leaves <= 256) add_tree<std::uint8_t>(step, tree, values, codes, stack, forest.is_float32, sums);
            else add_tree<std::uint16_t>(step, tree, values, codes, stack, forest.is_float32, sums);
            step += tree.steps;
            values += tree.leaves;
        }
        for (int r = 0; r < rows; ++r) out[static_cast<std::size_t>(r) * forests + f] = static_cast<float>(sums[r]);
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
