#pragma once

#include <fmt/format.h>

#include <filesystem>
#include <string>

namespace sluice::log {

/// Starts the log of this process. A quiet process (every rank but 0) writes nothing but errors.
void start(bool quiet);

/// Also writes plain, dated lines to this file, appended. Only a process that is not quiet does.
void add_file(const std::filesystem::path& path);

/// From now on lines go to this file alone, until `start` is called again: of one of many runs that go on at once. Of a process that is quiet, nowhere.
void start_in_file(const std::filesystem::path& path, bool quiet);

void write_line(const std::string& line);
void write_warning(const std::string& line);
/// To standard error, even from a quiet process.
void write_error(const std::string& line);

template <typename... Args>
void info(fmt::format_string<Args...> format, Args&&... args)
{
    write_line(fmt::format(format, std::forward<Args>(args)...));
}

template <typename... Args>
void warning(fmt::format_string<Args...> format, Args&&... args)
{
    write_warning(fmt::format(format, std::forward<Args>(args)...));
}

/// The line of a running stage: in a terminal it is redrawn in place, at most ten times a second, with rate and time left;
/// a log file gets none of it. `done` of `total` units ("rows", "steps").
void progress(const std::string& stage, double done, double total, const std::string& unit);
/// Ends the line that `progress` redraws.
void end_progress();

}  // namespace sluice::log
