#pragma once

#include "campaign/campaign_file.hpp"
#include "campaign/file/toml_reader.hpp"

namespace sluice::campaign {

/// Keys that are not said and depend on others: when the campaign stops, how initial rows are chosen.
void settle_defaults(const toml::table& root, CampaignFile& file);

/// What is wrong between sections, each of which is right alone. \param selection  of the file, where nothing is wrong with it
void check_combinations(Reader& reader, const toml::table& root, const CampaignFile& file, const std::optional<selection::Selection>& selection);

}  // namespace sluice::campaign
