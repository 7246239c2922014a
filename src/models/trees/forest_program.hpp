#pragma once

#include "models/trees/forest.hpp"

namespace sluice::models {

/// Codes per plane: a code is at most this, and the test `code <= c` is asked for c below it.
inline constexpr std::size_t plane_thresholds = 255;

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
struct TreeStep {
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

/// All members' forests as the kernel goes through them.
struct ForestProgram {
    std::int64_t columns;
    std::vector<CodedFeature> features;
    std::uint32_t planes = 0;
    std::vector<CodedForest> forests;  ///< [members, targets]
    std::vector<TreeStep> steps;
    std::vector<float> leaves;
    std::size_t stack_depth = 1;
};

ForestProgram program_of(const std::vector<Member>& members, std::int64_t columns);

}  // namespace sluice::models
