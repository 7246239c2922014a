#pragma once

#include "pool/shard.hpp"
#include "support/world.hpp"

namespace sluice::test {

/// A shard in memory, dealt to all ranks. \param values  of all rows, [rows, columns]
inline pool::Shard feature_shard(std::span<const float> values, RowId columns, RowId tile_rows)
{
    pool::Shard like;
    like.info.rows = static_cast<RowId>(values.size()) / columns;
    like.info.tile_rows = tile_rows;
    like.share = share_of(like.info.tiling(), ranks().rank(), ranks().size());
    auto shard = pool::shard_of_features(like, columns);
    const auto own = values.subspan(static_cast<std::size_t>(shard.share.first_row * columns), shard.floats().size());
    std::copy(own.begin(), own.end(), shard.floats().begin());
    return shard;
}

}  // namespace sluice::test
