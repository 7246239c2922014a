#pragma once

#include "base/options.hpp"

#include <toml++/toml.h>

#include <set>
#include <string>
#include <vector>

namespace sluice::campaign {

/// A parsed file, the lines of its nodes, and what is wrong with it: every problem is noted, and all are told at once.
struct Reader {
    std::string path;
    std::set<std::string> from_command_line;  ///< "section.key"
    std::vector<std::string> problems;

    /// Where a node stands, for messages: "file:14", or "--set section.key".
    std::string place(const std::string& label, const toml::node* node, const std::string& key = "") const;
    void add(const std::string& place, const std::string& what);
};

/// The text parsed; Error names the line that is no TOML.
toml::table parse_toml(const std::string& content, const std::string& path);

/// A node as a file has it.
std::string shown(const toml::node& node);

/// Fills options from a table; keys in `elsewhere` belong to somebody else.
Options read_section(Reader& reader, const toml::table* table, const std::string& label, const std::vector<OptionSpec>& specs, const std::vector<std::string>& elsewhere);

/// A section, null if there is none.
const toml::table* find_table(Reader& reader, const toml::table& root, const std::string& label);

/// Puts "section.key=value" into the table, as if the file said so.
void apply_setting(Reader& reader, toml::table& root, const std::string& setting);

/// Lays the sections of a campaign over those of another, which they win over key by key. A section of another kind stands in place of the one below, and so do
/// a strategy and the sections that choose batches in steps. Nodes are moved, and keep their lines.
void lay_over(toml::table& below, toml::table&& above);

/// The Error of a file with problems.
[[noreturn]] void fail_with(const std::string& path, const std::vector<std::string>& problems);

}  // namespace sluice::campaign
