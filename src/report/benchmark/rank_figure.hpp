#pragma once

#include "report/benchmark/summary.hpp"
#include "report/plot/figure.hpp"

namespace sluice::report {

/// Methods on an axis of mean ranks, with a bar over each largest set of methods whose mean ranks differ by less than the critical difference.
/// Source: Demšar 2006, figure 1.
Figure rank_figure(const std::vector<std::string>& methods, const MeanRanks& ranks);

/// First and last place, in the order of ranks, of the largest sets of at least two that lie within `width`.
/// \param sorted  mean ranks, ascending
std::vector<std::pair<std::size_t, std::size_t>> groups_within(const std::vector<double>& sorted, double width);

}  // namespace sluice::report
