#include "pool/write_pool.hpp"

#include "base/files.hpp"
#include "base/log.hpp"

#include <algorithm>
#include <optional>

namespace sluice::pool {

namespace {

constexpr std::size_t block_bytes = std::size_t{1} << 26;

std::string padded(const std::vector<std::string>& ids, std::size_t size)
{
    std::string text(ids.size() * size, '\0');
    for (std::size_t i = 0; i < ids.size(); ++i) std::copy(ids[i].begin(), ids[i].end(), text.begin() + static_cast<std::ptrdiff_t>(i * size));
    return text;
}

/// One data set at a time: a rank that cannot write must not close the file while the others open the next.
void write_blocks(const std::filesystem::path& path, const PoolInfo& info, std::size_t id_size, const std::function<StoredRows(RowId, RowId)>& make_rows, const Communicator& ranks,
                  const Extra& extra)
{
    const auto& beside = extra.beside;
    const auto share = share_of(info.tiling(), ranks.rank(), ranks.size());
    const auto row_bytes = info.row_bytes() + info.target_names.size() * sizeof(double) + (info.has_ids ? id_size : 0) + (beside.empty() ? 0 : sizeof(float));
    std::optional<hdf5::File> file;
    on_root(ranks, [&] { check_space(path, static_cast<std::uintmax_t>(info.rows) * row_bytes + hdf5::overhead); });
    together(ranks, [&] {
        file = hdf5::File::create(path, ranks);
        create_pool(*file, info, id_size, ranks.is_root());
        if (!extra.representation.empty()) file->write_texts("/representation", {extra.representation}, ranks.is_root());
        if (!extra.pictures.empty()) file->write_texts("/pictures", {extra.pictures}, ranks.is_root());
        if (!beside.empty()) file->create_dataset(beside, hdf5::Type::float32, {static_cast<hsize_t>(info.rows)});
    });
    // Every rank takes part in every write, the ones with fewer rows with none in the end.
    const RowId most = ranks.largest(share.rows()), block = info.tile_rows * std::max<RowId>(static_cast<RowId>(block_bytes / row_bytes) / info.tile_rows, 1);
    for (RowId done = 0; done < most; done += block) {
        const RowId first = share.first_row + std::min(done, share.rows()), count = std::min(block, share.end_row - first);
        StoredRows rows;
        together(ranks, [&] { rows = make_rows(first, count); });
        parallel::stop_if_asked(ranks);
        together(ranks, [&] { file->write_rows("/features", stored_type(info.type), first, count, rows.features.data()); });
        together(ranks, [&] {
            if (!info.target_names.empty()) file->write_rows("/targets", hdf5::Type::float64, first, count, rows.targets.data());
        });
        together(ranks, [&] {
            if (info.has_ids) file->write_rows("/ids", hdf5::Type::text, first, count, padded(rows.ids, id_size).data());
        });
        together(ranks, [&] {
            if (!beside.empty()) file->write_rows(beside, hdf5::Type::float32, first, count, rows.beside.data());
        });
        log::progress("write", static_cast<double>(std::min(done + block, share.rows())), static_cast<double>(share.rows()), "rows");
    }
    log::end_progress();
    together(ranks, [&] { file->close(); });
}

}  // namespace

void write_pool(const PoolInfo& info, std::size_t longest_id, const std::function<StoredRows(RowId, RowId)>& make_rows, const Communicator& ranks, const Extra& extra)
{
    const auto temporary = std::filesystem::path(info.path) += ".tmp";
    try {
        write_blocks(temporary, info, std::max<std::size_t>(longest_id, 1), make_rows, ranks, extra);
        on_root(ranks, [&] { rename_durably(temporary, info.path); });
    } catch (...) {  // what all ranks throw alike
        std::error_code ignored;
        if (ranks.is_root()) std::filesystem::remove(temporary, ignored);
        throw;
    }
}

}  // namespace sluice::pool
