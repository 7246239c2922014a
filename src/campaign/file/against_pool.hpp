#pragma once

#include "campaign/campaign_file.hpp"
#include "campaign/file/toml_reader.hpp"

namespace sluice::campaign {

/// What a campaign asks in vain of its simulator, which answers one row, or of its pool file, which is opened.
void check_against_pool(Reader& reader, const toml::table& root, const CampaignFile& file);

}  // namespace sluice::campaign
