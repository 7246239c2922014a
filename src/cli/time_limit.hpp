#pragma once

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <string>

namespace sluice::cli {

/// What is wrong with a number of seconds; empty if nothing. CLI11's own checks take nan.
inline std::string not_a_time(const std::string& text)
{
    double seconds = 0;
    const bool is_number = CLI::detail::lexical_cast(text, seconds);
    return is_number && seconds > 0 && seconds <= 1e9 ? "" : fmt::format("'{}': must be a number of seconds above 0", text);
}

inline void add_time_limit(CLI::App& command, double& seconds)
{
    command.add_option("--time-limit", seconds, "seconds after which to stop at a checkpoint")->check(CLI::Validator(not_a_time, "SECONDS"));
}

}  // namespace sluice::cli
