#include "acquisition/score.hpp"
#include "base/log.hpp"
#include "base/signals.hpp"
#include "cli/command.hpp"
#include "problems/problem.hpp"
#include "selection/selection.hpp"
#include "selection/strategy.hpp"

namespace sluice::cli {

namespace {

template <typename Made>
void add_rows(std::string& table, const char* section)
{
    for (const auto& [name, entry] : Registration<Made>::all()) table += fmt::format("| `[{}]` | `{}` | {} |\n", section, name, entry->summary);
}

/// All that a campaign file can name by `kind`, as a table in Markdown.
std::string table_of_methods()
{
    std::string table = "| section | kind | what it is |\n|---|---|---|\n";
    add_rows<problems::Problem>(table, "problem");
    add_rows<models::Family>(table, "surrogate");
    add_rows<acquisition::Score>(table, "acquisition");
    add_rows<selection::Selection>(table, "selection");
    add_rows<Strategy>(table, "strategy");
    return table;
}

}  // namespace

void add_methods(CLI::App& app, Action& action)
{
    auto* command = app.add_subcommand("methods", "table of all problems, surrogates, scores, batch rules and strategies, in Markdown");
    command->callback([&action] {
        action = [](const Communicator&) {
            release_stop_signals();
            log::info("{}", table_of_methods());
            return ExitCode::done;
        };
    });
}

}  // namespace sluice::cli
