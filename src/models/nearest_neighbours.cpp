#include "models/family.hpp"
#include "models/nearest_on_device.hpp"
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
            const float place = spread ? (distance[j] - least) * scale : 0, last = static_cast<float>(buckets - 1);  // rises with the distance, also rounded
            bucket_[j] = static_cast<std::uint32_t>(place < last ? place : last);  // what is no number comes last
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
            if (end_[b] - first > 1) std::sort(keys_.begin() + static_cast<std::ptrdiff_t>(first), keys_.begin() + end_[b]);
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
    std::size_t members, targets;
    std::size_t lanes;          ///< members, rounded up: the further ones are as the last
    std::vector<double> times;  ///< [labelled rows, lanes] how often a member has drawn a row
    std::vector<double> y;      ///< [labelled rows, targets]
};

NeighbourTable table_of(const std::vector<Member>& members, const TrainingSet& data)
{
    constexpr std::size_t vector = 4;
    NeighbourTable table{members.size(), static_cast<std::size_t>(data.targets), (members.size() + vector - 1) / vector * vector, {}, data.y};
    for (std::size_t row = 0; row < static_cast<std::size_t>(data.count()); ++row) {
        for (std::size_t m = 0; m < table.lanes; ++m) table.times.push_back(static_cast<double>(members[std::min(m, members.size() - 1)][row]));
    }
    return table;
}

/// Means of one row of the pool as they are summed up: each member takes places, nearest first, until it has k.
class Averages {
public:
    Averages(const NeighbourTable& table, std::int64_t k) : table_(table), k_(static_cast<double>(k)), left_(table.lanes), sum_(table.targets * table.lanes) {}

    void begin()
    {
        std::fill(left_.begin(), left_.end(), k_);
        std::fill(sum_.begin(), sum_.end(), 0.0);
    }

    /// \return  whether some member has places left
    bool add(std::size_t row)
    {
        const auto lanes = table_.lanes;
        const double* __restrict times = table_.times.data() + row * lanes;
        double* __restrict left = left_.data();
        for (std::size_t t = 0; t < table_.targets; ++t) {
            const double y = table_.y[row * table_.targets + t];
            double* __restrict sum = sum_.data() + t * lanes;
            for (std::size_t m = 0; m < lanes; ++m) sum[m] += (left[m] < times[m] ? left[m] : times[m]) * y;
        }
        std::int64_t open = 0;
        for (std::size_t m = 0; m < lanes; ++m) {
            left[m] -= left[m] < times[m] ? left[m] : times[m];
            open |= std::bit_cast<std::int64_t>(left[m]);  // of 0 no bit is set
        }
        return open != 0;
    }

    float mean(std::size_t member, std::size_t target) const { return static_cast<float>(sum_[target * table_.lanes + member] / (k_ - left_[member])); }

private:
    const NeighbourTable& table_;
    double k_;
    std::vector<double> left_;  ///< [lanes] places to fill
    std::vector<double> sum_;   ///< [targets, lanes]
};

/// Squared distances to all labelled rows, up to the row's own square, by one matrix product; then, for each row, its nearest labelled rows once for all members:
/// sorted as far as the member with the fewest of them needs. Equal distances: the earlier labelled row.
Predict neighbours_predictor(const std::vector<Member>& members, const TrainingSet& data, std::int64_t k, parallel::Place place)
{
    const auto at = torch_device(place);
    const auto n = data.count(), columns = data.columns;
    const auto labelled = as_tensor(data.x, {n, columns});
    const auto twice = (labelled.t() * -2).contiguous().to(at);
    const auto squares = labelled.to(torch::kFloat64).square().sum(1).to(torch::kFloat32).to(at);
    const auto table = table_of(members, data);
    if (place == parallel::Place::device) {
        const auto average = average_nearest_on_device(table.times, static_cast<std::int64_t>(table.lanes), table.y, static_cast<std::int64_t>(table.members), k);
        return [=](const float* features, std::int64_t rows, float* out) {
            const torch::NoGradGuard no_gradients;
            const auto distances = torch::addmm(squares, from_features(features, rows, columns, parallel::Place::device), twice);
            average(distances.data_ptr<float>(), rows, out);
        };
    }
    return [=](const float* features, std::int64_t rows, float* out) {
        const torch::NoGradGuard no_gradients;
        const auto distances = torch::addmm(squares, from_features(features, rows, columns), twice);
        LazyOrder order(static_cast<std::size_t>(n));
        Averages averages(table, k);
        for (std::int64_t i = 0; i < rows; ++i) {
            order.begin(distances.data_ptr<float>() + i * n);
            averages.begin();
            order.visit([&](std::size_t row) { return averages.add(row); });
            for (std::size_t m = 0; m < table.members; ++m) {
                for (std::size_t t = 0; t < table.targets; ++t) *out++ = averages.mean(m, t);
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
            .predictor = [k](const std::vector<Member>& members, const TrainingSet& data, parallel::Place place) { return neighbours_predictor(members, data, k, place); },
            .flops_per_row = [](const TrainingSet& data, std::int64_t) { return 2.0 * static_cast<double>(data.columns * data.count()); },  // whatever the number of members
        };
    }};

}  // namespace

}  // namespace sluice::models
