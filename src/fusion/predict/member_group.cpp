#include "fusion/predict/member_group.hpp"

#include "parallel/device_exchange.hpp"

#include <algorithm>
#include <numeric>

namespace sluice::fusion {

GroupRanks::~GroupRanks() = default;

std::unique_ptr<GroupRanks> group_ranks(int size, parallel::Place place, const Communicator& ranks)
{
    auto group = std::make_unique<GroupRanks>(size, ranks.split(ranks.rank() / size), nullptr);
    if (place == parallel::Place::device && size > 1) group->exchange = std::make_unique<parallel::DeviceExchange>(group->ranks);
    return group;
}

MemberGroup member_group(const Share& own, const std::vector<Surrogate>& surrogates, const Communicator& ranks)
{
    MemberGroup group{ranks, {}, {}, {}};
    group.shares = group.ranks.gather(std::span(&own, 1));
    const auto &first = group.shares.front(), &last = group.shares.back();
    group.rows = {first.first_tile, last.end_tile, first.first_row, last.end_row};
    std::vector<std::size_t> order(surrogates.size());
    std::iota(order.begin(), order.end(), 0U);
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return surrogates[a].flops_per_row > surrogates[b].flops_per_row; });
    group.columns.resize(group.shares.size());
    std::vector<double> work(group.shares.size(), 0.0);
    for (const auto column : order) {
        const auto rank = static_cast<std::size_t>(std::min_element(work.begin(), work.end()) - work.begin());
        group.columns[rank].push_back(column);
        work[rank] += surrogates[column].flops_per_row;
    }
    for (auto& columns : group.columns) std::sort(columns.begin(), columns.end());
    return group;
}

}  // namespace sluice::fusion
