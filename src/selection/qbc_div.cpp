#include "selection/qbc_div.hpp"

#include "selection/farthest.hpp"
#include "selection/neighbourhoods.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

namespace sluice::selection {

namespace {

/// Maps numbers to [0, 1] by the smallest and largest of those that count, over all ranks.
class MinMax {
public:
    template <typename Counts>
    MinMax(const std::vector<double>& values, const Counts& counts, const Communicator& ranks)
    {
        double high = -std::numeric_limits<double>::infinity();
        for (std::size_t i = 0; i < values.size(); ++i) {
            if (!counts(i)) continue;
            low_ = std::min(low_, values[i]);
            high = std::max(high, values[i]);
        }
        low_ = ranks.smallest(low_);
        range_ = ranks.largest(high) - low_;
    }
    /// 0 where all are equal, or infinite: distances are where nothing is labelled.
    double operator()(double value) const { return range_ > 0 && std::isfinite(range_) ? (value - low_) / range_ : 0; }

private:
    double low_ = std::numeric_limits<double>::infinity();
    double range_ = 0;
};

}  // namespace

std::vector<RowId> qbc_div(const SelectionInput& input, const QbcDiv& weights)
{
    if (!input.ranks.any(!input.score.empty())) throw Agreed("qbc-div needs scores; choose max-dist or k-center to select without a model");
    std::vector<bool> is_left;
    for (const auto state : input.state) is_left.push_back(state == pool::RowState::unlabelled);
    const auto counts = [&](std::size_t i) { return is_left[i]; };
    const std::vector<double> score(input.score.begin(), input.score.end());
    const MinMax scaled_score(score, counts, input.ranks);

    Farthest farthest(input.shard, input.scaling, {});
    for (std::size_t i = 0; i < is_left.size(); ++i) {
        if (!is_left[i]) farthest.remove(input.shard.share.first_row + static_cast<RowId>(i));
    }
    farthest.add_centres(pool::gather_rows(input.shard, input.scaling, input.labelled, input.ranks));
    std::optional<Neighbourhoods> neighbourhoods;
    if (weights.density > 0) neighbourhoods.emplace(input, weights.neighbours, weights.references);
    const std::vector<double> nothing(is_left.size(), 0.0);

    std::vector<RowId> batch;
    while (static_cast<std::int64_t>(batch.size()) < input.count) {
        std::vector<double> distance;
        together(input.ranks, [&] { distance = farthest.distances(input.work); });
        parallel::stop_if_asked(input.ranks);
        for (auto& d : distance) d = std::sqrt(std::max(d, 0.0));
        const auto& likeness = neighbourhoods ? neighbourhoods->similarity() : nothing;
        const MinMax scaled_distance(distance, counts, input.ranks), scaled_likeness(likeness, counts, input.ranks);
        Ranked best = Ranked::none();
        for (std::size_t i = 0; i < is_left.size(); ++i) {
            if (!is_left[i]) continue;
            const double alike = scaled_likeness(likeness[i]), dense = weights.prefers_sparse ? 1 - alike : alike;
            const double value = (1 - weights.diversity - weights.density) * scaled_score(score[i]) + weights.diversity * scaled_distance(distance[i]) + weights.density * dense;
            const Ranked candidate{value, input.shard.share.first_row + static_cast<RowId>(i)};
            if (candidate < best) best = candidate;
        }
        best = input.ranks.first(best);
        if (best.row == Ranked::nobody) break;
        batch.push_back(best.row);
        if (input.shard.share.owns(best.row)) {
            is_left[input.local(best.row)] = false;
            farthest.remove(best.row);
        }
        farthest.add_centres(pool::gather_rows(input.shard, input.scaling, std::span(&batch.back(), 1), input.ranks));
        if (neighbourhoods) neighbourhoods->remove(best.row);
    }
    return batch;
}

namespace {

OptionSpec diversity(double fallback)
{
    return real("diversity", fallback).at_least(0).at_most(1).help("weight of the distance to labelled and chosen rows");
}

const SelectionRegistration with_diversity{
    "qbc-div",
    "largest sums of score and distance to labelled and chosen rows, each mapped to [0, 1] (QBCDiv, with acquisition variance)",
    {diversity(0.5)},
    [](const Options& options) {
        return Selection{[weights = QbcDiv{.diversity = options.real("diversity")}](const SelectionInput& input) { return qbc_div(input, weights); }};
    }};

const SelectionRegistration with_density{
    "qbc-div-den",
    "largest sums of score, distance to labelled and chosen rows, and likeness to neighbours, each mapped to [0, 1] (QBCDivDen)",
    {diversity(1.0 / 3), real("density", 1.0 / 3).at_least(0).at_most(1).help("weight of the likeness; the score has what both leave of 1"),
     text("prefers", "dense").one_of({"dense", "sparse"}).help("rows like their neighbours, as published, or unlike them, as the published code has it"),
     whole("neighbours", 10).at_least(1).at_most(1000).help("rows of the pool with the smallest angles to a row, itself left out"),
     whole("references", 5000).at_least(1).at_most(1e6).help("rows among which neighbours are looked for, at most: of more unlabelled rows, so many are drawn; each rank holds them")},
    [](const Options& options) {
        const QbcDiv weights{options.real("diversity"), options.real("density"), options.text("prefers") == "sparse", static_cast<std::size_t>(options.whole("neighbours")),
                             options.whole("references")};
        return Selection{[weights](const SelectionInput& input) { return qbc_div(input, weights); }};
    },
    [](Options& options) {
        if (options.real("diversity") + options.real("density") > 1) fail("diversity, density: {} + {} leaves nothing for the score; must be at most 1 together", options.real("diversity"), options.real("density"));
    }};

}  // namespace

}  // namespace sluice::selection
