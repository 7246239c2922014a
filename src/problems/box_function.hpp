#pragma once

#include "problems/simulator.hpp"

namespace sluice::problems {

/// The outputs of a function at a point. \param x  [columns], each in [-1, 1]
using BoxFunction = std::function<void(std::span<const float> x, std::span<double> y)>;

/// A simulator of a function without noise, its points drawn evenly over the box [-1, 1]^columns.
Simulator simulate_over_box(std::vector<std::string> columns, std::vector<std::string> targets, BoxFunction function);

/// Names as y0, y1 ...
std::vector<std::string> numbered(const std::string& prefix, std::size_t count);

}  // namespace sluice::problems
