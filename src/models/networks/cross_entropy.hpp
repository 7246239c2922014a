#pragma once

#include "models/tensors.hpp"

namespace sluice::models {

/// Softmax cross-entropy of each row, from what a network says before the softmax.
/// \param said        [members, rows, classes]
/// \param shares      [any, rows, classes], of each class in a row's label
/// \param derivative  by what the network says, of the sum over rows; filled
/// \return            [members, rows]
inline torch::Tensor cross_entropy(const torch::Tensor& said, const torch::Tensor& shares, torch::Tensor& derivative)
{
    const auto log_probability = said.log_softmax(2);
    derivative = log_probability.exp() - shares;
    return (log_probability * shares).sum(2).neg_();
}

}  // namespace sluice::models
