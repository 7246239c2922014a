#pragma once

#include "models/trees/forest_program.hpp"

namespace sluice::models {

/// Rows that go through all trees together: their codes and the stack of a tree stay in the first-level cache.
inline constexpr int block_rows = 256;

/// Codes of a block of rows, [planes, block_rows]. Rows beyond `rows` get those of the last one.
/// \param features  [rows, columns]
void code_block(const ForestProgram& program, const float* features, int rows, std::uint8_t* codes);

}  // namespace sluice::models
