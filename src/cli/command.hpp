#pragma once

#include "base/error.hpp"
#include "parallel/communicator.hpp"

#include <CLI/CLI.hpp>

#include <functional>

namespace sluice::cli {

/// What a command does once its arguments are parsed, on every rank.
using Action = std::function<ExitCode(const Communicator&)>;

/// Each adds one command to the program and sets `action` if the arguments name it. One file per command.
void add_run(CLI::App& app, Action& action);
void add_benchmark(CLI::App& app, Action& action);
void add_ask(CLI::App& app, Action& action);
void add_tell(CLI::App& app, Action& action);
void add_select(CLI::App& app, Action& action);
void add_import(CLI::App& app, Action& action);
void add_generate(CLI::App& app, Action& action);
void add_represent(CLI::App& app, Action& action);
void add_inspect(CLI::App& app, Action& action);
void add_methods(CLI::App& app, Action& action);
void add_validate(CLI::App& app, Action& action);
void add_report(CLI::App& app, Action& action);

}  // namespace sluice::cli
