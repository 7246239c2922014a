#pragma once

#include "fusion/clustering/rows.hpp"
#include "parallel/for_each_tile.hpp"

namespace sluice::fusion {

/// Does work(0) ... work(count - 1), dealt to the host threads as they come free; each is done by one thread. Of few rows all is done by this thread: to
/// gather the others would take longer.
template <typename Work>
void side_by_side(const std::string& label, const Rows& rows, std::int64_t count, const Work& work)
{
    constexpr std::int64_t few_rows = 64;
    if (rows.count > few_rows) {
        parallel::for_each_tile(label, {0, count, 0, 0}, work);
    } else {
        for (std::int64_t i = 0; i < count; ++i) work(i);
    }
}

}  // namespace sluice::fusion
