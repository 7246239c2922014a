#include "pool/standardise.hpp"

#include "support/pools.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace sluice {

namespace {

using pool::FeatureType;
using pool::MissingFeatures;
using test::ranks;

/// A pool of one float32 column.
pool::Shard column_pool(const std::filesystem::path& path, const std::vector<float>& values, RowId tile_rows)
{
    pool::PoolInfo info;
    info.rows = static_cast<RowId>(values.size());
    info.columns = 1;
    info.tile_rows = tile_rows;
    const auto share = share_of(info.tiling(), ranks().rank(), ranks().size());
    auto file = hdf5::File::create(path, ranks());
    create_pool(file, info, 1, ranks().is_root());
    file.write_rows("/features", hdf5::Type::float32, share.first_row, share.rows(), values.data() + share.first_row);
    file.close();
    return pool::read_shard(path.string(), ranks(), false, MissingFeatures::error);
}

}  // namespace

TEST(ColumnStatistics, EqualTheFormulaInDoublePrecision)
{
    for (const auto type : {FeatureType::float32, FeatureType::float16, FeatureType::uint8, FeatureType::bits}) {
        SCOPED_TRACE(pool::name_of(type));
        const test::SharedFolder folder;
        const test::RandomPool pool{.rows = 777, .columns = 9, .tile_rows = 32, .type = type, .seed = 5};
        const auto shard = pool::read_shard(test::write_pool(pool, folder.path / "pool.h5", ranks()), ranks(), false, MissingFeatures::error);
        const auto statistics = pool::column_statistics(shard, ranks());
        for (RowId c = 0; c < pool.columns; ++c) {
            long double mean = 0, square = 0;
            const auto value = [&](RowId row) -> long double {
                const auto x = static_cast<float>(test::feature_of(pool, row, c));
                return static_cast<long double>(type == FeatureType::float16 ? static_cast<float>(static_cast<_Float16>(x)) : x);
            };
            for (RowId row = 0; row < pool.rows; ++row) mean += value(row) / static_cast<long double>(pool.rows);
            for (RowId row = 0; row < pool.rows; ++row) square += (value(row) - mean) * (value(row) - mean) / static_cast<long double>(pool.rows);
            EXPECT_NEAR(statistics.mean.at(static_cast<std::size_t>(c)), static_cast<double>(mean), 1e-12);
            EXPECT_NEAR(statistics.deviation.at(static_cast<std::size_t>(c)) / std::sqrt(static_cast<double>(square)), 1, 1e-12);
        }
    }
}

TEST(ColumnStatistics, AreTheSameBitsOnOneRankAndOnAll)
{
    const test::SharedFolder folder;
    const auto path = test::write_pool({.rows = 1013, .columns = 13, .tile_rows = 16, .seed = 6}, folder.path / "pool.h5", ranks());
    const auto alone = ranks().split(-1);
    const auto together = pool::column_statistics(pool::read_shard(path, ranks(), false, MissingFeatures::error), ranks());
    const auto whole = pool::column_statistics(pool::read_shard(path, alone, false, MissingFeatures::error), alone);
    EXPECT_EQ(together.mean, whole.mean);
    EXPECT_EQ(together.deviation, whole.deviation);
}

TEST(ColumnStatistics, KeepTheirDigitsFarFromZero)
{
    const test::SharedFolder folder;
    std::vector<float> values;
    for (int i = 0; i < 100; ++i) values.push_back(1e7F + static_cast<float>(i % 2));
    const auto statistics = pool::column_statistics(column_pool(folder.path / "pool.h5", values, 7), ranks());
    EXPECT_DOUBLE_EQ(statistics.mean[0], 1e7 + 0.5);
    EXPECT_NEAR(statistics.deviation[0], 0.5, 1e-9);
}

TEST(Standardising, GivesMeanZeroAndDeviationOne)
{
    const test::SharedFolder folder;
    const test::RandomPool pool{.rows = 500, .columns = 4, .tile_rows = 32, .type = FeatureType::uint8, .seed = 8};
    const auto shard = pool::read_shard(test::write_pool(pool, folder.path / "pool.h5", ranks()), ranks(), false, MissingFeatures::error);
    const auto scaling = pool::standardising(pool::column_statistics(shard, ranks()));
    std::vector<RowId> rows;
    for (RowId row = 0; row < pool.rows; ++row) rows.push_back(row);
    const auto features = pool::gather_rows(shard, scaling, rows, ranks());
    for (std::size_t c = 0; c < 4; ++c) {
        double mean = 0, square = 0;
        for (std::size_t i = 0; i < 500; ++i) {
            mean += static_cast<double>(features[i * 4 + c]) / 500;
            square += static_cast<double>(features[i * 4 + c]) * static_cast<double>(features[i * 4 + c]) / 500;
        }
        EXPECT_NEAR(mean, 0, 1e-6);
        EXPECT_NEAR(square, 1, 1e-6);
    }
}

TEST(Standardising, MapsAConstantColumnToZero)
{
    for (const float constant : {0.0F, 0.1F, -7e30F}) {
        const test::SharedFolder folder;
        const auto shard = column_pool(folder.path / "pool.h5", std::vector<float>(1003, constant), 48);
        const auto scaling = pool::standardising(pool::column_statistics(shard, ranks()));
        EXPECT_EQ(pool::gather_rows(shard, scaling, std::vector<RowId>{0, 500, 1002}, ranks()), (std::vector<float>{0, 0, 0})) << constant;
    }
}

/// A mean that were off by its rounding would put them infinitely many deviations away.
TEST(Standardising, LeavesNothingOfConstantColumnsInWhateverUnits)
{
    for (const float value : {0.1F, -1e7F, 4.7e-26F, 1.3e-38F, 3e38F}) {
        const test::SharedFolder folder;
        const auto shard = column_pool(folder.path / "pool.h5", std::vector<float>(1001, value), 64);
        const auto scaling = pool::standardising(pool::column_statistics(shard, ranks()));
        EXPECT_EQ(scaling.factor[0], 0) << value;
        EXPECT_EQ(pool::gather_rows(shard, scaling, std::vector<RowId>{5}, ranks())[0], 0) << value;
    }
}

TEST(Standardising, UnitsDoNotMatter)
{
    std::vector<float> values;
    for (int i = 0; i < 200; ++i) values.push_back(1 + static_cast<float>(i % 7) / 8);
    const auto scaled = [&](float unit) {
        const test::SharedFolder folder;
        auto inside = values;
        for (auto& value : inside) value *= unit;
        const auto shard = column_pool(folder.path / "pool.h5", inside, 16);
        return pool::gather_rows(shard, pool::standardising(pool::column_statistics(shard, ranks())), std::vector<RowId>{0, 3, 100, 199}, ranks());
    };
    EXPECT_EQ(scaled(0x1p-100F), scaled(1));
    EXPECT_EQ(scaled(0x1p100F), scaled(1));
}

}  // namespace sluice
