#include "models/mixture_density/training_file.hpp"

#include "base/files.hpp"
#include "pool/hdf5.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <fmt/format.h>

#include <array>
#include <numeric>
#include <sstream>

namespace sluice::models::mixture_density {

namespace {

constexpr std::int64_t format_version = 1;

constexpr std::array names = {"/parameters", "/mean", "/square", "/best"};

/// The tables of a block, in the order of their names; the last one has no rows where there are no folds.
std::array<torch::Tensor, names.size()> tables(const Block& block)
{
    return {block.layers.table, block.mean, block.square, block.best};
}

std::int64_t own_members(const Training& training)
{
    std::int64_t count = 0;
    for (const auto& block : training.blocks) count += block.layers.table.size(0);
    return count;
}

/// The first of this rank's members. Collective.
RowId first_member(const Training& training, const Communicator& ranks)
{
    const auto count = own_members(training);
    const auto counts = ranks.gather(std::span<const std::int64_t>(&count, 1));
    return std::accumulate(counts.begin(), counts.begin() + ranks.rank(), RowId{0});
}

/// Of each own member, over its rows in the tables.
std::vector<std::int64_t> checksums(const Training& training)
{
    std::vector<std::int64_t> sums;
    for (const auto& block : training.blocks) {
        for (std::int64_t m = 0; m < block.layers.table.size(0); ++m) {
            XXH64_hash_t sum = 0;
            for (const auto& table : tables(block)) {
                if (table.size(0) > 0) sum = XXH3_64bits_withSeed(table[m].data_ptr<float>(), static_cast<std::size_t>(table.size(1)) * sizeof(float), sum);
            }
            sums.push_back(static_cast<std::int64_t>(sum));
        }
    }
    return sums;
}

}  // namespace

std::string stamp_of(const Shape& shape, const Recipe& recipe, const NormalisedSet& data, const FitKey& key)
{
    XXH64_hash_t hash = XXH3_64bits(data.x.data(), data.x.size() * sizeof(float));
    hash = XXH3_64bits_withSeed(data.y.data(), data.y.size() * sizeof(float), hash);
    return fmt::format("{} {} {} {} {} | {} | {} {} {} {} {} {} {} {} {} {} {} {} | {} {} {} | {:016x}", shape.columns, shape.targets, shape.components, shape.width, shape.depth, data.rows,
                       recipe.members, recipe.member_block, recipe.minibatch, recipe.steps_per_row, recipe.steps_least, recipe.steps_most, recipe.warm_up_most, recipe.decay_steps,
                       recipe.learning_rate, recipe.weight_decay, static_cast<int>(recipe.clipping), recipe.folds, key.seed, key.iteration, key.fit, hash);
}

void write_training(const std::filesystem::path& path, const std::string& stamp, const Training& training, std::int64_t members, const Communicator& ranks)
{
    const auto temporary = std::filesystem::path(path.string() + ".tmp");
    // A rank without blocks knows no table: the number of parameters comes from those that have one.
    const auto parameters = ranks.largest(training.blocks.empty() ? std::int64_t{0} : training.blocks.front().layers.table.size(1));
    on_root(ranks, [&] { check_space(temporary, hdf5::overhead + static_cast<std::uintmax_t>(4 * members * parameters) * sizeof(float)); });
    const RowId count = own_members(training), first = first_member(training, ranks);
    const bool has_best = ranks.any(!training.blocks.empty() && training.blocks.front().best.size(0) > 0);
    together(ranks, [&] {
        auto file = hdf5::File::create(temporary, ranks);
        file.set_attribute("sluice_training", format_version);
        file.set_attribute("stamp", stamp);
        file.set_attribute("step", training.step);
        file.set_attribute("validation", fmt::format("{} {} {}", training.validation.best_nll, training.validation.best_step, training.validation.floor));
        for (std::size_t t = 0; t < names.size(); ++t) {
            std::vector<float> rows;
            for (const auto& block : training.blocks) {
                const auto table = tables(block)[t];
                rows.insert(rows.end(), table.data_ptr<float>(), table.data_ptr<float>() + table.numel());
            }
            if (t + 1 == names.size() && !has_best) continue;
            file.create_dataset(names[t], hdf5::Type::float32, {static_cast<hsize_t>(members), static_cast<hsize_t>(parameters)});
            file.write_rows(names[t], hdf5::Type::float32, first, count, rows.data());
        }
        file.create_dataset("/checksum", hdf5::Type::int64, {static_cast<hsize_t>(members)});
        const auto sums = checksums(training);
        file.write_rows("/checksum", hdf5::Type::int64, first, count, sums.data());
        file.close();
    });
    on_root(ranks, [&] { rename_durably(temporary, path); });
}

bool read_training(const std::filesystem::path& path, const std::string& stamp, Training& training, const Communicator& ranks)
{
    if (!ranks.any(std::filesystem::exists(path))) return false;
    const RowId count = own_members(training), first = first_member(training, ranks);
    const auto untrained = training.step;
    bool usable = true;
    try {
        together(ranks, [&] {
            const auto file = hdf5::File::open(path, ranks);
            usable = file.has_attribute("sluice_training") && file.whole_attribute("sluice_training") == format_version && file.text_attribute("stamp") == stamp;
            if (!usable) return;
            training.step = file.whole_attribute("step");
            std::istringstream(file.text_attribute("validation")) >> training.validation.best_nll >> training.validation.best_step >> training.validation.floor;
            for (std::size_t t = 0; t < names.size(); ++t) {
                if (!file.has(names[t])) continue;
                const auto shape = file.shape(names[t]);
                std::vector<float> rows(static_cast<std::size_t>(count) * shape.at(1));
                file.read_rows(names[t], hdf5::Type::float32, first, count, rows.data());
                const auto* from = rows.data();
                for (auto& block : training.blocks) {
                    auto table = tables(block)[t];
                    std::copy_n(from, table.numel(), table.data_ptr<float>());
                    from += table.numel();
                }
            }
            std::vector<std::int64_t> sums(static_cast<std::size_t>(count));
            file.read_rows("/checksum", hdf5::Type::int64, first, count, sums.data());
            if (sums != checksums(training)) fail("{}: checksum differs (file damaged)", path.string());
        });
    } catch (const Agreed&) {
        usable = false;
    }
    if (!usable) training.step = untrained;
    return usable;
}

}  // namespace sluice::models::mixture_density
