#pragma once

#include <cstdint>
#include <functional>
#include <span>

namespace sluice::models {

/// Fills `out` [rows, members, targets] from distances [rows, labelled rows], both in the device's memory.
using AverageNearest = std::function<void(const float* distances, std::int64_t rows, float* out)>;

/// Means over the nearest labelled rows for every member at once, on the device: a thread takes one row and looks for its labelled rows one after the other, nearest
/// first, until each member has `places` of them, a labelled row that it drew c times filling c. Equal distances: the earlier labelled row; no number: last.
/// \param times  [labelled rows, lanes] how often a member has drawn a row, in the first `members` lanes
/// \param y      [labelled rows, targets]
AverageNearest average_nearest_on_device(std::span<const double> times, std::int64_t lanes, std::span<const double> y, std::int64_t members, std::int64_t places);

}  // namespace sluice::models
