#pragma once

#include "problems/box_function.hpp"

#include <filesystem>

namespace sluice::problems {

/// A random forest from a file that tools/problems/forest.py writes.
struct Forest {
    std::vector<std::int64_t> first;    ///< [trees + 1] where each tree begins
    std::vector<std::uint8_t> feature;  ///< [nodes], of a leaf `leaf`; preorder: a left child follows its parent
    std::vector<float> number;          ///< threshold, or a leaf's value
    std::vector<std::int64_t> right;    ///< place of the right child, counted from its parent

    static constexpr std::uint8_t leaf = 255;

    std::size_t trees() const { return first.size() - 1; }
    /// Mean over trees, in their order.
    double operator()(std::span<const float> x) const;
};

/// Error names the file, and the command that makes it where there is none. \param columns  features that its trees may look at
Forest read_forest(const std::filesystem::path& path, std::size_t columns);

}  // namespace sluice::problems
