#include "report/plot/number_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

namespace sluice::report {

std::string power_of_ten(int exponent)
{
    static constexpr std::array<const char*, 10> superscript = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
    std::string text = exponent < 0 ? "×10⁻" : "×10";
    for (const char digit : std::to_string(std::abs(exponent))) text += superscript[static_cast<std::size_t>(digit - '0')];
    return text;
}

std::string value_text(double value)
{
    if (!std::isfinite(value)) return "–";
    std::string digits = fmt::format("{:.5g}", value);
    std::string power;
    if (const auto e = digits.find('e'); e != std::string::npos) {
        power = power_of_ten(std::atoi(digits.c_str() + e + 1));
        digits.resize(e);
    }
    return (digits[0] == '-' ? "−" + digits.substr(1) : digits) + power;
}

std::string count_text(double whole_number)
{
    if (!std::isfinite(whole_number)) return "–";
    std::string digits = fmt::format("{:.0f}", whole_number);
    for (auto place = static_cast<std::ptrdiff_t>(digits.size()) - 3; place > (digits[0] == '-' ? 1 : 0); place -= 3) {
        digits.insert(static_cast<std::size_t>(place), ",");
    }
    return digits;
}

std::string duration_text(double seconds)
{
    if (seconds > 0 && seconds < 1) return si_text(seconds, "s");
    if (seconds < 99.5) return fmt::format("{:.3g} s", seconds);
    const auto whole = std::llround(seconds);
    if (whole < 7200) return fmt::format("{} min {} s", whole / 60, whole % 60);
    if (whole < 172800) return fmt::format("{} h {} min", whole / 3600, whole / 60 % 60);
    return fmt::format("{} d {} h", whole / 86400, whole / 3600 % 24);
}

std::string si_text(double value, const std::string& unit)
{
    static constexpr std::array<const char*, 10> prefixes = {"n", "µ", "m", "", "k", "M", "G", "T", "P", "E"};
    if (!(std::abs(value) > 0)) return "0 " + unit;
    // A value that rounds up to 1000 takes the next prefix: 999.9 kB is 1.00 MB.
    const int power = static_cast<int>(std::floor(std::log10(std::abs(value) * 1.0005) / 3));
    const int prefix = std::min(std::max(power, -3), 6);
    const double scaled = value / std::pow(1000.0, prefix);
    const int decimals = std::abs(scaled) < 9.995 ? 2 : std::abs(scaled) < 99.95 ? 1 : 0;
    return fmt::format("{:.{}f} {}{}", scaled, decimals, prefixes[static_cast<std::size_t>(prefix + 3)], unit);
}

std::string counted(double count, const std::string& noun)
{
    return count_text(count) + " " + noun + (count == 1 ? "" : "s");
}

}  // namespace sluice::report
