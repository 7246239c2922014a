#pragma once

#include "base/random.hpp"
#include "pool/shard.hpp"
#include "support/world.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <string>

namespace sluice::test {

/// A pool for a test, the same on any number of ranks.
struct RandomPool {
    RowId rows = 1000;
    RowId columns = 7;
    RowId tile_rows = 64;
    pool::FeatureType type = pool::FeatureType::float32;
    int targets = 1;
    std::uint64_t seed = 1;
    double unit = 1;   ///< of the targets
    double feature_unit = 1;  ///< of the second feature in the file, if it is float32
    int classes = 0;   ///< > 0: targets are classes below this
    int distinct = 0;  ///< > 0: features are whole numbers below this, so that rows repeat and distances tie
};

/// Value of a feature of a random pool.
inline double feature_of(const RandomPool& pool, RowId row, RowId column)
{
    RandomStream random(pool.seed, Purpose::random_score, 0, static_cast<std::uint64_t>(row * pool.columns + column));
    if (pool.type == pool::FeatureType::bits) return random.below(2);
    if (pool.distinct > 0) return random.below(static_cast<std::uint32_t>(pool.distinct));
    if (pool.type == pool::FeatureType::uint8) return random.below(256);
    return random.normal();
}

/// A smooth function of the features with a single best region; or which of some steps of it.
inline double target_of(const RandomPool& pool, RowId row, int target)
{
    double sum = 0;
    for (RowId c = 0; c < std::min<RowId>(pool.columns, 4); ++c) {
        const double x = feature_of(pool, row, c);
        sum += (target + 1 + static_cast<double>(c)) * x - 0.2 * x * x;
    }
    if (pool.classes > 0) return std::clamp(std::floor(sum / 3 + 0.5 * pool.classes), 0.0, pool.classes - 1.0);
    return pool.unit * sum;
}

/// A folder that all ranks see and that is removed at the end, by the root.
class SharedFolder {
public:
    SharedFolder()
    {
        std::string name;
        on_root(ranks(), [&] {
            name = (std::filesystem::temp_directory_path() / "sluice-test-XXXXXX").string();
            if (::mkdtemp(name.data()) == nullptr) fail("{}: mkdtemp", name);
        });
        path = ranks().broadcast(name, 0);
    }
    ~SharedFolder()
    {
        ranks().barrier();
        if (ranks().is_root()) std::filesystem::remove_all(path);
    }
    std::filesystem::path path;
};

/// Writes a random pool with the ranks of `comm`.
inline std::string write_pool(const RandomPool& pool, const std::filesystem::path& path, const Communicator& comm)
{
    pool::PoolInfo info;
    info.rows = pool.rows;
    info.columns = pool.columns;
    info.tile_rows = pool.tile_rows;
    info.type = pool.type;
    info.provenance = "random";
    for (int t = 0; t < pool.targets; ++t) info.target_names.push_back("y" + std::to_string(t));
    info.target_units.resize(info.target_names.size());
    const auto share = share_of(info.tiling(), comm.rank(), comm.size());
    auto file = hdf5::File::create(path, comm);
    create_pool(file, info, 1, comm.is_root());
    std::vector<float> plain;
    std::vector<std::uint8_t> bytes(static_cast<std::size_t>(share.rows()) * info.row_bytes());
    std::vector<double> targets;
    for (RowId row = share.first_row; row < share.end_row; ++row) {
        for (RowId c = 0; c < pool.columns; ++c) {
            const double value = (c == 1 ? pool.feature_unit : 1) * feature_of(pool, row, c);
            const bool is_half = pool.type == pool::FeatureType::float16;  // rounded here: HDF5 rounds ties another way
            plain.push_back(is_half ? static_cast<float>(static_cast<_Float16>(static_cast<float>(value))) : static_cast<float>(value));
            const auto at = static_cast<std::size_t>(row - share.first_row) * info.row_bytes();
            if (pool.type == pool::FeatureType::uint8) bytes[at + static_cast<std::size_t>(c)] = static_cast<std::uint8_t>(value);
            if (pool.type == pool::FeatureType::bits && value == 1) bytes[at + static_cast<std::size_t>(c / 8)] |= static_cast<std::uint8_t>(0x80 >> (c % 8));
        }
        for (int t = 0; t < pool.targets; ++t) targets.push_back(target_of(pool, row, t));
    }
    const bool is_float = pool.type == pool::FeatureType::float32 || pool.type == pool::FeatureType::float16;
    if (is_float) file.write_rows("/features", hdf5::Type::float32, share.first_row, share.rows(), plain.data());
    else file.write_rows("/features", hdf5::Type::uint8, share.first_row, share.rows(), bytes.data());
    if (pool.targets > 0) file.write_rows("/targets", hdf5::Type::float64, share.first_row, share.rows(), targets.data());
    file.close();
    return path.string();
}

}  // namespace sluice::test
