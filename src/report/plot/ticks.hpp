#pragma once

#include "report/plot/scale.hpp"

#include <string>
#include <vector>

namespace sluice::report {

/// Places on an axis that deserve a number.
struct Ticks {
    std::vector<double> at;
    double step = 1;  ///< between neighbours
};

/// Multiples of 1, 2 or 5 times a power of ten inside the range: the finest such step with at most `at_most` ticks.
Ticks ticks_in(const Range& range, int at_most);
/// The same with a step of at least 1, for axes that count.
Ticks whole_ticks_in(const Range& range, int at_most);
/// For a logarithmic axis of counts from 1 to `hi`: 1, 10, 100, …; below two decades also 2 and 5 times these.
std::vector<double> decade_ticks(double hi);

/// For an axis of common logarithms: those of 1, 2 and 5 times the powers of ten, or of the powers alone, or of every second or further one: as many as
/// may be.
Ticks logarithmic_ticks_in(const Range& logarithms, int at_most);

/// What stands beside the ticks. All have the same number of decimals, which tells neighbours apart.
struct TickLabels {
    std::vector<std::string> text;
    std::string factor;  ///< "×10⁻⁷", to be written once at the axis; empty for 1
};

TickLabels tick_labels(const Ticks& ticks);
/// The numbers themselves, of ticks at their logarithms: "0.02", "1", "5000", "10⁶".
TickLabels logarithmic_tick_labels(const Ticks& ticks);

}  // namespace sluice::report
