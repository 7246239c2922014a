#pragma once

#include "base/error.hpp"

namespace sluice::cli {

/// The whole program: starts MPI, runs the command that the arguments name, and says why if it fails. The one place where exceptions end.
ExitCode run_program(int argc, char** argv);

}  // namespace sluice::cli
