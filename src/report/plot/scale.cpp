#include "report/plot/scale.hpp"

#include <algorithm>
#include <cmath>

namespace sluice::report {

void include(Range& range, double value)
{
    if (!std::isfinite(value)) return;
    range.lo = std::min(range.lo, value);
    range.hi = std::max(range.hi, value);
}

bool is_empty(const Range& range)
{
    return !(range.lo <= range.hi);
}

Range padded(const Range& range, double fraction)
{
    if (is_empty(range)) return {0, 1};
    const double width = range.hi - range.lo;
    const double magnitude = std::max(std::abs(range.lo), std::abs(range.hi));
    if (width > magnitude * 1e-7) return {range.lo - fraction * width, range.hi + fraction * width};
    const double middle = range.lo + width / 2;
    const double half = magnitude > 0 ? magnitude * 0.1 : 1;
    return {middle - half, middle + half};
}

}  // namespace sluice::report
