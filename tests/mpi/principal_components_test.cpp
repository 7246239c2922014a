#include "pool/principal_components.hpp"

#include "pool/standardise.hpp"
#include "support/pools.hpp"

#include <gtest/gtest.h>

namespace sluice {

using test::ranks;

TEST(PrincipalComponents, AreThoseOfAnEvenSampleOnAnyNumberOfRanks)
{
    const test::SharedFolder folder;
    const test::RandomPool pool{.rows = 9000, .columns = 5, .tile_rows = 128, .targets = 0, .seed = 13};
    const auto shard = pool::read_shard(test::write_pool(pool, folder.path / "pool.h5", ranks()), ranks(), false, pool::MissingFeatures::error);
    auto scaling = pool::standardising(pool::column_statistics(shard, ranks()));
    scaling.factor[3] *= 2;
    const auto pca = pool::principal_components(shard, scaling, ranks());
    std::vector<float> sample;
    for (RowId i = 0; i < 4096; ++i) {
        for (std::size_t c = 0; c < 5; ++c) {
            const auto value = static_cast<float>(test::feature_of(pool, i * 9000 / 4096, static_cast<RowId>(c)));
            sample.push_back((value - scaling.shift[c]) * scaling.factor[c]);
        }
    }
    const auto expected = pool::principal_components_of(sample, 5);
    EXPECT_EQ(pca.mean, expected.mean);
    EXPECT_EQ(pca.direction, expected.direction);
    EXPECT_EQ(pca.explained, expected.explained);
    EXPECT_GT(pca.direction[0][3], 0.9F) << "the column that was stretched";
}

}  // namespace sluice
