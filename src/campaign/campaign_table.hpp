#pragma once

#include "campaign/campaign_file.hpp"
#include "campaign/file/toml_reader.hpp"

namespace sluice::campaign {

/// A campaign as far as its text can be resolved, and all that is wrong with it.
struct Checked {
    CampaignFile file;
    std::vector<std::string> problems;  ///< each with file, line, key, what was found and what is allowed
};

enum class Against { nothing, its_pool };

/// Resolves a parsed campaign file. \param against  its_pool: opens the pool file too, and says what the campaign asks of it in vain
Checked check_campaign(toml::table root, const std::filesystem::path& path, const std::vector<std::string>& settings, Against against);

}  // namespace sluice::campaign
