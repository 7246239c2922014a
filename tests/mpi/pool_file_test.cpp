#include "pool/shard.hpp"

#include "pool/standardise.hpp"
#include "support/pools.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

namespace sluice {

namespace {

using pool::FeatureType;
using pool::MissingFeatures;
using test::ranks;
using ::testing::HasSubstr;

constexpr FeatureType all_types[] = {FeatureType::float32, FeatureType::float16, FeatureType::uint8, FeatureType::bits};

/// The feature as it comes back from its storage.
float stored(const test::RandomPool& pool, RowId row, RowId column)
{
    const auto value = static_cast<float>(test::feature_of(pool, row, column));
    return pool.type == FeatureType::float16 ? static_cast<float>(static_cast<_Float16>(value)) : value;
}

test::RandomPool pool_of(FeatureType type)
{
    return {.rows = 403, .columns = 11, .tile_rows = 32, .type = type, .targets = 2, .seed = 21};
}

/// A pool of 10 rows and 3 named columns in tiles of 4, with these cells not a number.
std::string write_pool_with_holes(const std::filesystem::path& path, const std::vector<std::pair<RowId, RowId>>& holes, float hole)
{
    pool::PoolInfo info;
    info.rows = 10;
    info.columns = 3;
    info.tile_rows = 4;
    info.column_names = {"a", "b", "n_rings"};
    const auto share = share_of(info.tiling(), ranks().rank(), ranks().size());
    std::vector<float> features(30, 1.0F);
    for (const auto& [row, column] : holes) features[static_cast<std::size_t>(row * 3 + column)] = hole;
    auto file = hdf5::File::create(path, ranks());
    create_pool(file, info, 1, ranks().is_root());
    file.write_rows("/features", hdf5::Type::float32, share.first_row, share.rows(), features.data() + share.first_row * 3);
    file.close();
    return path.string();
}

/// Writes a pool, changes one feature or target of one row, and says its fingerprint.
std::uint64_t fingerprint_with_change(const test::SharedFolder& folder, const test::RandomPool& pool, const char* dataset, RowId row)
{
    const auto path = folder.path / "changed.h5";
    test::write_pool(pool, path, ranks());
    on_root(ranks(), [&] {
        const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
        const hid_t data = H5Dopen2(file, dataset, H5P_DEFAULT), space = H5Dget_space(data);
        const hsize_t start[] = {static_cast<hsize_t>(row), 1}, one[] = {1, 1};
        H5Sselect_hyperslab(space, H5S_SELECT_SET, start, nullptr, one, nullptr);
        const hid_t memory = H5Screate_simple(2, one, nullptr);
        double value = 0;
        H5Dread(data, H5T_NATIVE_DOUBLE, memory, space, H5P_DEFAULT, &value);
        value += 1;
        H5Dwrite(data, H5T_NATIVE_DOUBLE, memory, space, H5P_DEFAULT, &value);
        for (const auto& [id, close] : {std::pair{memory, &H5Sclose}, {space, &H5Sclose}, {data, &H5Dclose}, {file, &H5Fclose}}) close(id);
    });
    return pool::read_shard(path.string(), ranks(), true, MissingFeatures::error).fingerprint;
}

}  // namespace

TEST(PoolFile, EveryFeatureTypeComesBack)
{
    for (const auto type : all_types) {
        SCOPED_TRACE(pool::name_of(type));
        const test::SharedFolder folder;
        const auto pool = pool_of(type);
        const auto shard = pool::read_shard(test::write_pool(pool, folder.path / "pool.h5", ranks()), ranks(), true, MissingFeatures::error);
        EXPECT_EQ(shard.info.rows, pool.rows);
        EXPECT_EQ(shard.info.columns, pool.columns);
        EXPECT_EQ(shard.info.type, type);
        EXPECT_EQ(shard.info.tile_rows, pool.tile_rows);
        EXPECT_EQ(shard.info.target_names, (std::vector<std::string>{"y0", "y1"}));
        EXPECT_EQ(shard.info.provenance, "random");
        EXPECT_EQ(ranks().sum(shard.share.rows()), pool.rows);

        std::vector<float> features(static_cast<std::size_t>(shard.share.rows() * pool.columns));
        pool::decode(shard, pool::Scaling::identity(pool.columns), shard.share.first_row, shard.share.rows(), features.data());
        std::int64_t wrong = 0;
        for (RowId row = shard.share.first_row; row < shard.share.end_row; ++row) {
            const auto i = static_cast<std::size_t>(row - shard.share.first_row);
            for (RowId c = 0; c < pool.columns; ++c) wrong += features[i * 11 + static_cast<std::size_t>(c)] != stored(pool, row, c) ? 1 : 0;
            for (int t = 0; t < 2; ++t) wrong += shard.targets[i * 2 + static_cast<std::size_t>(t)] != test::target_of(pool, row, t) ? 1 : 0;
        }
        EXPECT_EQ(wrong, 0);
    }
}

TEST(PoolFile, IsTheSameStreamedAsInMemory)
{
    for (const auto type : all_types) {
        SCOPED_TRACE(pool::name_of(type));
        const test::SharedFolder folder;
        const auto pool = pool_of(type);
        const auto path = test::write_pool(pool, folder.path / "pool.h5", ranks());
        const auto kept = pool::read_shard(path, ranks(), true, MissingFeatures::error, {.kind = pool::Residency::memory});
        const auto streamed = pool::read_shard(path, ranks(), true, MissingFeatures::error, {.kind = pool::Residency::stream});
        ASSERT_TRUE(streamed.stream);
        EXPECT_FALSE(streamed.features);
        EXPECT_EQ(streamed.bytes_in_memory(), 0U);
        EXPECT_EQ(streamed.fingerprint, kept.fingerprint);
        EXPECT_EQ(streamed.targets, kept.targets);
        const auto statistics = pool::column_statistics(streamed, ranks()), expected = pool::column_statistics(kept, ranks());
        EXPECT_EQ(statistics.mean, expected.mean);
        EXPECT_EQ(statistics.deviation, expected.deviation);
        const auto scaling = pool::standardising(statistics);
        std::vector<RowId> rows(static_cast<std::size_t>(pool.rows));
        std::iota(rows.begin(), rows.end(), RowId{0});
        EXPECT_EQ(pool::gather_rows(streamed, scaling, rows, ranks()), pool::gather_rows(kept, scaling, rows, ranks()));
    }
}

TEST(PoolFile, IsStreamedWhereARankWouldKeepMoreThanItMay)
{
    const test::SharedFolder folder;
    const auto pool = pool_of(pool::FeatureType::float32);
    const auto path = test::write_pool(pool, folder.path / "pool.h5", ranks());
    const auto with_most = [&](std::uint64_t bytes) { return pool::read_shard(path, ranks(), false, MissingFeatures::error, {.most_kept = bytes}); };
    EXPECT_TRUE(with_most(1).stream);
    EXPECT_FALSE(with_most(1U << 30).stream);
    EXPECT_FALSE(with_most(0).stream);
}

TEST(PoolFile, DecodesPartsOfAShardScaled)
{
    for (const auto type : all_types) {
        const test::SharedFolder folder;
        const auto pool = pool_of(type);
        const auto shard = pool::read_shard(test::write_pool(pool, folder.path / "pool.h5", ranks()), ranks(), false, MissingFeatures::error);
        EXPECT_TRUE(shard.targets.empty());
        if (shard.share.rows() < 9) continue;
        pool::Scaling scaling;
        for (int c = 0; c < 11; ++c) {
            scaling.shift.push_back(static_cast<float>(c));
            scaling.factor.push_back(static_cast<float>(c) - 4);
        }
        std::vector<float> features(5 * 11);
        const RowId first = shard.share.first_row + 3;
        pool::decode(shard, scaling, first, 5, features.data());
        for (RowId i = 0; i < 5; ++i) {
            for (RowId c = 0; c < 11; ++c) EXPECT_EQ(features[static_cast<std::size_t>(i * 11 + c)], (stored(pool, first + i, c) - static_cast<float>(c)) * (static_cast<float>(c) - 4));
        }
    }
}

TEST(PoolFile, GathersAnyRowsInTheOrderAskedFor)
{
    for (const auto type : all_types) {
        const test::SharedFolder folder;
        const auto pool = pool_of(type);
        const auto shard = pool::read_shard(test::write_pool(pool, folder.path / "pool.h5", ranks()), ranks(), true, MissingFeatures::error);
        const std::vector<RowId> rows = {402, 0, 17, 17, 399, 32, 31, 0, 200};
        pool::Scaling scaling = pool::Scaling::identity(11);
        scaling.shift[2] = 0.5F;
        scaling.factor[3] = 2;
        const auto features = pool::gather_rows(shard, scaling, rows, ranks());
        const auto targets = pool::gather_targets(shard, rows, ranks());
        ASSERT_EQ(features.size(), rows.size() * 11);
        ASSERT_EQ(targets.size(), rows.size() * 2);
        for (std::size_t i = 0; i < rows.size(); ++i) {
            for (RowId c = 0; c < 11; ++c) {
                EXPECT_EQ(features[i * 11 + static_cast<std::size_t>(c)], (stored(pool, rows[i], c) - (c == 2 ? 0.5F : 0)) * (c == 3 ? 2.0F : 1)) << "row " << rows[i] << ", column " << c;
            }
            for (int t = 0; t < 2; ++t) EXPECT_EQ(targets[i * 2 + static_cast<std::size_t>(t)], test::target_of(pool, rows[i], t));
        }
        EXPECT_TRUE(pool::gather_rows(shard, scaling, std::vector<RowId>(), ranks()).empty());
    }
}

TEST(PoolFile, HoldsForMoreRanksThanTiles)
{
    const test::SharedFolder folder;
    const test::RandomPool pool{.rows = 5, .columns = 3, .tile_rows = 4, .targets = 1, .seed = 2};
    const auto shard = pool::read_shard(test::write_pool(pool, folder.path / "pool.h5", ranks()), ranks(), true, MissingFeatures::error);
    const std::vector<RowId> rows = {4, 0};
    EXPECT_EQ(pool::gather_targets(shard, rows, ranks()), (std::vector<double>{test::target_of(pool, 4, 0), test::target_of(pool, 0, 0)}));
    EXPECT_EQ(pool::gather_rows(shard, pool::Scaling::identity(3), rows, ranks()).at(1), stored(pool, 4, 1));
}

TEST(Fingerprint, IsTheSameOnOneRankAndOnAll)
{
    const auto alone = ranks().split(-1);
    for (const auto type : all_types) {
        const test::SharedFolder folder;
        const auto path = test::write_pool(pool_of(type), folder.path / "pool.h5", ranks());
        for (const bool with_targets : {true, false}) {
            const auto together = pool::read_shard(path, ranks(), with_targets, MissingFeatures::error);
            const auto whole = pool::read_shard(path, alone, with_targets, MissingFeatures::error);
            EXPECT_EQ(together.fingerprint, whole.fingerprint) << pool::name_of(type);
        }
    }
}

TEST(Fingerprint, ChangesWithAnyValueAndWithTheTiles)
{
    for (const auto type : {FeatureType::float32, FeatureType::bits}) {
        SCOPED_TRACE(pool::name_of(type));
        const test::SharedFolder folder;
        const auto pool = pool_of(type);
        const auto original = pool::read_shard(test::write_pool(pool, folder.path / "pool.h5", ranks()), ranks(), true, MissingFeatures::error).fingerprint;
        for (const RowId row : {33, 402}) {
            EXPECT_NE(fingerprint_with_change(folder, pool, "/features", row), original) << "feature of row " << row;
            EXPECT_NE(fingerprint_with_change(folder, pool, "/targets", row), original) << "target of row " << row;
        }
        auto other = pool;
        other.tile_rows = 64;
        EXPECT_NE(pool::read_shard(test::write_pool(other, folder.path / "pool.h5", ranks()), ranks(), true, MissingFeatures::error).fingerprint, original);
    }
}

TEST(ReadShard, NamesTheFirstFeatureThatIsNotANumber)
{
    const test::SharedFolder folder;
    for (const float hole : {std::nanf(""), INFINITY}) {
        const auto path = write_pool_with_holes(folder.path / "pool.h5", {{9, 0}, {5, 2}}, hole);
        try {
            pool::read_shard(path, ranks(), false, MissingFeatures::error);
            ADD_FAILURE();
        } catch (const Agreed& error) {
            EXPECT_THAT(error.what(), HasSubstr("/features row 5, column 2 ('n_rings') is not a finite number"));
        }
    }
}

TEST(ReadShard, DropsRowsWithMissingFeaturesWhereToldTo)
{
    const test::SharedFolder folder;
    const auto path = write_pool_with_holes(folder.path / "pool.h5", {{9, 0}, {5, 2}, {5, 1}, {0, 0}}, std::nanf(""));
    const auto shard = pool::read_shard(path, ranks(), false, MissingFeatures::drop_row);
    EXPECT_EQ(ranks().gather(std::span<const RowId>(shard.dropped)), (std::vector<RowId>{0, 5, 9}));
    EXPECT_EQ(pool::gather_rows(shard, pool::Scaling::identity(3), std::vector<RowId>{5, 9, 1}, ranks()), (std::vector<float>{1, 0, 0, 0, 1, 1, 1, 1, 1}));
}

TEST(ReadShard, DropsThemFromAStreamToo)
{
    const test::SharedFolder folder;
    const auto path = write_pool_with_holes(folder.path / "pool.h5", {{9, 0}, {5, 2}, {5, 1}, {0, 0}}, std::nanf(""));
    const auto shard = pool::read_shard(path, ranks(), false, MissingFeatures::drop_row, {.kind = pool::Residency::stream});
    EXPECT_EQ(ranks().gather(std::span<const RowId>(shard.dropped)), (std::vector<RowId>{0, 5, 9}));
    EXPECT_EQ(pool::gather_rows(shard, pool::Scaling::identity(3), std::vector<RowId>{5, 9, 1}, ranks()), (std::vector<float>{1, 0, 0, 0, 1, 1, 1, 1, 1}));
}

TEST(ReadShard, NamesAFileThatIsNoPool)
{
    const test::SharedFolder folder;
    const auto path = folder.path / "pool.h5";
    EXPECT_THROW(pool::read_shard(path.string(), ranks(), false, MissingFeatures::error), Agreed);
    test::write_pool({.rows = 100, .columns = 4, .tile_rows = 8}, path, ranks());
    on_root(ranks(), [&] { std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2); });
    try {
        pool::read_shard(path.string(), ranks(), false, MissingFeatures::error);
        ADD_FAILURE();
    } catch (const Agreed& error) {
        EXPECT_THAT(error.what(), HasSubstr(path.string()));
    }
}

}  // namespace sluice
