#pragma once

#include "models/networks/normalised_layers.hpp"

namespace sluice::models {

/// By how much a network's outputs would change if it learned a row: the mean over reference rows x of the sum over outputs of |J(x) g(x')|, where J are the
/// derivatives of the outputs at x by the parameters, and g those of the mean squared error at x' to a pseudo-label. With batch normalisation as in prediction.
/// Parameters are those of the last layers, as many as do not go beyond `most`, each with its normalisation; the last one always.
///
/// For a linear layer with inputs a and derivatives delta by its outputs, its part of J(x) g(x') is (a(x) a(x') + 1) (delta(x) delta(x')): no derivative by a
/// parameter is ever formed, and a row costs as much per reference and output as the layers have units.
/// \param network  flat list, [shape.length()]
/// Source: Kaeding et al., Active learning for regression tasks with expected model output changes, BMVC 2018; paper 002; spec: regression-methods, section 2, method 8.
RowScore expected_output_change(const Member& network, const NormalisedShape& shape, const ChangeBasis& basis, std::int64_t most = 50000);

}  // namespace sluice::models
