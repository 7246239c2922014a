#include "models/family.hpp"
#include "models/neighbours/nearest_on_device.hpp"
#include "models/tensors.hpp"
#include "parallel/aligned_floats.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

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

/// Vectors of 256 bits, which all processors of the default architecture have: wider ones would be taken apart by the compiler where they are no registers.
using Floats = float __attribute__((vector_size(32)));
using Wholes = std::int32_t __attribute__((vector_size(32)));
using Doubles = double __attribute__((vector_size(32)));
constexpr std::size_t lanes = 8, double_lanes = 4;
constexpr std::size_t member_lanes = 16;  // so many members are averaged at once

template <typename Vector, typename T>
[[gnu::always_inline]] inline Vector load(const T* from)
{
    Vector vector;
    std::memcpy(&vector, from, sizeof(vector));
    return vector;
}

/// What is averaged, labelled row by labelled row.
struct NeighbourTable {
    std::size_t rows, members, targets;
    double places;             ///< that a member averages
    std::vector<double> times; ///< [groups of members, rows, member lanes] how often a member has drawn a row; lanes beyond the members are as the last
    std::vector<double> y;     ///< [rows, targets]

    std::size_t groups() const { return (members + member_lanes - 1) / member_lanes; }
};

NeighbourTable table_of(const std::vector<Member>& members, const TrainingSet& data, std::int64_t k)
{
    NeighbourTable table{static_cast<std::size_t>(data.count()), members.size(), static_cast<std::size_t>(data.targets), static_cast<double>(k), {}, data.y};
    for (std::size_t group = 0; group < table.groups(); ++group) {
        for (std::size_t row = 0; row < table.rows; ++row) {
            for (std::size_t m = group * member_lanes; m < (group + 1) * member_lanes; ++m) table.times.push_back(static_cast<double>(members[std::min(m, members.size() - 1)][row]));
        }
    }
    return table;
}

/// A distance as a number that sorts as it does, what is no number last. Distances may be below zero by rounding.
inline std::int32_t sort_key(float distance)
{
    constexpr auto last = std::numeric_limits<std::int32_t>::max();
    const auto bits = std::bit_cast<std::int32_t>(distance + 0.0F);  // -0 is 0
    return distance != distance ? last : bits < 0 ? bits ^ last : bits;
}

/// Labelled rows in the order of their distances to a row of the pool, only as far as they are needed: those within a bound that is guessed from the rows before.
class NearestFirst {
public:
    explicit NearestFirst(std::size_t rows) : rows_(rows), chosen_(rows + 1), in_order_(rows + 1), keys_(rows + 4 * lanes) {}

    /// The nearest rows, in order: at least about as many as are asked for. \param distance  [rows]
    std::span<const std::uint32_t> nearest(const float* distance, double wanted)
    {
        const float bound = bound_of(distance, wanted);
        return bound < infinity ? sorted(distance, [bound](float d) { return d <= bound; }) : sorted(distance, [](float) { return true; });
    }

    /// How many will likely do for the next row: rises fast and falls slowly with those that were needed.
    double usual() const { return usual_; }
    void needed(std::size_t rows)
    {
        const auto more = static_cast<double>(rows) - usual_;
        usual_ += more > 0 ? more / 4 : more / 32;
    }

private:
    static constexpr float infinity = std::numeric_limits<float>::infinity();

    static std::size_t count_within(const float* distance, std::size_t rows, float bound)
    {
        std::int32_t count = 0;
        for (std::size_t j = 0; j < rows; ++j) count += distance[j] <= bound ? 1 : 0;
        return static_cast<std::size_t>(count);
    }

