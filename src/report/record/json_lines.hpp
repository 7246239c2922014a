#pragma once

#include <nlohmann/json.hpp>

#include <filesystem>
#include <functional>

namespace sluice::report {

/// Calls `visit` with each line of a JSON-lines file. A last line that is not whole is the trace of a crash while it was written and is
/// left out; any other broken line, or one that `visit` cannot use, is an Error with file and line.
void for_each_json_line(const std::filesystem::path& path, const std::function<void(const nlohmann::json&)>& visit);

/// A number of the run's files, where null stands for not-a-number.
double number_or_nan(const nlohmann::json& value);
std::vector<double> numbers_or_nan(const nlohmann::json& values);

}  // namespace sluice::report
