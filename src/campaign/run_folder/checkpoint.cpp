#include "campaign/run_folder/checkpoint.hpp"

#include "base/files.hpp"
#include "base/log.hpp"
#include "pool/hdf5.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>

namespace sluice::campaign {

namespace {

constexpr std::int64_t format_version = 3;

/// Everything of a checkpoint that is the same on every rank, flat.
struct Flat {
    std::string campaign, identity, fingerprint;
    std::int64_t iteration = -1, journal_bytes = 0, journal_hash = 0;
    std::vector<std::int64_t> labelled, failed, pending, asked, asked_in, last_fit;
    std::vector<double> values, out_of_bag_r2, points;
    std::vector<float> members;
};

template <typename Each>
void for_each_list(Flat& flat, const Each& each)
{
    each("/labelled", flat.labelled);
    each("/values", flat.values);
    each("/failed", flat.failed);
    each("/pending", flat.pending);
    each("/asked", flat.asked);
    each("/asked_in", flat.asked_in);
    each("/oob_r2", flat.out_of_bag_r2);
    each("/points", flat.points);
    each("/last_fit", flat.last_fit);
    each("/members", flat.members);
}

template <typename T>
constexpr hdf5::Type type_of = std::is_same_v<T, double> ? hdf5::Type::float64 : std::is_same_v<T, float> ? hdf5::Type::float32 : hdf5::Type::int64;

std::int64_t hash(const void* data, std::size_t bytes, std::int64_t seed = 0)
{
    return static_cast<std::int64_t>(XXH3_64bits_withSeed(data, bytes, static_cast<std::uint64_t>(seed)));
}

std::int64_t checksum(Flat& flat)
{
    std::int64_t sum = 0;
    for (const auto* text : {&flat.campaign, &flat.identity, &flat.fingerprint}) sum = hash(text->data(), text->size(), sum);
    for (const auto* number : {&flat.iteration, &flat.journal_bytes, &flat.journal_hash}) sum = hash(number, sizeof(*number), sum);
    for_each_list(flat, [&](const char*, const auto& list) { sum = hash(list.data(), list.size() * sizeof(list[0]), sum); });
    return sum;
}

Flat flatten(const State& state)
{
    Flat flat;
    flat.iteration = state.iteration;
    for (const auto& [row, values] : state.labelled) {
        flat.labelled.push_back(row);
        flat.values.insert(flat.values.end(), values.begin(), values.end());
    }
    flat.failed = state.failed;
    flat.pending = state.pending;
    for (const auto& [row, iteration] : state.asked) {
        flat.asked.push_back(row);
        flat.asked_in.push_back(iteration);
    }
    flat.out_of_bag_r2 = state.out_of_bag_r2;
    for (const auto& point : state.points) flat.points.insert(flat.points.end(), point.begin(), point.end());
    flat.last_fit = {state.last_fit.iteration, static_cast<std::int64_t>(state.last_fit.members.size())};
    for (const auto& member : state.last_fit.members) flat.members.insert(flat.members.end(), member.begin(), member.end());
    return flat;
}

State unflatten(const Flat& flat)
{
    State state;
    state.iteration = flat.iteration;
    const std::size_t width = flat.labelled.empty() ? 0 : flat.values.size() / flat.labelled.size();
    for (std::size_t i = 0; i < flat.labelled.size(); ++i) {
        const auto first = flat.values.begin() + static_cast<std::ptrdiff_t>(i * width);
        state.labelled.emplace(flat.labelled[i], std::vector<double>(first, first + static_cast<std::ptrdiff_t>(width)));
    }
    state.failed = flat.failed;
    state.pending = flat.pending;
    for (std::size_t i = 0; i < flat.asked.size(); ++i) state.asked.emplace(flat.asked[i], flat.asked_in[i]);
    state.out_of_bag_r2 = flat.out_of_bag_r2;
    const std::size_t columns = flat.points.empty() ? 0 : flat.points.size() / flat.asked.size();
    for (std::size_t i = 0; i < flat.points.size(); i += columns) {
        const auto first = flat.points.begin() + static_cast<std::ptrdiff_t>(i);
        state.points.emplace_back(first, first + static_cast<std::ptrdiff_t>(columns));
    }
    state.last_fit.iteration = flat.last_fit.at(0);
    const std::size_t members = static_cast<std::size_t>(flat.last_fit.at(1)), length = members == 0 ? 0 : flat.members.size() / members;
    for (std::size_t m = 0; m < members; ++m) {
        const auto first = flat.members.begin() + static_cast<std::ptrdiff_t>(m * length);
        state.last_fit.members.emplace_back(first, first + static_cast<std::ptrdiff_t>(length));
    }
    return state;
}

std::vector<std::int64_t> tile_checksums(const std::vector<pool::RowState>& rows, const Tiling& tiling, const Share& share)
{
    std::vector<std::int64_t> sums;
    for (RowId tile = share.first_tile; tile < share.end_tile; ++tile) {
        sums.push_back(hash(rows.data() + (tiling.first_row(tile) - share.first_row), static_cast<std::size_t>(tiling.rows_in(tile))));
    }
    return sums;
}

Flat read_flat(const hdf5::File& file)
{
    if (!file.has_attribute("sluice_checkpoint")) fail("{}: not a checkpoint", file.path());
    if (const auto version = file.whole_attribute("sluice_checkpoint"); version != format_version) {
        fail("{}: checkpoint format {}; this program reads format {}", file.path(), version, format_version);
    }
    Flat flat;
    flat.campaign = file.read_texts("/campaign").at(0);
    flat.identity = file.text_attribute("identity");
    flat.fingerprint = file.text_attribute("fingerprint");
    flat.iteration = file.whole_attribute("iteration");
    flat.journal_bytes = file.whole_attribute("journal_bytes");
    flat.journal_hash = file.whole_attribute("journal_hash");
    for_each_list(flat, [&](const char* name, auto& list) {
        using T = typename std::decay_t<decltype(list)>::value_type;
        list = file.read_all<T>(name, type_of<T>);
    });
    if (checksum(flat) != file.whole_attribute("checksum")) fail("{}: checksum of the state differs (file damaged)", file.path());
    return flat;
}

Restored read_one(const std::filesystem::path& path, Flat& flat, const Tiling& tiling, const Share& share, const Communicator& ranks)
{
    const auto file = hdf5::File::open(path, ranks);
    flat = read_flat(file);
    Restored restored{unflatten(flat), static_cast<std::size_t>(flat.journal_bytes)};
    if (file.shape("/rows") != std::vector<hsize_t>{static_cast<hsize_t>(tiling.rows)}) fail("{}: /rows is not of {} rows", file.path(), tiling.rows);
    auto& rows = restored.state.rows;
    rows.resize(static_cast<std::size_t>(share.rows()));
    file.read_rows("/rows", hdf5::Type::uint8, share.first_row, share.rows(), rows.data());
    std::vector<std::int64_t> sums(static_cast<std::size_t>(share.tiles()));
    file.read_rows("/rows_checksum", hdf5::Type::int64, share.first_tile, share.tiles(), sums.data());
    if (sums != tile_checksums(rows, tiling, share)) fail("{}: checksum of /rows differs (file damaged)", file.path());
    return restored;
}

void check_origin(const std::filesystem::path& path, const Flat& flat, const CheckpointOrigin& origin, const std::string& journal)
{
    if (flat.identity != origin.identity) {
        throw Agreed(fmt::format("{}: checkpoint of another campaign; run that one's file, or choose another --run-dir", path.string()));
    }
    if (flat.fingerprint != origin.fingerprint) {
        throw Agreed(fmt::format("{}: the pool has changed since (fingerprint {} then, {} now); restore it, or choose another --run-dir", path.string(), flat.fingerprint, origin.fingerprint));
    }
    const auto bytes = static_cast<std::size_t>(flat.journal_bytes);
    if (bytes > journal.size() || hash(journal.data(), bytes) != flat.journal_hash) {
        throw Agreed(fmt::format("{}: knows {} labelled rows that journal.jsonl beside it does not hold any more; restore the journal from a copy", path.string(), flat.labelled.size()));
    }
}

}  // namespace

void write_checkpoint(const std::filesystem::path& folder, const CheckpointOrigin& origin, const State& state, const std::string& journal, const Tiling& tiling,
                      const Share& share, const Communicator& ranks)
{
    auto flat = flatten(state);
    flat.campaign = origin.campaign;
    flat.identity = origin.identity;
    flat.fingerprint = origin.fingerprint;
    flat.journal_bytes = static_cast<std::int64_t>(journal.size());
    flat.journal_hash = hash(journal.data(), journal.size());
    const auto temporary = folder / "checkpoint.h5.tmp", newest = folder / "checkpoint.h5", previous = folder / "checkpoint.prev.h5";
    std::uintmax_t bytes = hdf5::overhead + flat.campaign.size() + static_cast<std::uintmax_t>(tiling.rows) + static_cast<std::uintmax_t>(tiling.tiles()) * sizeof(std::int64_t);
    for_each_list(flat, [&](const char*, const auto& list) { bytes += list.size() * sizeof(list[0]); });
    on_root(ranks, [&] { check_space(temporary, bytes); });
    together(ranks, [&] {
        auto file = hdf5::File::create(temporary, ranks);
        file.set_attribute("sluice_checkpoint", format_version);
        file.set_attribute("identity", flat.identity);
        file.set_attribute("fingerprint", flat.fingerprint);
        file.set_attribute("iteration", flat.iteration);
        file.set_attribute("journal_bytes", flat.journal_bytes);
        file.set_attribute("journal_hash", flat.journal_hash);
        file.set_attribute("checksum", checksum(flat));
        file.write_texts("/campaign", {flat.campaign}, ranks.is_root());
        for_each_list(flat, [&](const char* name, const auto& list) {
            using T = typename std::decay_t<decltype(list)>::value_type;
            file.create_dataset(name, type_of<T>, {list.size()});
            file.write_rows(name, type_of<T>, 0, ranks.is_root() ? static_cast<RowId>(list.size()) : 0, list.data());
        });
        file.create_dataset("/rows", hdf5::Type::uint8, {static_cast<hsize_t>(tiling.rows)});
        file.write_rows("/rows", hdf5::Type::uint8, share.first_row, share.rows(), state.rows.data());
        file.create_dataset("/rows_checksum", hdf5::Type::int64, {static_cast<hsize_t>(tiling.tiles())});
        const auto sums = tile_checksums(state.rows, tiling, share);
        file.write_rows("/rows_checksum", hdf5::Type::int64, share.first_tile, share.tiles(), sums.data());
        file.close();
    });
    on_root(ranks, [&] {
        // All is on the disk. The names are not waited for: those that a crash leaves are of whole checkpoints, if older ones, and what they lack is in
        // the journal.
        if (std::filesystem::exists(newest)) std::filesystem::rename(newest, previous);
        std::filesystem::rename(temporary, newest);
    });
}

std::optional<Restored> read_checkpoint(const std::filesystem::path& folder, const CheckpointOrigin& origin, const std::string& journal, const Tiling& tiling,
                                        const Share& share, const Communicator& ranks)
{
    for (const char* name : {"checkpoint.h5", "checkpoint.prev.h5"}) {
        const auto path = folder / name;
        if (!ranks.any(std::filesystem::exists(path))) continue;
        Flat flat;
        Restored restored;
        try {
            together(ranks, [&] { restored = read_one(path, flat, tiling, share, ranks); });
        } catch (const Agreed& error) {
            log::warning("{}; trying the one before it, and the journal", error.what());
            continue;
        }
        check_origin(path, flat, origin, journal);
        return restored;
    }
    return {};
}

std::string describe_checkpoint(const std::filesystem::path& path, const Communicator& ranks)
{
    std::string line;
    together(ranks, [&] {
        const auto file = hdf5::File::open(path, ranks);
        const auto flat = read_flat(file);
        line = fmt::format("checkpoint, format {}: iteration {}, {} labelled, {} failed, {} pending, {} bytes of journal, pool {}", format_version, flat.iteration,
                           flat.labelled.size(), flat.failed.size(), flat.pending.size(), flat.journal_bytes, flat.fingerprint);
    });
    return line;
}

}  // namespace sluice::campaign
