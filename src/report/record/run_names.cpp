#include "report/record/run_names.hpp"

#include "report/page_style.hpp"

#include <fmt/ranges.h>

#include <algorithm>

namespace sluice::report {

namespace {

std::string folder_name(const std::filesystem::path& folder)
{
    const auto whole = std::filesystem::absolute(folder).lexically_normal();
    return whole.has_filename() ? whole.filename().string() : whole.parent_path().filename().string();
}

bool occurs_twice(const std::vector<std::string>& names, const std::string& name)
{
    return std::count(names.begin(), names.end(), name) > 1;
}

using Settings = std::map<std::string, std::string>;

/// What makes a campaign: not its seed, nor when it stops.
Settings lasting(Settings settings)
{
    for (const char* passing : {"campaign.seed", "campaign.iterations", "campaign.stop"}) settings.erase(passing);
    return settings;
}

/// What is set in one campaign and not the same in all others: "random, count 200".
std::string set_otherwise(const Settings& own, const std::vector<Settings>& all)
{
    std::vector<std::string> words;
    for (const auto& [path, value] : own) {
        const bool is_shared = std::all_of(all.begin(), all.end(), [&](const Settings& other) { return other.contains(path) && other.at(path) == value; });
        if (is_shared) continue;
        const bool speaks_for_itself = path.ends_with("kind") || path.ends_with("rule");
        words.push_back(speaks_for_itself ? value : fmt::format("{} {}", path.substr(path.rfind('.') + 1), value));
    }
    return fmt::format("{}", fmt::join(words, ", "));
}

struct Campaign {
    std::string name;
    Settings settings;

    bool operator==(const Campaign&) const = default;
};

std::vector<std::string> names_of(const std::vector<Campaign>& campaigns)
{
    std::vector<std::string> names;
    for (const auto& campaign : campaigns) {
        std::vector<Settings> namesakes;
        for (const auto& other : campaigns) {
            if (other.name == campaign.name) namesakes.push_back(other.settings);
        }
        const auto otherwise = set_otherwise(campaign.settings, namesakes);
        names.push_back(otherwise.empty() ? campaign.name : campaign.name + ": " + otherwise);
    }
    return names;
}

}  // namespace

RunNames name_runs(const std::vector<RunRecord>& runs)
{
    RunNames names;
    std::vector<Campaign> campaigns;
    std::vector<std::string> campaign_names;
    std::vector<std::string> folder_names;
    for (const auto& run : runs) {
        campaign_names.push_back(run.journal.name);
        folder_names.push_back(folder_name(run.folder));
    }
    for (std::size_t i = 0; i < runs.size(); ++i) {
        const Campaign campaign{campaign_names[i], lasting(runs[i].settings.values)};
        const auto known = std::find(campaigns.begin(), campaigns.end(), campaign);
        names.campaign.push_back(static_cast<std::size_t>(known - campaigns.begin()));
        if (known == campaigns.end()) campaigns.push_back(campaign);

        const auto& folder = occurs_twice(folder_names, folder_names[i]) ? runs[i].folder.string() : folder_names[i];
        names.labels.push_back(occurs_twice(campaign_names, campaign_names[i]) ? campaign_names[i] + " (" + folder + ")" : campaign_names[i]);
    }
    names.campaigns = names_of(campaigns);
    return names;
}

bool coloured_by_campaign(const RunNames& names)
{
    return names.labels.size() > hues;
}

std::string colour_classes(std::size_t k)
{
    return fmt::format("c{} d{}", k % hues, k / hues % dashes);
}

std::size_t run_count(const RunNames& names, std::size_t campaign)
{
    return static_cast<std::size_t>(std::count(names.campaign.begin(), names.campaign.end(), campaign));
}

}  // namespace sluice::report
