#pragma once

#include <cstdint>
#include <string>

namespace sluice::report {

/// Five significant digits, "1.2×10⁻⁷" where needed, a dash for not-a-number.
std::string value_text(double value);
/// 133885 as "133,885".
std::string count_text(double whole_number);
/// "0.42 s", "12 min 3 s", "2 h 13 min", "3 d 4 h".
std::string duration_text(double seconds);
/// With an SI prefix and three digits: si_text(2.5e9, "B/s") is "2.50 GB/s".
std::string si_text(double value, const std::string& unit);
/// "1 iteration", "2 iterations".
std::string counted(double count, const std::string& noun);
/// "×10⁻⁷".
std::string power_of_ten(int exponent);

}  // namespace sluice::report
