#include "fusion/select/choose_batch.hpp"

#include "fusion/clustering/adaptive_clusters.hpp"
#include "fusion/select/density_test.hpp"
#include "fusion/select/spread_batch.hpp"

#include <algorithm>

namespace sluice::fusion {

std::vector<std::size_t> choose_batch(const Screen& screen, const LabelledSet& labelled, const Switches& switches, std::size_t count, const IterationKey& key, Diagnostics& diagnostics)
{
    const Points points{screen.x, labelled.columns};
    const auto proposal = std::min<std::size_t>(std::max<std::size_t>(2 * count, 20), screen.rows.size());
    diagnostics.density = density_test({std::span(screen.x).first(proposal * static_cast<std::size_t>(labelled.columns)), labelled.columns}, labelled.points());
    std::vector<double> base;
    for (const auto& row : screen.rows) base.push_back(row.value);
    const bool tested = switches.batch_rule != "novelty";
    diagnostics.diverse = switches.has("diversity") && (!tested || diagnostics.density.asks_for_diversity(switches.histogram_test));
    if (diagnostics.diverse && tested) {
        const auto clustering = adaptive_clusters(points, switches, static_cast<std::int64_t>(count), key, ClusteringCall::screen);
        const auto weight = biased_weights(clustering.label, base, switches);
        for (std::size_t i = 0; i < base.size(); ++i) base[i] = base[i] > 0 ? base[i] * weight[i] : base[i];
        diagnostics.screen_clustering = clustering.method;
        diagnostics.screen_clusters = clustering.clusters;
    }
    if (diagnostics.diverse && switches.batch_rule != "top") {
        const auto rows = screen.generated && !tested ? promising(base, count) : base.size();
        base.resize(rows);
        return spread_batch({std::span(screen.x).first(rows * static_cast<std::size_t>(labelled.columns)), labelled.columns}, std::move(base), labelled.points(), count);
    }
    std::vector<std::size_t> order(base.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return base[a] != base[b] ? base[a] > base[b] : screen.rows[a].row < screen.rows[b].row;
    });
    order.resize(std::min(count, order.size()));
    return order;
}

}  // namespace sluice::fusion
