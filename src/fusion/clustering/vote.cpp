#include "fusion/clustering/vote.hpp"

#include "fusion/clustering/nearest.hpp"

#include <algorithm>

namespace sluice::fusion {

std::vector<std::int32_t> vote_of_nearest(const Rows& rows, const Rows& labelled, std::span<const std::int32_t> label)
{
    constexpr std::int64_t voters = 10;
    const auto neighbours = nearest(rows, labelled, std::min(voters, labelled.count));
    std::vector<std::int32_t> result, votes;
    for (std::int64_t i = 0; i < rows.count; ++i) {
        votes.clear();
        for (std::int64_t rank = 0; rank < neighbours.k; ++rank) votes.push_back(label[static_cast<std::size_t>(neighbours.row_at(i, rank))]);
        // The first of the largest: votes are in order of distance.
        result.push_back(*std::max_element(votes.begin(), votes.end(), [&](std::int32_t a, std::int32_t b) {
            return std::count(votes.begin(), votes.end(), a) < std::count(votes.begin(), votes.end(), b);
        }));
    }
    return result;
}

}  // namespace sluice::fusion
