#pragma once

#include "report/plot/scale.hpp"

#include <map>
#include <string>

namespace sluice::report {

/// What the text of campaign.toml says.
struct CampaignSettings {
    std::map<std::string, std::string> values;  ///< by path, "selection.kind" or "target[0].goal"; strings without quotes
    std::map<std::string, Range> windows;       ///< of the targets whose goal is one, by target name
};

/// A text that is not TOML says nothing; that is no error.
CampaignSettings campaign_settings(const std::string& text);

}  // namespace sluice::report
