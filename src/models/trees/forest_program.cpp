#include "models/trees/forest_program.hpp"

#include <algorithm>
#include <bit>
#include <limits>

namespace sluice::models {

namespace {

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
    TreeCoder(ForestProgram& program, const std::vector<std::size_t>& place_of_feature) : program_(program), place_(place_of_feature) {}

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

    ForestProgram& program_;
    const std::vector<std::size_t>& place_;
    std::vector<std::size_t> need_;  ///< of each node: places of the stack
    std::size_t first_leaf_ = 0;
};

}  // namespace

ForestProgram program_of(const std::vector<Member>& members, std::int64_t columns)
{
    std::vector<Forest> forests;
    for (const auto& member : members) {
        for (auto& forest : to_forests(member)) forests.push_back(std::move(forest));
    }
    ForestProgram program;
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

}  // namespace sluice::models
