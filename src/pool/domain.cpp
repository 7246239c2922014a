#include "pool/domain.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <cmath>

namespace sluice::pool {

float Domain::nearest(std::size_t column, double value) const
{
    const auto feature = static_cast<float>(std::clamp(value, lower[column], upper[column]));
    if (static_cast<double>(feature) > upper[column]) return std::nextafter(feature, -INFINITY);
    if (static_cast<double>(feature) < lower[column]) return std::nextafter(feature, INFINITY);
    return feature;
}

Scaling standardising(const Domain& domain)
{
    Scaling scaling;
    for (std::size_t c = 0; c < domain.lower.size(); ++c) {
        const double width = domain.upper[c] - domain.lower[c];
        scaling.shift.push_back(static_cast<float>(0.5 * (domain.lower[c] + domain.upper[c])));
        scaling.factor.push_back(static_cast<float>(std::sqrt(12.0) / width));
    }
    return scaling;
}

Shard empty_shard(const Domain& domain)
{
    Shard shard;
    shard.info.path = "domain";
    shard.info.columns = domain.columns();
    const auto bytes = domain.lower.size() * sizeof(double);
    shard.fingerprint = XXH3_64bits_withSeed(domain.upper.data(), bytes, XXH3_64bits(domain.lower.data(), bytes));
    return shard;
}

Shard shard_of_points(const std::vector<float>& points, RowId columns, const Communicator& ranks)
{
    Shard shard;
    shard.info.path = "generated candidates";
    shard.info.columns = columns;
    shard.info.rows = static_cast<RowId>(points.size()) / columns;
    shard.share = share_of(shard.info.tiling(), ranks.rank(), ranks.size());
    shard.features = std::make_unique_for_overwrite<std::byte[]>(static_cast<std::size_t>(shard.share.rows()) * shard.info.row_bytes());
    const auto* first = reinterpret_cast<const std::byte*>(points.data() + shard.share.first_row * columns);
    std::copy_n(first, static_cast<std::size_t>(shard.share.rows()) * shard.info.row_bytes(), shard.features.get());
    return shard;
}

}  // namespace sluice::pool
