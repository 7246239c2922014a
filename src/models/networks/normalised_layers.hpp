#pragma once

#include "models/networks/mlp_layers.hpp"

namespace sluice::models {

/// Shape of a perceptron whose hidden layers are linear, then normalised over the batch, then rectified; the last is linear. A network is a flat list: what
/// Layers has of it, each hidden layer's scale and shift after normalisation, and what is kept for prediction: each hidden layer's mean and variance.
struct NormalisedShape {
    std::vector<std::int64_t> sizes;  ///< columns, units of each hidden layer, targets

    std::int64_t hidden_layers() const { return static_cast<std::int64_t>(sizes.size()) - 2; }
    std::int64_t hidden_units() const;
    /// Numbers that are learned, which come first.
    std::int64_t learned() const { return parameters_of(sizes) + 2 * hidden_units(); }
    std::int64_t length() const { return learned() + 2 * hidden_units(); }
};

/// A network, or its gradient, as views of its flat list.
struct NormalisedNet {
    std::vector<torch::Tensor> weight;  ///< per layer [in, out]
    std::vector<torch::Tensor> bias;    ///< [1, out]
    std::vector<float*> scale, shift;   ///< per hidden layer [out]
    std::vector<float*> mean, variance; ///< moving averages over batches; none of a gradient

    std::size_t hidden_layers() const { return weight.size() - 1; }
};

constexpr double normalisation_epsilon = 1e-5;

/// \param network  flat list of a network, [shape.length()]
NormalisedNet network_of(const NormalisedShape& shape, const torch::Tensor& network);
/// \param gradient  [shape.learned()]
NormalisedNet gradient_of(const NormalisedShape& shape, const torch::Tensor& gradient);

/// Networks that have learned nothing: weights and biases drawn uniformly in +-1 / sqrt(in), keyed by member; normalisation as it is. \return  [members, shape.length()]
torch::Tensor random_networks(const NormalisedShape& shape, std::int64_t members, int first_member, const FitKey& key);

/// What one batch leaves on its way through a network, for the way back.
struct Passage {
    Passage(const NormalisedShape& shape, std::int64_t rows);

    std::int64_t rows;
    std::vector<torch::Tensor> input;       ///< of each layer [rows, in]; the first is the caller's
    std::vector<torch::Tensor> normalised;  ///< per hidden layer [rows, out], before scale and shift
    std::vector<std::vector<float>> factor; ///< per hidden layer [out]: 1 / sqrt(variance + epsilon)
    torch::Tensor output;                   ///< [rows, targets]
    std::vector<torch::Tensor> derivative;  ///< by each layer's linear output, [rows, out]; the last is the caller's
};

/// A batch, normalised by its own mean and variance, which the moving averages take a tenth of. Fills the passage from its first input.
void forward(const NormalisedNet& net, Passage& passage);

/// Fills the gradient from the last derivative. \param of_hidden  per hidden layer: a further derivative by its output [rows, out], or undefined; may be empty
void backward(const NormalisedNet& net, Passage& passage, const NormalisedNet& gradient, const std::vector<torch::Tensor>& of_hidden = {});

/// Networks that predict as these do, with normalisation by the moving averages made part of their layers: for a perceptron_predictor.
std::vector<Member> folded(const std::vector<Member>& networks, const NormalisedShape& shape);

}  // namespace sluice::models
