#pragma once

#include <fmt/format.h>

#include <stdexcept>
#include <string>

namespace sluice {

/// Exit status of the program; job scripts act on it.
enum class ExitCode : int {
    done = 0,     ///< finished
    failed = 1,   ///< failed, with one message
    restart = 2,  ///< stopped at a checkpoint and wants to be started again
};

/// Something the user can act on. The message names file and place, what was found and what is allowed.
class Error : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// An Error that every rank has thrown, with the same message: rank 0 says it, and all end with the same status.
class Agreed : public Error {
    using Error::Error;
};

/// The run was asked to stop (signal or time limit). Thrown on every rank at once, at a safe point.
class Interrupted : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

template <typename... Args>
[[noreturn]] void fail(fmt::format_string<Args...> format, Args&&... args)
{
    throw Error(fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace sluice
