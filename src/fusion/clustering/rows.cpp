#include "fusion/clustering/rows.hpp"

#include <algorithm>

namespace sluice::fusion {

Rows::Rows(std::int64_t count, std::int64_t columns)
    : count(count), columns(columns), stride((columns + lanes - 1) / lanes * lanes), values(static_cast<std::size_t>(count * stride), 0.0F)
{
}

Rows::Rows(const Points& points) : Rows(points.rows(), points.columns)
{
    for (std::int64_t i = 0; i < count; ++i) std::copy_n(points.row(i), columns, row(i));
}

Rows::Rows(const Rows& all, std::span<const std::int64_t> which) : Rows(static_cast<std::int64_t>(which.size()), all.columns)
{
    for (std::int64_t i = 0; i < count; ++i) std::copy_n(all.row(which[static_cast<std::size_t>(i)]), stride, row(i));
}

bool all_equal(const Rows& rows)
{
    for (std::int64_t i = 1; i < rows.count; ++i) {
        if (!std::equal(rows.row(0), rows.row(0) + rows.stride, rows.row(i))) return false;
    }
    return true;
}

}  // namespace sluice::fusion
