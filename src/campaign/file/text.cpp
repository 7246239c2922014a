#include "campaign/campaign_file.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <set>

namespace sluice::campaign {

namespace {

/// \param parts  keys to leave out, and options
std::string section_text(const std::string& title, const std::vector<std::pair<std::set<std::string>, const Options*>>& parts, const std::string& kind)
{
    std::string out = fmt::format("[{}]\n", title);
    if (!kind.empty()) out += fmt::format("kind = {}\n", sluice::to_toml(OptionValue(kind)));
    for (const auto& [skip, options] : parts) {
        for (const auto& [name, value] : options->values()) {
            const auto* list = std::get_if<std::vector<double>>(&value);
            const auto* string = std::get_if<std::string>(&value);
            const bool unset = (list != nullptr && list->empty()) || (string != nullptr && string->empty());
            if (!skip.contains(name) && !unset) out += fmt::format("{} = {}\n", name, sluice::to_toml(value));
        }
    }
    return out + "\n";
}

/// Of the two ways to say how many candidates a simulator draws, the one that is not used.
std::set<std::string> unused_of_drawn(const CampaignFile& file)
{
    return file.pool_is_drawn() ? std::set<std::string>{file.pool_is_fresh() ? "rows" : "ratio"} : std::set<std::string>();
}

/// Keys of [pool] that do not decide the results: where it and its features lie, and that there are no test rows, or none apart, which older runs do not say.
std::set<std::string> not_of_the_results(const CampaignFile& file)
{
    auto keys = unused_of_drawn(file);
    keys.insert({"file", "residency", "kept_gigabytes", "member_groups"});
    if (file.pool.whole("test") == 0) keys.insert("test");
    if (file.pool.real("sparse") == 0) keys.insert("sparse");
    return keys;
}

/// Keys of [surrogate] that older runs do not say, where they change nothing.
std::set<std::string> unsaid_of_surrogate(const CampaignFile& file)
{
    return file.learns_raw_targets() ? std::set<std::string>() : std::set<std::string>{"targets"};
}

std::string results_text(const CampaignFile& file, bool for_identity)
{
    const std::set<std::string> nothing;
    std::string out = section_text("campaign", {{for_identity ? std::set<std::string>{"iterations"} : nothing, &file.campaign}}, "");
    out += section_text("campaign.initial", {{nothing, &file.initial}}, "");
    if (file.domain) out += fmt::format("[domain]\nlower = {}\nupper = {}\n\n", sluice::to_toml(file.domain->lower), sluice::to_toml(file.domain->upper));
    else out += section_text("pool", {{for_identity ? not_of_the_results(file) : unused_of_drawn(file), &file.pool}}, "");
    for (const auto& goal : file.goals) {
        out += fmt::format("[[target]]\nname = {}\n", sluice::to_toml(OptionValue(goal.target)));
        if (goal.kind == problems::GoalKind::window) out += fmt::format("goal = \"window\"\nwindow = [{}, {}]\n\n", goal.low, goal.high);
        else if (goal.kind == problems::GoalKind::classify) out += fmt::format("goal = \"classify\"\nclasses = {}\n\n", goal.classes);
        else out += fmt::format("goal = \"{}\"\n\n", goal.kind == problems::GoalKind::maximize ? "maximize" : goal.kind == problems::GoalKind::minimize ? "minimize" : "predict");
    }
    out += section_text("problem", {{for_identity ? std::set<std::string>{"file"} : nothing, &file.problem.options}}, file.problem.kind);
    if (!file.surrogate.kind.empty()) out += section_text("surrogate", {{for_identity ? unsaid_of_surrogate(file) : nothing, &file.surrogate_common}, {nothing, &file.surrogate.options}}, file.surrogate.kind);
    if (!file.strategy.kind.empty()) return out + section_text("strategy", {{nothing, &file.strategy.options}}, file.strategy.kind);
    if (!file.acquisition.kind.empty()) out += section_text("acquisition", {{nothing, &file.acquisition.options}}, file.acquisition.kind);
    out += section_text("selection", {{nothing, &file.selection.options}}, file.selection.kind);
    return out;
}

}  // namespace

std::string to_toml(const CampaignFile& file)
{
    return results_text(file, false) + section_text("checkpoint", {{{}, &file.checkpoint}}, "");
}

std::string identity(const CampaignFile& file)
{
    const auto text = results_text(file, true);
    return fmt::format("{:016x}", static_cast<std::uint64_t>(XXH3_64bits(text.data(), text.size())));
}

}  // namespace sluice::campaign
