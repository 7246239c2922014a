#pragma once

#include "report/scale.hpp"

#include <map>
#include <string>

namespace sluice::report {

/// The windows of the targets whose goal is one, by target name, from the text of campaign.toml as `run` resolved it:
/// `window = [lo, hi]` below `name = "…"` or above it in a [[target]] table. A text in another layout gives fewer windows, no error.
std::map<std::string, Range> target_windows(const std::string& campaign_text);

}  // namespace sluice::report
