#include "models/family.hpp"
#include "models/tensors.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

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

/// A distance and a labelled row as one number that sorts as the pair does. Distances may be below zero by rounding.
std::uint64_t sort_key(float distance, std::uint32_t row)
{
    const auto bits = std::bit_cast<std::uint32_t>(distance + 0.0F);  // -0 is 0
    const std::uint32_t ordered = (bits >> 31) != 0 ? ~bits : bits | 0x80000000U;
    return std::uint64_t{ordered} << 32 | row;
}

/// Sorts labelled rows by distance only as far as they are asked for: dealt to buckets of equal width, each of which is sorted when it is come to.
class LazyOrder {
public:
    explicit LazyOrder(std::size_t rows) : bucket_(rows), keys_(rows), end_(std::bit_ceil(rows) + 1) {}

    void begin(const float* distance)
    {
        const auto rows = keys_.size(), buckets = end_.size() - 1;
        float least = distance[0], most = distance[0];
        for (std::size_t j = 1; j < rows; ++j) least = std::min(least, distance[j]), most = std::max(most, distance[j]);
        const float scale = static_cast<float>(buckets) / (most - least);
        const bool spread = std::isfinite(scale) && scale > 0;  // else one bucket holds all
        std::fill(end_.begin(), end_.end(), 0U);
        for (std::size_t j = 0; j < rows; ++j) {
            const float place = spread ? (distance[j] - least) * scale : 0;  // rises with the distance, also rounded
            bucket_[j] = static_cast<std::uint32_t>(std::min(place, static_cast<float>(buckets - 1)));
        }
        for (std::size_t j = 0; j < rows; ++j) ++end_[bucket_[j] + 1];
        for (std::size_t b = 1; b <= buckets; ++b) end_[b] += end_[b - 1];
        for (std::size_t j = 0; j < rows; ++j) keys_[end_[bucket_[j]]++] = sort_key(distance[j], static_cast<std::uint32_t>(j));
    }

    /// Calls visit(labelled row), nearest first, until it says that it has enough.
    template <typename Visit>
    void visit(const Visit& visit)
    {
        std::size_t first = 0;
        for (std::size_t b = 0; first < keys_.size(); first = end_[b++]) {
            std::sort(keys_.begin() + static_cast<std::ptrdiff_t>(first), keys_.begin() + end_[b]);
            for (std::size_t i = first; i < end_[b]; ++i) {
                if (!visit(static_cast<std::size_t>(keys_[i] & 0xFFFFFFFF))) return;
            }
        }
    }

private:
    std::vector<std::uint32_t> bucket_;  ///< [rows]
    std::vector<std::uint64_t> keys_;    ///< [rows] bucket by bucket
    std::vector<std::uint32_t> end_;     ///< [buckets + 1] of each bucket, once it is filled
};

/// What is averaged, labelled row by labelled row, for all members at once.
struct NeighbourTable {
    std::int64_t members, targets;
    std::vector<double> times;  ///< [labelled rows, members] how often a member has drawn a row
    std::vector<double> y;      ///< [labelled rows, targets]
};

/// Means of one row of the pool as they are summed up: each member takes places, nearest first, until it has k.
struct Averages {
    std::vector<double> left;  ///< [members] places to fill
    std::vector<double> sum;   ///< [targets, members]

    void begin(const NeighbourTable& table, std::int64_t k)
    {
        left.assign(static_cast<std::size_t>(table.members), static_cast<double>(k));
        sum.assign(static_cast<std::size_t>(table.members * table.targets), 0.0);
    }
    void add(const NeighbourTable& table, std::size_t row)
    {
        const auto members = left.size();
        const double* times = table.times.data() + row * members;
        for (std::size_t t = 0; t < static_cast<std::size_t>(table.targets); ++t) {
            const double y = table.y[row * static_cast<std::size_t>(table.targets) + t];
            double* sums = sum.data() + t * members;
            for (std::size_t m = 0; m < members; ++m) sums[m] += std::min(left[m], times[m]) * y;
        }
        for (std::size_t m = 0; m < members; ++m) left[m] -= std::min(left[m], times[m]);
    }
    bool are_full() const
    {
        double all = 0;
        for (const double l : left) all += l;
        return all == 0;
    }
};

/// Squared distances to all labelled rows, up to the row's own square, by one matrix product; then, for each row, its nearest labelled rows once for all members:
/// sorted as far as the member with the fewest of them needs. Equal distances: the earlier labelled row.
Predict neighbours_predictor(const std::vector<Member>& members, const TrainingSet& data, std::int64_t k)
{
    const auto n = data.count(), columns = data.columns;
    const auto labelled = as_tensor(data.x, {n, columns});
    const auto twice = (labelled.t() * -2).contiguous();
    const auto squares = labelled.to(torch::kFloat64).square().sum(1).to(torch::kFloat32);
    NeighbourTable table{static_cast<std::int64_t>(members.size()), data.targets, {}, data.y};
    for (std::size_t row = 0; row < static_cast<std::size_t>(n); ++row) {
        for (const auto& member : members) table.times.push_back(static_cast<double>(member[row]));
    }
    return [=](const float* features, std::int64_t rows, float* out) {
        const torch::NoGradGuard no_gradients;
        const auto distances = torch::addmm(squares, from_features(features, rows, columns), twice);
        LazyOrder order(static_cast<std::size_t>(n));
        Averages averages;
        for (std::int64_t i = 0; i < rows; ++i) {
            const float* distance = distances.data_ptr<float>() + i * n;
            order.begin(distance);
            averages.begin(table, k);
            order.visit([&](std::size_t row) {
                averages.add(table, row);
                return !averages.are_full();
            });
            for (std::size_t m = 0; m < averages.left.size(); ++m) {
                for (std::int64_t t = 0; t < table.targets; ++t) {
                    *out++ = static_cast<float>(averages.sum[static_cast<std::size_t>(t) * averages.left.size() + m] / (static_cast<double>(k) - averages.left[m]));
                }
            }
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
