#include "pool/principal_components.hpp"

#include "base/random.hpp"

#include <torch/utils.h>

#include <algorithm>

namespace sluice::pool {

namespace {

constexpr std::int64_t rows_at_once = 4096;
constexpr std::int64_t most_columns_of_covariance = 2048;

/// Calls use(centred rows) with at most 4,096 of them at a time, in double precision.
template <typename Use>
void for_centred_rows(const float* x, std::int64_t rows, std::int64_t columns, const torch::Tensor& mean, const Use& use)
{
    for (std::int64_t first = 0; first < rows; first += rows_at_once) {
        const auto count = std::min(rows_at_once, rows - first);
        const auto part = torch::from_blob(const_cast<float*>(x) + first * columns, {count, columns}, torch::kFloat32).to(torch::kFloat64);
        use(mean.defined() ? part - mean : part);
    }
}

/// Leading eigenvectors of the covariance, columns, without forming it.
torch::Tensor iterated_subspace(const float* x, std::int64_t rows, std::int64_t columns, std::int64_t count, const torch::Tensor& mean)
{
    constexpr std::int64_t oversampling = 10, iterations = 12;
    const auto width = std::min(count + oversampling, columns);
    auto basis = torch::empty({columns, width}, torch::kFloat64);
    RandomStream random(0, Purpose::representation_rows, 1, 0);
    for (std::int64_t i = 0; i < basis.numel(); ++i) basis.data_ptr<double>()[i] = random.normal();
    torch::Tensor projected;
    for (std::int64_t i = 0; i <= iterations; ++i) {
        basis = std::get<0>(at::linalg_qr(basis));
        auto product = torch::zeros({columns, width}, torch::kFloat64);
        for_centred_rows(x, rows, columns, mean, [&](const torch::Tensor& part) { product.add_(torch::mm(part.t(), torch::mm(part, basis))); });
        projected = torch::mm(basis.t(), product);
        if (i < iterations) basis = product;
    }
    const auto vectors = std::get<1>(at::linalg_eigh((projected + projected.t()) / 2));
    return torch::mm(basis, vectors);
}

}  // namespace

LeadingDirections leading_directions(const float* x, std::int64_t rows, std::int64_t columns, std::int64_t count)
{
    const torch::NoGradGuard no_gradients;
    auto mean = torch::zeros({columns}, torch::kFloat64);
    for_centred_rows(x, rows, columns, {}, [&](const torch::Tensor& part) { mean.add_(part.sum(0)); });
    mean.div_(static_cast<double>(rows));
    torch::Tensor vectors;  // columns, in ascending order of variance
    if (columns <= most_columns_of_covariance) {
        auto covariance = torch::zeros({columns, columns}, torch::kFloat64);
        for_centred_rows(x, rows, columns, mean, [&](const torch::Tensor& part) { covariance.addmm_(part.t(), part); });
        vectors = std::get<1>(at::linalg_eigh(covariance / static_cast<double>(rows)));
    } else {
        vectors = iterated_subspace(x, rows, columns, count, mean);
    }
    LeadingDirections result;
    const auto append = [](std::vector<double>& to, const torch::Tensor& from) {
        const auto values = from.contiguous();
        to.insert(to.end(), values.data_ptr<double>(), values.data_ptr<double>() + values.numel());
    };
    append(result.mean, mean);
    for (std::int64_t k = 1; k <= count; ++k) {
        const auto vector = vectors.select(1, vectors.size(1) - k);
        append(result.directions, vector[vector.abs().argmax()].item<double>() < 0 ? -vector : vector);
    }
    return result;
}

PrincipalComponents principal_components_of(const std::vector<float>& rows, std::int64_t columns)
{
    const auto count = static_cast<std::int64_t>(rows.size()) / columns, directions = std::min<std::int64_t>(columns, 2);
    const auto leading = leading_directions(rows.data(), count, columns, directions);
    PrincipalComponents result;
    result.mean = leading.mean;
    result.direction[1].assign(static_cast<std::size_t>(columns), 0.0);  // of a single column
    double total = 0;
    for (std::int64_t k = 0; k < directions; ++k) {
        const auto first = leading.directions.begin() + k * columns;
        result.direction[static_cast<std::size_t>(k)].assign(first, first + columns);
    }
    for (auto row = rows.begin(); row != rows.end(); row += columns) {
        std::array<double, 2> along = {};
        for (std::size_t c = 0; c < leading.mean.size(); ++c) {
            const auto x = static_cast<double>(row[static_cast<std::ptrdiff_t>(c)]) - leading.mean[c];
            total += x * x;
            for (std::size_t k = 0; k < 2; ++k) along[k] += x * result.direction[k][c];
        }
        for (std::size_t k = 0; k < 2; ++k) result.explained[k] += along[k] * along[k];
    }
    for (auto& share : result.explained) share = total > 0 ? share / total : 0;
    return result;
}

PrincipalComponents principal_components(const Shard& shard, const Scaling& scaling, const Communicator& ranks)
{
    constexpr RowId most = 4096;
    const RowId rows = shard.info.rows, count = std::min(rows, most);
    std::vector<RowId> sample;
    for (RowId i = 0; i < count; ++i) sample.push_back(i * rows / count);
    const auto features = gather_rows(shard, scaling, sample, ranks);
    PrincipalComponents result;
    together(ranks, [&] { result = principal_components_of(features, shard.info.columns); });
    return result;
}

}  // namespace sluice::pool
