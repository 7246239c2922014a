#include "selection/uncertain_then_diverse.hpp"

#include "base/error.hpp"
#include "selection/top_k.hpp"

#include <cmath>

namespace sluice::selection {

std::vector<RowId> uncertain_then_diverse(const SelectionInput& input, double factor, const Selection& diverse)
{
    auto first = input;
    first.count = std::llround(std::ceil(factor * static_cast<double>(input.count)));
    std::vector<pool::RowState> state(input.state.begin(), input.state.end());
    for (auto& row : state) {
        if (row == pool::RowState::unlabelled) row = pool::RowState::excluded;
    }
    for (const RowId row : top_k(first)) {
        if (input.shard.share.owns(row)) state[input.local(row)] = pool::RowState::unlabelled;
    }
    auto second = input;
    second.state = state;
    return diverse.choose(second);
}

namespace {

/// A registered rule with its defaults.
Selection rule_named(const std::string& name)
{
    const auto& all = SelectionRegistration::all();
    const auto found = all.find(name);
    if (found == all.end()) {
        std::string known;
        for (const auto& [other, entry] : all) known += (known.empty() ? "\"" : ", \"") + other + "\"";
        fail("diversity = \"{}\": must be one of {}", name, known);
    }
    return found->second->make(Options(found->second->options));
}

const SelectionRegistration registration{
    "uncertain-then-diverse",
    "of the rows with the largest scores, a batch by another rule",
    {real("factor", 2.0).at_least(1).at_most(1e6).help("rows kept for the other rule, in rows wanted"),
     text("diversity", "k-center").help("the other rule, a kind of [selection], with its defaults")},
    [](const Options& options) {
        const auto diverse = rule_named(options.text("diversity"));
        return Selection{.choose = [factor = options.real("factor"), diverse](const SelectionInput& input) { return uncertain_then_diverse(input, factor, diverse); },
                         .needs_predictions = diverse.needs_predictions,
                         .needs_posterior = diverse.needs_posterior};
    },
    [](Options& options) { rule_named(options.text("diversity")); }};

}  // namespace

}  // namespace sluice::selection
