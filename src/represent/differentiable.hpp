#pragma once

// Torch's headers come in here; only Torch sources of this room include it.
#include "represent/autoencoder.hpp"

#include <torch/torch.h>

namespace sluice::represent {

using torch::Tensor;

/// Layers as views of flat parameters.
struct Net {
    std::vector<Tensor> weights;  ///< [in, out]
    std::vector<Tensor> biases;   ///< [out]
};

std::int64_t parameters_of(const std::vector<std::int64_t>& layers);
Net views(const Tensor& parameters, const std::vector<std::int64_t>& layers);

/// A tensor over memory that somebody else owns.
template <typename Real>
Tensor over(const Real* memory, at::IntArrayRef shape)
{
    return torch::from_blob(const_cast<Real*>(memory), shape, c10::CppTypeToScalarType<Real>::value);
}

/// The energy of motion_energy_and_gradient, for Torch to differentiate. \param encoder, decoder  flat parameters; \param x, rate  [rows, columns]
Tensor motion_energy(const Architecture& shape, const Tensor& encoder, const Tensor& decoder, const Tensor& x, const Tensor& rate);

}  // namespace sluice::represent
