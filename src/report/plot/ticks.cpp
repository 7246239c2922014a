#include "report/plot/ticks.hpp"

#include "report/plot/number_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace sluice::report {

namespace {

// A tick that misses the end of the axis by rounding alone still belongs to it.
constexpr double slack = 1e-9;

Ticks ticks_with(double step, const Range& range)
{
    Ticks ticks{.at = {}, .step = step};
    const double last = std::floor(range.hi / step + slack);
    for (double k = std::ceil(range.lo / step - slack); k <= last; ++k) ticks.at.push_back(k == 0 ? 0 : k * step);
    return ticks;
}

Ticks finest_ticks(const Range& range, int at_most, double smallest_step)
{
    const double raw = std::max((range.hi - range.lo) / at_most, smallest_step);
    double power = std::pow(10.0, std::floor(std::log10(raw)));
    for (;; power *= 10) {
        for (const double digit : {1.0, 2.0, 5.0}) {
            const double step = digit * power;
            if (step < smallest_step) continue;
            // Counted before they are made: the finest candidates could have many.
            const double count = std::floor(range.hi / step + slack) - std::ceil(range.lo / step - slack) + 1;
            if (count <= at_most) return ticks_with(step, range);
        }
    }
}

}  // namespace

Ticks ticks_in(const Range& range, int at_most)
{
    return finest_ticks(range, at_most, 0);
}

Ticks whole_ticks_in(const Range& range, int at_most)
{
    return finest_ticks(range, at_most, 1);
}

std::vector<double> decade_ticks(double hi)
{
    std::vector<double> ticks;
    for (double decade = 1; decade <= hi; decade *= 10) {
        for (const double digit : {1.0, 2.0, 5.0}) {
            if (digit * decade <= hi && (digit == 1 || hi < 100)) ticks.push_back(digit * decade);
        }
    }
    return ticks;
}

Ticks logarithmic_ticks_in(const Range& logarithms, int at_most)
{
    Ticks ticks;
    for (double decade = std::floor(logarithms.lo); decade <= logarithms.hi; ++decade) {
        for (const double digit : {1.0, 2.0, 5.0}) {
            const double at = decade + std::log10(digit);
            if (logarithms.lo - slack <= at && at <= logarithms.hi + slack) ticks.at.push_back(at);
        }
    }
    return static_cast<int>(ticks.at.size()) <= at_most ? ticks : whole_ticks_in(logarithms, at_most);
}

TickLabels logarithmic_tick_labels(const Ticks& ticks)
{
    constexpr double most_written_out = 4;  // digits
    TickLabels labels;
    for (const double tick : ticks.at) {
        const bool is_power = std::abs(tick - std::round(tick)) < slack;
        const auto power = power_of_ten(static_cast<int>(std::round(tick)));
        labels.text.push_back(is_power && std::abs(tick) > most_written_out ? power.substr(power.find('1')) : fmt::format("{:.12g}", std::pow(10.0, tick)));
    }
    return labels;
}

TickLabels tick_labels(const Ticks& ticks)
{
    double largest = 0;
    for (const double tick : ticks.at) largest = std::max(largest, std::abs(tick));
    int exponent = largest > 0 ? static_cast<int>(std::floor(std::log10(largest) + slack)) : 0;
    if (exponent > -4 && exponent < 5) exponent = 0;

    TickLabels labels;
    if (exponent != 0) labels.factor = power_of_ten(exponent);
    const double step_exponent = std::floor(std::log10(ticks.step) + slack) - exponent;
    const int decimals = std::max(0, static_cast<int>(-step_exponent));
    for (const double tick : ticks.at) {
        const std::string digits = fmt::format("{:.{}f}", tick / std::pow(10.0, exponent), decimals);
        labels.text.push_back(tick < 0 ? "−" + digits.substr(1) : digits);
    }
    return labels;
}

}  // namespace sluice::report
