#pragma once

#include "models/mixture_density/shape.hpp"
#include "models/networks/mlp_layers.hpp"

namespace sluice::models::mixture_density {

/// Draws the members' first parameters: LeCun's truncated normal for weights, zero for biases. Keyed by member. Source: specs: two-index, 2.
Layers initial_layers(const Shape& shape, std::int64_t members, int first_member, const FitKey& key);

/// What the backward pass needs of a forward pass. One tensor per layer, each [members, rows, ...].
struct Activations {
    std::vector<torch::Tensor> inputs;  ///< of each layer; the last one is the embedding z
    std::vector<torch::Tensor> slopes;  ///< derivative of the activation behind each activated layer
    torch::Tensor outputs;              ///< [members, rows, components * slots]
};

/// \param x  [members, rows, columns], normalised
Activations forward(const Shape& shape, const Layers& layers, const torch::Tensor& x);

/// Fills `gradient` from the derivative of the loss by the outputs.
void backward(const Shape& shape, const Layers& layers, const Activations& activations, torch::Tensor derivative, const Layers& gradient);

}  // namespace sluice::models::mixture_density
