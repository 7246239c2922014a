#include "report/record/campaign_settings.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <sstream>

namespace sluice::report {

namespace {

/// Adds what stands below a node.
void flatten(const toml::node& node, const std::string& path, std::map<std::string, std::string>& values)
{
    const auto* array = node.as_array();
    if (const auto* table = node.as_table()) {
        for (const auto& [key, below] : *table) flatten(below, path.empty() ? std::string(key.str()) : fmt::format("{}.{}", path, key.str()), values);
    } else if (array != nullptr && array->is_array_of_tables()) {
        for (std::size_t i = 0; i < array->size(); ++i) flatten((*array)[i], fmt::format("{}[{}]", path, i), values);
    } else if (const auto* text = node.as_string()) {
        values[path] = text->get();
    } else {
        std::ostringstream out;
        node.visit([&](const auto& value) { out << value; });
        values[path] = out.str();
    }
}

}  // namespace

CampaignSettings campaign_settings(const std::string& text)
{
    CampaignSettings settings;
    toml::table campaign;
    try {
        campaign = toml::parse(text);
    } catch (const toml::parse_error&) {
        return settings;
    }
    flatten(campaign, "", settings.values);
    if (const auto* targets = campaign["target"].as_array()) {
        for (const auto& target : *targets) {
            const auto* table = target.as_table();
            if (table == nullptr) continue;
            const auto name = (*table)["name"].value<std::string>();
            const auto lo = (*table)["window"][0].value<double>(), hi = (*table)["window"][1].value<double>();
            if (name && lo && hi) settings.windows[*name] = {*lo, *hi};
        }
    }
    return settings;
}

}  // namespace sluice::report
