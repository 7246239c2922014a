#pragma once

#include "campaign/campaign.hpp"
#include "cli/command.hpp"

namespace sluice::cli {

/// Arguments that every command on a campaign takes.
struct CampaignArguments {
    std::string file;
    std::vector<std::string> settings;
    std::string folder;
};

inline void add_campaign_arguments(CLI::App& command, CampaignArguments& arguments)
{
    command.add_option("campaign", arguments.file, "campaign file (TOML)")->required();
    command.add_option("--set", arguments.settings, "section.key=value, wins over the file; may be repeated")->allow_extra_args(false);
    command.add_option("--run-dir", arguments.folder, "run folder; by default NAME.run here");
}

/// Where the run lives.
inline std::filesystem::path run_folder(const CampaignArguments& arguments, const campaign::CampaignFile& file)
{
    return arguments.folder.empty() ? std::filesystem::path(file.name() + ".run") : std::filesystem::path(arguments.folder);
}

}  // namespace sluice::cli
