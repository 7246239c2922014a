#include "fusion/predict/moments.hpp"
#include "models/ensemble.hpp"
#include "support/pools.hpp"
#include "support/training.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace sluice::fusion {

namespace {

using test::ranks;

constexpr int members = 3;

struct Fitted {
    LabelledSet labelled;
    std::vector<Surrogate> surrogates;
};

/// Two targets, of which the second has a window, each with some families.
Fitted fit(const pool::Shard& shard, const pool::Scaling& scaling)
{
    Fitted fitted;
    std::vector<RowId> rows(20);
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<RowId>(i) * 3;
    fitted.labelled.columns = shard.info.columns;
    fitted.labelled.targets = {{}, {.has_window = true, .centre = 0.3, .typical = -0.6}};
    for (int t = 0; t < 2; ++t) {
        models::TrainingSet data{rows, shard.info.columns, 1, pool::gather_rows(shard, scaling, rows, ranks()), {}};
        for (std::size_t i = 0; i < rows.size(); ++i) data.y.push_back(std::sin(static_cast<double>(i + 1) * (t + 1)));
        fitted.labelled.training.push_back(data);
    }
    std::vector<models::Bootstrap> bags;
    for (int m = 0; m < members; ++m) bags.push_back(models::draw_bootstrap(20, m, {}));
    for (std::size_t t = 0; t < 2; ++t) {
        for (const auto* kind : {"ridge-ensemble", "knn-ensemble", "mlp-ensemble", "tree-ensemble"}) {
            Surrogate s;
            s.target = t;
            s.made = test::family(kind, {});
            s.members = s.made.train(fitted.labelled.training[t], bags, 0, {});
            s.predict = s.made.predictor(s.members, fitted.labelled.training[t], parallel::Place::host);
            fitted.surrogates.push_back(std::move(s));
        }
    }
    return fitted;
}

Moments moments_of(const pool::Shard& shard, const pool::Scaling& scaling, const Fitted& fitted, parallel::Place place, int groups = 1)
{
    Work work;
    const auto group = group_ranks(groups, place, ranks());
    return predict_pool(shard, scaling, fitted.surrogates, fitted.labelled, members, true, place, *group, work, ranks());
}

class DeviceMoments : public ::testing::TestWithParam<pool::FeatureType> {};

}  // namespace

/// A ragged last tile, several groups of tiles, every storage type, streamed or not.
TEST_P(DeviceMoments, AreThoseOfTheHost)
{
    const test::SharedFolder folder;
    const RowId columns = 11;
    const auto path = test::write_pool({.rows = 70000, .columns = columns, .tile_rows = 512, .type = GetParam()}, folder.path / "pool.h5", ranks());
    ranks().barrier();
    pool::Scaling scaling = pool::Scaling::identity(columns);
    for (auto& shift : scaling.shift) shift = 0.5F;
    for (auto& factor : scaling.factor) factor = GetParam() == pool::FeatureType::uint8 ? 0.02F : 1.25F;
    for (const auto residency : {pool::Residency::memory, pool::Residency::stream}) {
        const auto shard = pool::read_shard(path, ranks(), false, pool::MissingFeatures::error, {residency, 0});
        const auto fitted = fit(shard, scaling);
        const auto host = moments_of(shard, scaling, fitted, parallel::Place::host), device = moments_of(shard, scaling, fitted, parallel::Place::device);
        ASSERT_EQ(device.mean.size(), host.mean.size());
        for (std::size_t i = 0; i < host.mean.size(); ++i) {
            ASSERT_NEAR(device.mean[i], host.mean[i], 2e-5F) << "row " << i / host.columns << ", column " << i % host.columns;
            ASSERT_NEAR(device.deviation[i], host.deviation[i], 2e-5F) << "row " << i / host.columns << ", column " << i % host.columns;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Types, DeviceMoments,
                         ::testing::Values(pool::FeatureType::float32, pool::FeatureType::float16, pool::FeatureType::uint8, pool::FeatureType::bits),
                         [](const auto& info) { return pool::name_of(info.param); });

/// The rows of a rank are those of the whole pool, bit by bit, wherever its share begins within a group of tiles.
TEST(DeviceMomentsOfAShare, AreThoseOfTheWholePool)
{
    const test::SharedFolder folder;
    const auto path = test::write_pool({.rows = 9000, .columns = 6, .tile_rows = 64}, folder.path / "pool.h5", ranks());
    ranks().barrier();
    const auto scaling = pool::Scaling::identity(6);
    auto shard = pool::read_shard(path, ranks(), false, pool::MissingFeatures::error, {pool::Residency::stream, 0});
    const auto fitted = fit(shard, scaling);
    const auto own = moments_of(shard, scaling, fitted, parallel::Place::device);
    const auto first = static_cast<std::size_t>(shard.share.first_row);
    shard.share = share_of(shard.info.tiling(), 0, 1);
    const auto whole = moments_of(shard, scaling, fitted, parallel::Place::device);
    for (std::size_t i = 0; i < own.mean.size(); ++i) {
        ASSERT_EQ(own.mean[i], whole.mean[first * own.columns + i]);
        ASSERT_EQ(own.deviation[i], whole.deviation[first * own.columns + i]);
    }
}

/// Groups of two ranks, the last of one where their number is odd; surrogates of unequal work; more groups than surrogates need.
TEST(DeviceMomentsOfAGroup, AreThoseOfRanksAlone)
{
    const test::SharedFolder folder;
    const auto path = test::write_pool({.rows = 3000, .columns = 6, .tile_rows = 64}, folder.path / "pool.h5", ranks());
    ranks().barrier();
    const auto scaling = pool::Scaling::identity(6);
    const auto shard = pool::read_shard(path, ranks(), false, pool::MissingFeatures::error, {pool::Residency::memory, 0});
    const auto fitted = fit(shard, scaling);
    for (const auto place : {parallel::Place::host, parallel::Place::device}) {
        const auto alone = moments_of(shard, scaling, fitted, place);
        for (const int groups : {2, 3, 50}) {
            const auto shared = moments_of(shard, scaling, fitted, place, groups);
            EXPECT_EQ(shared.mean, alone.mean) << groups;
            EXPECT_EQ(shared.deviation, alone.deviation) << groups;
        }
    }
}

}  // namespace sluice::fusion
