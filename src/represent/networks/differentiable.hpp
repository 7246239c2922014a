#pragma once

// Torch's headers come in here; only Torch sources of this room include it.
#include "represent/networks/autoencoder.hpp"

#include <torch/utils.h>

namespace sluice::represent {

using torch::Tensor;

/// Layers as views of flat parameters.
struct Net {
    std::vector<Tensor> weights;  ///< [in, out]
    std::vector<Tensor> biases;   ///< [out]
};

std::int64_t parameters_of(const std::vector<Layer>& layers);
Net views(const Tensor& parameters, const std::vector<Layer>& layers);  ///< of dense layers

/// A tensor over memory that somebody else owns.
template <typename Real>
Tensor over(const Real* memory, at::IntArrayRef shape)
{
    return torch::from_blob(const_cast<Real*>(memory), shape, c10::CppTypeToScalarType<Real>::value);
}

/// The energy of motion_energy_and_gradient, for Torch to differentiate. \param encoder, decoder  flat parameters; \param x, rate  [rows, columns]
Tensor motion_energy(const Architecture& shape, const Tensor& encoder, const Tensor& decoder, const Tensor& x, const Tensor& rate);

/// Codes of a convolutional encoder [rows, code_width], and images of its decoder [rows, columns], for Torch to differentiate. \param parameters  flat
Tensor convolutional_codes(const Architecture& shape, const Tensor& parameters, const Tensor& x);
Tensor convolutional_images(const Architecture& shape, const Tensor& parameters, const Tensor& z);

}  // namespace sluice::represent
