#include "report/run_names.hpp"

#include "report/page_style.hpp"

#include <fmt/format.h>

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

}  // namespace

RunNames name_runs(const std::vector<RunRecord>& runs)
{
    RunNames names;
    std::vector<std::string> campaign_names;
    std::vector<std::string> folder_names;
    for (const auto& run : runs) {
        campaign_names.push_back(run.journal.name);
        folder_names.push_back(folder_name(run.folder));
    }
    for (std::size_t i = 0; i < runs.size(); ++i) {
        const auto known = std::find(names.campaigns.begin(), names.campaigns.end(), campaign_names[i]);
        names.campaign.push_back(static_cast<std::size_t>(known - names.campaigns.begin()));
        if (known == names.campaigns.end()) names.campaigns.push_back(campaign_names[i]);

        const auto& folder = occurs_twice(folder_names, folder_names[i]) ? runs[i].folder.string() : folder_names[i];
        names.labels.push_back(occurs_twice(campaign_names, campaign_names[i]) ? campaign_names[i] + " (" + folder + ")" : campaign_names[i]);
    }
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
