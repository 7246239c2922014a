#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

namespace sluice::selection {

/// What squared distances computed in float32 (CentroidPanels) say of true distances, and these of them, on the safe side of every rounding.
///
/// A computed f is a sum of squares, in which no term goes through more than n = columns / 16 + 8 roundings of relative size u = 2^-24, so that
/// |f - D^2| <= g D^2 + t,  D the distance of the two rows as they are stored,  g = n u / (1 - n u),  t far above what underflow can take. The bounds themselves
/// are computed in float32, by few operations, and widened by `slack` for their roundings.
/// Source: Higham 2002, Accuracy and Stability of Numerical Algorithms, section 3.1.
class DistanceBounds {
public:
    explicit DistanceBounds(std::size_t columns) : tiny_(static_cast<float>(columns) * 0x1p-100F)
    {
        const double roundings = static_cast<double>(columns / 16 + 8) * 0x1p-24, g = roundings / (1 - roundings);
        below_ = static_cast<float>((1 - slack) / (1 + g));
        above_ = static_cast<float>((1 + slack) / (1 - g));
    }

    /// No distance is smaller whose computed square is f.
    float at_least(float f) const { return std::sqrt(std::max(0.0F, std::min(f, std::numeric_limits<float>::max()) - tiny_) * below_); }

    /// No distance is larger whose computed square is f; and the computed square of every larger distance is larger than f.
    float at_most(float f) const { return std::sqrt((f + tiny_) * above_); }

    /// Whatever is farther than this has a larger computed square than what is not farther than `distance`.
    float beyond(float distance) const { return at_most(distance * distance * above_ + tiny_); }

    /// At least the distance between two rows.
    static float moved(std::span<const float> from, std::span<const float> to)
    {
        double squares = 0;
        for (std::size_t c = 0; c < from.size(); ++c) {
            const double difference = static_cast<double>(from[c]) - static_cast<double>(to[c]);
            squares += difference * difference;
        }
        return squares > 0 ? std::max(static_cast<float>(std::sqrt(squares) * (1 + slack)), 0x1p-100F) : 0;
    }

    /// A sum that is not too small, a difference that is not too large and not below zero.
    static float longer(float distance, float move) { return (distance + move) * (1 + slack); }
    static float shorter(float distance, float move) { return std::max(0.0F, (distance - move) * (1 - slack)); }

private:
    static constexpr float slack = 0x1p-20F;
    float tiny_, below_, above_;
};

}  // namespace sluice::selection