    /// A distance within which are about as many rows as are needed. A few steps of bracketing by what was counted before.
    float bound_of(const float* distance, double wanted)
    {
        const auto rows = rows_;
        const auto fewest = static_cast<std::size_t>(wanted + 2), most = static_cast<std::size_t>(1.25 * wanted + 8);
        if (most >= rows) return infinity;
        Floats least = Floats{} + infinity, largest = Floats{} - infinity;
        const auto whole = rows / lanes * lanes;
        for (std::size_t j = 0; j < whole; j += lanes) {
            const auto d = load<Floats>(distance + j);
            least = d < least ? d : least;
            largest = d > largest ? d : largest;
        }
        float low = infinity, high = -infinity;
        for (std::size_t j = whole; j < rows; ++j) low = std::min(low, distance[j]), high = std::max(high, distance[j]);
        for (std::size_t l = 0; l < lanes; ++l) low = std::min(low, least[l]), high = std::max(high, largest[l]);
        const float width = high - low;
        if (!(width < infinity)) return infinity;
        if (!(share_ > 0 && share_ < 1)) share_ = 0.5F;
        float below = 0, above = 1, in_below = 0, in_above = static_cast<float>(rows);
        const auto aim = static_cast<float>(fewest + most) / 2;
        for (int step = 0; step < 4; ++step) {
            const auto count = count_within(distance, rows, low + share_ * width);
            if (count >= fewest && count <= most) break;
            if (count < fewest) below = share_, in_below = static_cast<float>(count);
            else above = share_, in_above = static_cast<float>(count);
            share_ = below + (above - below) * (aim - in_below) / (in_above - in_below);
        }
        return low + share_ * width;
    }

    template <typename Chosen>
    std::span<const std::uint32_t> sorted(const float* distance, const Chosen& is_chosen)
    {
        constexpr std::size_t few = 256;  // so many are sorted faster by counting, for each, those before it; which tells nothing where two are equal
        std::size_t count = 0;
        for (std::size_t j = 0; j < rows_; ++j) {
            chosen_[count] = static_cast<std::uint32_t>(j);
            count += is_chosen(distance[j]) ? 1 : 0;
        }
        for (std::size_t i = 0; i < count; ++i) keys_[i] = sort_key(distance[chosen_[i]]);
        if (count > few) return sorted_with_ties(distance, count);
        constexpr std::size_t together = 4;
        std::int64_t all_before = 0;
        for (std::size_t first = 0; first < count; first += together * lanes) {
            Wholes own[together], before[together] = {};  // minus the number: what is true is -1
            for (std::size_t v = 0; v < together; ++v) own[v] = load<Wholes>(keys_.data() + first + v * lanes);
            for (std::size_t j = 0; j < count; ++j) {
                for (std::size_t v = 0; v < together; ++v) before[v] += keys_[j] < own[v];
            }
            for (std::size_t i = first; i < std::min(first + together * lanes, count); ++i) {
                const auto place = -before[(i - first) / lanes][i % lanes];
                in_order_[static_cast<std::size_t>(place)] = chosen_[i];
                all_before += place;
            }
        }
        const auto pairs = static_cast<std::int64_t>(count) * (static_cast<std::int64_t>(count) - 1) / 2;
        return all_before == pairs ? std::span<const std::uint32_t>(in_order_.data(), count) : sorted_with_ties(distance, count);
    }

    /// \param count  of the chosen rows, which are in the order of their numbers
    std::span<const std::uint32_t> sorted_with_ties(const float* distance, std::size_t count)
    {
        const auto end = std::copy_n(chosen_.begin(), count, in_order_.begin());
        std::stable_sort(in_order_.begin(), end, [&](auto a, auto b) { return sort_key(distance[a]) < sort_key(distance[b]); });
        return {in_order_.data(), count};
    }

    std::size_t rows_;
    std::vector<std::uint32_t> chosen_, in_order_;  ///< one more than rows: what is not chosen is written behind the others
    std::vector<std::int32_t> keys_;
    float share_ = 0.5F;                 ///< of the distances from the least to the largest
    double usual_ = 8;
};

/// Sums over one row's neighbours, of as many members as there are member lanes: each takes places, nearest first, until it has all.
struct Averages {
    static constexpr std::size_t vectors = member_lanes / double_lanes;
    Doubles left[vectors];  ///< places to fill
    Doubles sum[vectors];

    explicit Averages(double places) : sum{}
    {
        for (auto& own : left) own = Doubles{} + places;
    }

    bool is_full() const
    {
        std::uint64_t bits[member_lanes], any = 0;  // of 0 no bit is set
        std::memcpy(bits, left, sizeof(left));
        for (const auto word : bits) any |= word;
        return any == 0;
    }

    float mean(std::size_t lane, double places) const
    {
        const auto vector = lane / double_lanes, place = lane % double_lanes;
        return static_cast<float>(sum[vector][place] / (places - left[vector][place]));
    }

