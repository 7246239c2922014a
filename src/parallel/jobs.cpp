#include "parallel/jobs.hpp"

#include "base/signals.hpp"
#include "parallel/for_each_tile.hpp"

#include <algorithm>
#include <numeric>

namespace sluice::parallel {

namespace {

/// This rank's jobs, the dearest first.
std::vector<std::size_t> deal_jobs(std::span<const double> cost, const Communicator& ranks)
{
    std::vector<std::size_t> order(cost.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return cost[a] > cost[b]; });
    std::vector<double> load(static_cast<std::size_t>(ranks.size()), 0.0);
    std::vector<std::size_t> own;
    for (const auto job : order) {
        const auto rank = std::min_element(load.begin(), load.end()) - load.begin();
        load[static_cast<std::size_t>(rank)] += cost[job];
        if (rank == ranks.rank()) own.push_back(job);
    }
    return own;
}

}  // namespace

std::vector<std::size_t> run_jobs(const std::string& label, std::span<const double> cost, const Communicator& ranks, const std::function<void(std::size_t job)>& work)
{
    auto own = deal_jobs(cost, ranks);
    together(ranks, [&] {
        for_each_tile(label, Share{0, static_cast<RowId>(own.size()), 0, 0}, [&](RowId i) {
            if (!stop_requested()) work(own[static_cast<std::size_t>(i)]);
        });
    });
    stop_if_asked(ranks);
    std::sort(own.begin(), own.end());
    return own;
}

}  // namespace sluice::parallel
