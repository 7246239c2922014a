#include "represent/principal_components.hpp"

#include <torch/torch.h>

#include <algorithm>

namespace sluice::represent {

PrincipalComponents principal_components_of(const std::vector<float>& rows, std::int64_t columns)
{
    const torch::NoGradGuard no_gradients;
    const auto count = static_cast<std::int64_t>(rows.size()) / columns;
    const auto x = torch::from_blob(const_cast<float*>(rows.data()), {count, columns}, torch::kFloat32).to(torch::kFloat64);
    const auto mean = x.mean(0);
    const auto centred = x - mean;
    const auto covariance = torch::mm(centred.t(), centred) / static_cast<double>(count);
    const auto [values, vectors] = at::linalg_eigh(covariance);

    PrincipalComponents result;
    const auto to_floats = [](const torch::Tensor& t) {
        const auto f = t.to(torch::kFloat32).contiguous();
        return std::vector<float>(f.data_ptr<float>(), f.data_ptr<float>() + f.numel());
    };
    result.mean = to_floats(mean);
    const double total = values.clamp_min(0).sum().item<double>();
    result.direction[1].assign(static_cast<std::size_t>(columns), 0.0F);  // of a single column
    for (int k = 0; k < std::min<std::int64_t>(columns, 2); ++k) {
        const auto index = columns - 1 - k;
        const auto vector = vectors.select(1, index);
        const auto largest = vector[vector.abs().argmax()].item<double>();
        result.direction[static_cast<std::size_t>(k)] = to_floats(largest < 0 ? -vector : vector);
        result.explained[static_cast<std::size_t>(k)] = total > 0 ? std::max(0.0, values[index].item<double>()) / total : 0;
    }
    return result;
}

PrincipalComponents principal_components(const pool::Shard& shard, const pool::Scaling& scaling, const Communicator& ranks)
{
    constexpr RowId most = 4096;
    const RowId rows = shard.info.rows, count = std::min(rows, most);
    std::vector<RowId> sample;
    for (RowId i = 0; i < count; ++i) sample.push_back(i * rows / count);
    const auto features = pool::gather_rows(shard, scaling, sample, ranks);
    PrincipalComponents result;
    together(ranks, [&] { result = principal_components_of(features, shard.info.columns); });
    return result;
}

}  // namespace sluice::represent
