#pragma once

// The one place where Torch's headers come in; only files of this room that implement a family include it.
#include "models/family.hpp"

#include <torch/utils.h>

namespace sluice::models {

/// A view of a vector as a tensor; the vector must outlive its use.
template <typename T>
torch::Tensor as_tensor(const std::vector<T>& values, at::IntArrayRef shape)
{
    return torch::from_blob(const_cast<T*>(values.data()), {static_cast<std::int64_t>(values.size())}, c10::CppTypeToScalarType<T>::value).reshape(shape);
}

inline torch::Device torch_device(parallel::Place place)
{
    const auto number = place == parallel::Place::device ? parallel::device_number() : std::nullopt;
    return number ? torch::Device(torch::kCUDA, static_cast<c10::DeviceIndex>(*number)) : torch::Device(torch::kCPU);
}

/// A view of floats that are at a place.
inline torch::Tensor view_at(float* values, at::IntArrayRef shape, parallel::Place place)
{
    return torch::from_blob(values, shape, torch::TensorOptions(torch::kFloat32).device(torch_device(place)));
}

inline torch::Tensor from_features(const float* features, std::int64_t rows, std::int64_t columns, parallel::Place place = parallel::Place::host)
{
    return view_at(const_cast<float*>(features), {rows, columns}, place);
}

/// Members of equal length as one tensor [members, length].
inline torch::Tensor stack_members(const std::vector<Member>& members)
{
    auto all = torch::empty({static_cast<std::int64_t>(members.size()), static_cast<std::int64_t>(members[0].size())});
    auto* out = all.data_ptr<float>();
    for (const auto& member : members) out = std::copy(member.begin(), member.end(), out);
    return all;
}

/// The rows of a float tensor [members, length].
inline std::vector<Member> to_members(const torch::Tensor& tensor)
{
    std::vector<Member> members;
    const auto rows = tensor.contiguous();
    for (std::int64_t m = 0; m < rows.size(0); ++m) members.emplace_back(rows[m].data_ptr<float>(), rows[m].data_ptr<float>() + rows.size(1));
    return members;
}

}  // namespace sluice::models
