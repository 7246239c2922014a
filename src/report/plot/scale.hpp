#pragma once

#include <limits>

namespace sluice::report {

/// An interval that grows with what is included; empty (lo > hi) at first.
struct Range {
    double lo = std::numeric_limits<double>::infinity();
    double hi = -std::numeric_limits<double>::infinity();
};

/// Numbers that are not finite change nothing.
void include(Range& range, double value);
bool is_empty(const Range& range);

/// The range with this fraction of its width added on both sides. An empty one becomes [0, 1]; one so narrow that its ends cannot be told
/// apart in a tick label is opened around its middle.
Range padded(const Range& range, double fraction);

/// From values to pixels.
struct Scale {
    Range values;
    double from = 0;  ///< pixel of values.lo
    double to = 1;    ///< pixel of values.hi

    double operator()(double value) const { return from + (value - values.lo) / (values.hi - values.lo) * (to - from); }
};

}  // namespace sluice::report
