#include "models/trees/forest_on_device.hpp"

#include "models/trees/forest.hpp"
#include "parallel/device_array.hpp"

namespace sluice::models {

Predict forest_predictor_on_device(const std::vector<Member>& members, std::int64_t columns)
{
    std::vector<TreeNode> nodes;
    std::vector<std::int64_t> first_node, first_tree{0};
    std::vector<float> base;
    std::vector<char> is_float32;
    for (const auto& member : members) {
        for (const auto& forest : to_forests(member)) {
            for (const auto& tree : forest.trees) {
                first_node.push_back(static_cast<std::int64_t>(nodes.size()));
                nodes.insert(nodes.end(), tree.begin(), tree.end());
            }
            first_tree.push_back(static_cast<std::int64_t>(first_node.size()));
            base.push_back(forest.base);
            is_float32.push_back(forest.is_float32 ? 1 : 0);
        }
    }
    const auto node = parallel::to_device("models/forest_nodes", std::span<const TreeNode>(nodes));
    const auto tree_start = parallel::to_device("models/forest_trees", std::span<const std::int64_t>(first_node));
    const auto forest_start = parallel::to_device("models/forests", std::span<const std::int64_t>(first_tree));
    const auto forest_base = parallel::to_device("models/forest_base", std::span<const float>(base));
    const auto rounds = parallel::to_device("models/forest_rounding", std::span<const char>(is_float32));
    const auto forests = static_cast<std::int64_t>(base.size());
    return [=](const float* features, std::int64_t rows, float* out) {
        // Consecutive threads take consecutive rows of one forest: they read the same nodes.
        Kokkos::parallel_for(
            "models/predict_forests", Kokkos::RangePolicy<Kokkos::DefaultExecutionSpace>(0, rows * forests), KOKKOS_LAMBDA(const std::int64_t i) {
                const std::int64_t forest = i / rows, row = i % rows;
                const float* x = features + row * columns;
                auto sum = static_cast<double>(forest_base(forest));
                for (std::int64_t tree = forest_start(forest); tree < forest_start(forest + 1); ++tree) {
                    const TreeNode* tree_nodes = &node(tree_start(tree));
                    std::int64_t at = 0;
                    while (tree_nodes[at].feature >= 0) at = x[tree_nodes[at].feature] < tree_nodes[at].value ? at + 1 : tree_nodes[at].right;
                    sum += static_cast<double>(tree_nodes[at].value);
                    if (rounds(forest) != 0) sum = static_cast<double>(static_cast<float>(sum));
                }
                out[row * forests + forest] = static_cast<float>(sum);
            });
    };
}

}  // namespace sluice::models