    /// \param times  [labelled rows, member lanes]  \param y  of the labelled rows, `stride` apart
    /// \return  how many rows it has looked at
    std::size_t add(std::span<const std::uint32_t> rows, const double* times, const double* y, std::size_t stride)
    {
        constexpr std::size_t between_looks = 4;
        Averages now = *this;
        std::size_t at = 0;
        while (at < rows.size() && !now.is_full()) {
            for (const auto end = std::min(at + between_looks, rows.size()); at < end; ++at) {
                const double* drawn = times + rows[at] * member_lanes;
                const double value = y[rows[at] * stride];
                for (std::size_t v = 0; v < vectors; ++v) {
                    const auto asked = load<Doubles>(drawn + v * double_lanes);
                    const Doubles taken = now.left[v] < asked ? now.left[v] : asked;
                    now.left[v] -= taken;
                    now.sum[v] += taken * value;
                }
            }
        }
        *this = now;
        return at;
    }
};

/// Means of one row of the pool, of all members. \return  how many of the nearest rows were needed; none: there were not enough of them
std::size_t average_row(const NeighbourTable& table, std::span<const std::uint32_t> nearest, float* out)
{
    std::size_t needed = 0;
    for (std::size_t group = 0; group < table.groups(); ++group) {
        const auto first = group * member_lanes, count = std::min(member_lanes, table.members - first);
        for (std::size_t t = 0; t < table.targets; ++t) {
            Averages averages(table.places);
            needed = std::max(needed, averages.add(nearest, table.times.data() + first * table.rows, table.y.data() + t, table.targets));
            if (!averages.is_full() && nearest.size() < table.rows) return 0;
            for (std::size_t l = 0; l < count; ++l) out[(first + l) * table.targets + t] = averages.mean(l, table.places);
        }
    }
    return needed;
}

/// \param distances  [rows, labelled rows] without the squares of the labelled rows, which are added here  \param out  [rows, members, targets]
void average_nearest(const NeighbourTable& table, const float* squares, std::int64_t rows, float* distances, float* out)
{
    NearestFirst order(table.rows);
    for (std::int64_t i = 0; i < rows; ++i, distances += table.rows, out += table.members * table.targets) {
        for (std::size_t j = 0; j < table.rows; ++j) distances[j] += squares[j];
        std::size_t needed = 0;
        for (double wanted = order.usual(); needed == 0; wanted *= 2) needed = average_row(table, order.nearest(distances, wanted), out);
        order.needed(needed);
    }
}

/// How often each member has drawn each labelled row, [labelled rows, members].
std::vector<double> times_drawn(const std::vector<Member>& members, std::int64_t rows)
{
    std::vector<double> times;
    for (std::size_t row = 0; row < static_cast<std::size_t>(rows); ++row) {
        for (const auto& member : members) times.push_back(static_cast<double>(member[row]));
    }
    return times;
}

/// Squared distances to all labelled rows, up to the row's own square, by one matrix product; then, for each row, its nearest labelled rows once for all members:
/// sorted as far as the member with the fewest of them needs. Equal distances: the earlier labelled row.
Predict neighbours_predictor(const std::vector<Member>& members, const TrainingSet& data, std::int64_t k, parallel::Place place)
{
    const auto at = torch_device(place);
    const auto n = data.count(), columns = data.columns;
    const auto labelled = as_tensor(data.x, {n, columns});
    const auto twice = (labelled.t() * -2).contiguous().to(at);
    const auto squares = labelled.to(torch::kFloat64).square().sum(1).to(torch::kFloat32).to(at);
    if (place == parallel::Place::device) {
        const auto count = static_cast<std::int64_t>(members.size());
        const auto average = average_nearest_on_device(times_drawn(members, n), count, data.y, count, k);
        return [=](const float* features, std::int64_t rows, float* out) {
            const torch::NoGradGuard no_gradients;
            const auto distances = torch::addmm(squares, from_features(features, rows, columns, parallel::Place::device), twice);
            average(distances.data_ptr<float>(), rows, out);
        };
    }
    return [=, table = table_of(members, data, k)](const float* features, std::int64_t rows, float* out) {
        const torch::NoGradGuard no_gradients;
        thread_local parallel::AlignedFloats buffer;
        float* distances = buffer.room_for(static_cast<std::size_t>(rows * n));
        auto products = view_at(distances, {rows, n}, parallel::Place::host);
        torch::mm_out(products, from_features(features, rows, columns), twice);
        average_nearest(table, squares.data_ptr<float>(), rows, distances, out);
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
