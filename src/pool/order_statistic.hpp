#pragma once

#include "parallel/communicator.hpp"

#include <span>

namespace sluice::pool {

/// The value at ascending rank `k` (0 = smallest) among all ranks' values. Exact, with 64 counts over the ranks and no value sent.
/// Collective. Values must not be NaN; 0 <= k < total count.
double order_statistic(std::span<const double> own, std::int64_t k, const Communicator& ranks);

}  // namespace sluice::pool
