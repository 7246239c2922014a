#pragma once

#include "parallel/communicator.hpp"

#include <algorithm>

namespace sluice::parallel {

/// The first `count` of all ranks' entries in their order (largest value, then lowest row), on every rank. Each rank sends at most `count` entries.
inline std::vector<Ranked> first_k(std::vector<Ranked> own, std::int64_t count, const Communicator& ranks)
{
    const auto keep = [count](std::vector<Ranked>& entries) {
        const auto kept = static_cast<std::ptrdiff_t>(std::min<std::int64_t>(count, static_cast<std::int64_t>(entries.size())));
        std::partial_sort(entries.begin(), entries.begin() + kept, entries.end());
        entries.resize(static_cast<std::size_t>(kept));
    };
    keep(own);
    auto all = ranks.gather(std::span<const Ranked>(own));
    keep(all);
    return all;
}

}  // namespace sluice::parallel
