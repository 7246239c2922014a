#include "models/neighbours/nearest_on_device.hpp"

#include "parallel/device_array.hpp"

namespace sluice::models {

namespace {

struct Neighbour {
    float distance;
    std::int64_t row;  ///< labelled row; -1: none
};

/// The labelled row that comes next after one in the order of distances, then rows.
KOKKOS_INLINE_FUNCTION Neighbour next_nearest(const float* distance, std::int64_t labelled, const Neighbour& last)
{
    Neighbour next{Kokkos::Experimental::infinity_v<float>, -1};
    for (std::int64_t j = 0; j < labelled; ++j) {
        const float d = distance[j] == distance[j] ? distance[j] : Kokkos::Experimental::infinity_v<float>;
        const bool is_later = last.row < 0 || d > last.distance || (d == last.distance && j > last.row);
        if (is_later && (next.row < 0 || d < next.distance)) next = {d, j};
    }
    return next;
}

}  // namespace

AverageNearest average_nearest_on_device(std::span<const double> times, std::int64_t lanes, std::span<const double> y, std::int64_t members, std::int64_t places)
{
    const auto labelled = static_cast<std::int64_t>(times.size()) / lanes, targets = static_cast<std::int64_t>(y.size()) / labelled;
    const auto drawn = parallel::to_device("models/times_drawn", times);
    const auto values = parallel::to_device("models/neighbours_y", y);
    const double k = static_cast<double>(places);
    return [=, left_of = parallel::DeviceArray<double>("models/places_left", 0), sum_of = parallel::DeviceArray<double>("models/neighbour_sums", 0)](
               const float* distances, std::int64_t rows, float* out) mutable {
        // Row after row is fastest: what neighbouring threads read and write lies together.
        double* left = parallel::room_for(left_of, static_cast<std::size_t>(rows * members));
        double* sum = parallel::room_for(sum_of, static_cast<std::size_t>(rows * members * targets));
        Kokkos::parallel_for(
            "models/average_nearest", Kokkos::RangePolicy<Kokkos::DefaultExecutionSpace>(0, rows), KOKKOS_LAMBDA(const std::int64_t row) {
                for (std::int64_t m = 0; m < members; ++m) left[m * rows + row] = k;
                for (std::int64_t c = 0; c < members * targets; ++c) sum[c * rows + row] = 0;
                Neighbour nearest{0, -1};
                for (bool open = true; open;) {
                    nearest = next_nearest(distances + row * labelled, labelled, nearest);
                    if (nearest.row < 0) break;
                    open = false;
                    for (std::int64_t m = 0; m < members; ++m) {
                        double& places_left = left[m * rows + row];
                        const double taken = places_left < drawn(nearest.row * lanes + m) ? places_left : drawn(nearest.row * lanes + m);
                        for (std::int64_t t = 0; t < targets; ++t) sum[(m * targets + t) * rows + row] += taken * values(nearest.row * targets + t);
                        places_left -= taken;
                        open = open || places_left > 0;
                    }
                }
                for (std::int64_t m = 0; m < members; ++m) {
                    for (std::int64_t t = 0; t < targets; ++t) {
                        out[(row * members + m) * targets + t] = static_cast<float>(sum[(m * targets + t) * rows + row] / (k - left[m * rows + row]));
                    }
                }
            });
    };
}

}  // namespace sluice::models
