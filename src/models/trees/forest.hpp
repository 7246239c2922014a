#pragma once

// Regression trees of the three tree families: one format for their members, and one kernel that predicts with all of them.

#include "models/family.hpp"

#include <cstdint>
#include <vector>

namespace sluice::models {

/// A node of a tree in preorder: the left child follows its parent.
struct TreeNode {
    std::int32_t feature = -1;  ///< -1: a leaf
    float value = 0;            ///< threshold, of a leaf its value; rows whose feature is below the threshold go left
    std::int32_t right = 0;     ///< place of the right child
};

using Tree = std::vector<TreeNode>;

/// A sum of trees, in their order.
struct Forest {
    float base = 0;
    bool is_float32 = false;  ///< the sum is rounded after every tree, as XGBoost does, else it is in float64, as LightGBM does
    std::vector<Tree> trees;
};

/// The least float that is larger than every float which passes `x <= threshold`: turns that test into `x < result`.
/// \param threshold  finite
float below_what(double threshold);

/// A member of several targets: one forest per target.
Member to_member(const std::vector<Forest>& forests);
std::vector<Forest> to_forests(const Member& member);

/// Value of a forest at one row, the plain way: what the kernel is compared with.
double value_at(const Forest& forest, const float* row);

/// The forest kernel: predicts with all members at once, any number of rows at a time.
///
/// A tree never looks at more than whether a feature is below one of the thresholds, so a block of rows is first turned into 8-bit codes: how many
/// of the thresholds that the members use lie at or below the feature (a feature with more than 255 thresholds takes several planes of codes). A
/// tree is then evaluated from its leaves up: at each inner node every row of the block takes the leaf of its left or its right child. That visits
/// all nodes instead of a path, but has neither branches nor gathers, and 32 rows fit in one AVX2 register: a few dozen nodes cost less than the
/// path. The function is plain loops over bytes, of constant length, that the compiler vectorises; it is called per tile, by one thread.
///
/// Source of the idea of visiting nodes instead of paths: Lucchese et al., "QuickScorer", SIGIR 2015; of bytes for codes and leaves: Ye et al.,
/// "RapidScorer", KDD 2018.
/// \return  fills [rows, members, targets]
Predict forest_predictor(const std::vector<Member>& members, std::int64_t columns);

}  // namespace sluice::models
