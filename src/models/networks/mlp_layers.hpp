#pragma once

#include "models/tensors.hpp"

namespace sluice::models {

enum class Activation { relu, tanh };

/// Members' perceptrons of one shape, as views of one table [members, parameters]; a row is a Member: each layer's weights [in, out], then biases [out].
/// Every tensor has the members in front, so that one operation serves all of them.
struct Layers {
    torch::Tensor table;
    std::vector<torch::Tensor> weights;  ///< [members, in, out]
    std::vector<torch::Tensor> biases;   ///< [members, 1, out]

    std::size_t count() const { return weights.size(); }
};

/// Views of a table. \param sizes  columns, units of each hidden layer, targets
Layers layers_of(const torch::Tensor& table, const std::vector<std::int64_t>& sizes);

std::int64_t parameters_of(const std::vector<std::int64_t>& sizes);

/// Weights and biases of a layer drawn uniformly in +-bound(in, out), keyed by member.
Layers random_layers(const std::vector<std::int64_t>& sizes, std::int64_t members, int first_member, const FitKey& key, double (*bound)(double in, double out));

torch::Tensor activate(const torch::Tensor& x, Activation activation);

/// \param x  [members, rows, columns]
/// \return   the input of each layer, then the output [members, rows, targets]
std::vector<torch::Tensor> forward(const Layers& layers, const torch::Tensor& x, Activation activation);

/// Backpropagation: fills `gradient` from the loss's derivative by the output [members, rows, targets].
void backward(const Layers& layers, const std::vector<torch::Tensor>& inputs, torch::Tensor derivative, Activation activation, const Layers& gradient);

/// The state of Adam for a table of parameters. Source: Kingma and Ba 2015, with their constants.
struct Adam {
    explicit Adam(const torch::Tensor& table) : mean(torch::zeros_like(table)), square(torch::zeros_like(table)) {}

    void step(const torch::Tensor& table, const torch::Tensor& gradient, double rate);

    torch::Tensor mean;
    torch::Tensor square;
    std::int64_t steps = 0;
};

/// One member after the other; on the host some hundreds of rows at a time: all that one needs stays in the second-level cache.
Predict perceptron_predictor(const std::vector<Member>& members, const std::vector<std::int64_t>& sizes, Activation activation, parallel::Place place);

/// Floating-point operations of one member for one row.
double perceptron_flops(const std::vector<std::int64_t>& sizes);

}  // namespace sluice::models
