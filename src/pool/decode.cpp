#include "pool/decode.hpp"

#include "pool/shard.hpp"

namespace sluice::pool {

void decode(const Shard& shard, const Scaling& scaling, RowId first, RowId count, float* out)
{
    thread_local std::vector<std::byte> buffer;
    const std::byte* stored = shard.rows(first, count, buffer);
    with_row_decoder(shard.info, [&](auto decode_row) {
        for (RowId i = 0; i < count; ++i) {
            float* row = out + i * shard.info.columns;
            decode_row(stored + static_cast<std::size_t>(i) * shard.info.row_bytes(), row);
            for (std::size_t c = 0; c < scaling.shift.size(); ++c) row[c] = (row[c] - scaling.shift[c]) * scaling.factor[c];
        }
    });
}

}  // namespace sluice::pool
