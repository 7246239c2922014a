#pragma once

// The one place where Torch's headers come in; only files of this room that implement a family include it.
#include "models/family.hpp"

#include <torch/torch.h>

namespace sluice::models {

/// A view of a vector as a tensor; the vector must outlive its use.
template <typename T>
torch::Tensor as_tensor(const std::vector<T>& values, at::IntArrayRef shape)
{
    return torch::from_blob(const_cast<T*>(values.data()), {static_cast<std::int64_t>(values.size())}, c10::CppTypeToScalarType<T>::value).reshape(shape);
}

inline torch::Tensor from_features(const float* features, std::int64_t rows, std::int64_t columns)
{
    return torch::from_blob(const_cast<float*>(features), {rows, columns}, torch::kFloat32);
}

/// [members, rows] of indices.
inline torch::Tensor stack_bootstraps(std::span<const Bootstrap> bootstraps)
{
    auto all = torch::empty({static_cast<std::int64_t>(bootstraps.size()), static_cast<std::int64_t>(bootstraps[0].size())}, torch::kInt64);
    auto* out = all.data_ptr<std::int64_t>();
    for (const auto& bootstrap : bootstraps) out = std::copy(bootstrap.begin(), bootstrap.end(), out);
    return all;
}

inline std::vector<float> to_vector(const torch::Tensor& tensor)
{
    return {tensor.data_ptr<float>(), tensor.data_ptr<float>() + tensor.numel()};
}

}  // namespace sluice::models
