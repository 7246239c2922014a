#include "models/family.hpp"
#include "models/tensors.hpp"

#include <algorithm>
#include <numeric>

namespace sluice::models {

namespace {

/// What a member is: how often its resample holds each labelled row. Every member averages over the same sorted distances, in which a row that was
/// drawn c times occupies c places.
std::vector<Member> train_neighbours(const TrainingSet& data, std::span<const Bootstrap> bootstraps)
{
    std::vector<Member> members;
    for (const auto& rows : bootstraps) {
        Member times(static_cast<std::size_t>(data.count()), 0.0F);
        for (const auto row : rows) ++times[static_cast<std::size_t>(row)];
        members.push_back(std::move(times));
    }
    return members;
}

/// Of one row: mean target of the k nearest places of each member. `order`: labelled rows by ascending distance, as far as they are needed.
void average(std::span<const std::int32_t> order, const std::vector<Member>& members, const std::vector<double>& y, std::int64_t targets, std::int64_t k, float* out)
{
    for (std::size_t m = 0; m < members.size(); ++m) {
        std::vector<double> sum(static_cast<std::size_t>(targets), 0.0);
        double left = static_cast<double>(k);
        for (const auto row : order) {
            const double places = std::min(left, static_cast<double>(members[m][static_cast<std::size_t>(row)]));
            if (places == 0) continue;
            for (std::size_t t = 0; t < sum.size(); ++t) sum[t] += places * y[static_cast<std::size_t>(row) * sum.size() + t];
            left -= places;
            if (left == 0) break;
        }
        for (const double s : sum) *out++ = static_cast<float>(s / (static_cast<double>(k) - left));
    }
}

/// How many of the nearest labelled rows any member may need: until each has k places, whatever the order, all that it has not drawn may come first.
std::int64_t rows_needed(const std::vector<Member>& members, std::int64_t k)
{
    std::int64_t most = 0;
    for (const auto& member : members) {
        most = std::max<std::int64_t>(most, std::count(member.begin(), member.end(), 0.0F) + k);
    }
    return std::min(most, static_cast<std::int64_t>(members[0].size()));
}

/// Squared distances to all labelled rows, up to the row's own square, by one matrix product; then, for each row, its nearest labelled rows once for all members.
/// Equal distances: the earlier labelled row.
Predict neighbours_predictor(const std::vector<Member>& members, const TrainingSet& data, std::int64_t k)
{
    const auto n = data.count(), targets = data.targets, columns = data.columns;
    const auto labelled = as_tensor(data.x, {n, columns});
    const auto twice = (labelled.t() * -2).contiguous();
    const auto squares = labelled.to(torch::kFloat64).square().sum(1).to(torch::kFloat32);
    const auto needed = rows_needed(members, k);
    const auto y = data.y;
    return [=](const float* features, std::int64_t rows, float* out) {
        const torch::NoGradGuard no_gradients;
        const auto distances = torch::addmm(squares, from_features(features, rows, columns), twice);
        std::vector<std::int32_t> order(static_cast<std::size_t>(n));
        for (std::int64_t i = 0; i < rows; ++i) {
            const float* distance = distances.data_ptr<float>() + i * n;
            std::iota(order.begin(), order.end(), 0);
            std::partial_sort(order.begin(), order.begin() + needed, order.end(), [distance](std::int32_t a, std::int32_t b) {
                return distance[a] != distance[b] ? distance[a] < distance[b] : a < b;
            });
            average(std::span(order).first(static_cast<std::size_t>(needed)), members, y, targets, k, out + i * static_cast<std::int64_t>(members.size()) * targets);
        }
    };
}

const FamilyRegistration nearest_neighbours{
    "knn-ensemble",
    "bootstrap ensemble of k-nearest-neighbour regressions, Euclidean, uniform weights",
    {whole("neighbours", 5).at_least(1).at_most(10000).help("places that are averaged; a row drawn twice has two")},
    [](const Options& options) {
        const auto k = options.whole("neighbours");
        return Family{
            .train = [](const TrainingSet& data, std::span<const Bootstrap> bootstraps, int, const FitKey&) { return train_neighbours(data, bootstraps); },
            .predictor = [k](const std::vector<Member>& members, const TrainingSet& data) { return neighbours_predictor(members, data, k); },
            .flops_per_row = [](const TrainingSet& data, std::int64_t) { return 2.0 * static_cast<double>(data.columns * data.count()); },  // whatever the number of members
        };
    }};

}  // namespace

}  // namespace sluice::models
