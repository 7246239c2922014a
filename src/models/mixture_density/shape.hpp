#pragma once

#include <cstdint>
#include <vector>

namespace sluice::models::mixture_density {

/// The sizes of a mixture density network: a perceptron whose last hidden layer is affine, and an affine head with, for every component, a logit, a mean
/// per target and a variance pre-activation per target. Source: Bishop 1994; paper 000, section 4 (specs: two-index, 2).
struct Shape {
    std::int64_t columns = 0;
    std::int64_t targets = 0;
    std::int64_t components = 0;
    std::int64_t width = 0;  ///< of every hidden layer
    std::int64_t depth = 0;  ///< hidden layers, the affine one counted

    std::int64_t slots() const { return 1 + 2 * targets; }
    std::int64_t outputs() const { return components * slots(); }
    /// Sizes of the layers, from the columns to the outputs.
    std::vector<std::int64_t> layers() const
    {
        std::vector<std::int64_t> sizes = {columns};
        sizes.insert(sizes.end(), static_cast<std::size_t>(depth), width);
        sizes.push_back(outputs());
        return sizes;
    }
    /// Of one member.
    std::int64_t parameters() const
    {
        std::int64_t count = 0;
        const auto sizes = layers();
        for (std::size_t l = 0; l + 1 < sizes.size(); ++l) count += (sizes[l] + 1) * sizes[l + 1];
        return count;
    }
    /// Whether a layer's output goes through the activation: all but those of the affine layer and the head.
    bool is_activated(std::size_t layer) const { return static_cast<std::int64_t>(layer) + 1 < depth; }
};

}  // namespace sluice::models::mixture_density
