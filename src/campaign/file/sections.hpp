#pragma once

#include "base/registry.hpp"
#include "campaign/campaign_file.hpp"
#include "campaign/file/toml_reader.hpp"

namespace sluice::campaign {

/// A section that chooses a registered thing by its kind; `common` keys belong to the section whatever the kind.
template <typename Made>
Choice read_choice(Reader& reader, const toml::table& root, const std::string& label, const std::string& fallback, const std::vector<OptionSpec>& common)
{
    const auto kind_key = fallback.empty() ? text("kind", "").one_of(Registration<Made>::names()).required().help("what it is") : text("kind", fallback).one_of(Registration<Made>::names());
    const auto* table = find_table(reader, root, label);
    Choice choice;
    std::vector<std::string> common_names;
    for (const auto& spec : common) common_names.push_back(spec.name);
    const auto* kind_node = table == nullptr ? nullptr : table->get("kind");
    if (kind_node == nullptr && fallback.empty()) {
        reader.add(reader.place(label, table), fmt::format("[{}] kind: missing; must be {}", label, kind_key.allowed()));
        return choice;
    }
    choice.kind = kind_node == nullptr ? fallback : kind_node->value_or(std::string());
    const auto& all = Registration<Made>::all();
    if (const auto found = all.find(choice.kind); found != all.end()) {
        common_names.emplace_back("kind");
        choice.options = read_section(reader, table, label, found->second->options, common_names);
        try {
            if (found->second->resolve) found->second->resolve(choice.options);
        } catch (const Error& error) {
            reader.add(reader.place(label, table), fmt::format("[{}] {}", label, error.what()));
        }
    } else {
        const auto near = nearest_name(choice.kind, Registration<Made>::names());
        reader.add(reader.place(label, kind_node, "kind"),
                   fmt::format("[{}] kind = {}: must be {}{}", label, shown(*kind_node), kind_key.allowed(), near.empty() ? "" : fmt::format("; did you mean \"{}\"?", near)));
    }
    return choice;
}

/// The box of generated candidates, if there is one. A bound that stands for all features is repeated.
std::optional<pool::Domain> read_domain(Reader& reader, const toml::table& root);

/// The simulator of a problem, where it is one.
std::optional<problems::Simulator> simulator_of(const Choice& problem);

/// Whether the pool is drawn and not read; of a problem of unknown kind, which has been reported, by what the section says.
bool is_drawn(const toml::table& root, const Choice& problem, bool simulated);

Options read_pool(Reader& reader, const toml::table& root, const std::string& problem, bool simulated);

/// Without sections [[target]], a simulator's outputs are to be predicted.
std::vector<problems::Goal> read_goals(Reader& reader, const toml::table& root, bool drawn, const std::optional<problems::Simulator>& simulator);

/// A strategy chooses batches whole: it stands in place of the sections that choose them in steps.
Choice read_strategy(Reader& reader, const toml::table& root);

}  // namespace sluice::campaign
