#include "fusion/structure/structural_weight.hpp"

#include "pool/domain.hpp"
#include "support/blobs.hpp"
#include "support/world.hpp"

#include <gtest/gtest.h>

namespace sluice::fusion {

using test::ranks;

/// Fewer rows than the sample has places, and more.
TEST(DeviceStructuralWeights, AreThoseOfTheHost)
{
    for (const RowId rows : {RowId{2200}, RowId{9000}}) {
        constexpr RowId columns = 6;
        const auto x = test::blob_rows({.rows = rows, .columns = columns, .blobs = 3, .apart = 4});
        const auto shard = pool::shard_of_points(x, columns, ranks());
        const ClusteringKey key{3, 0, 3};
        const auto scaling = pool::Scaling::identity(columns);
        const auto host = structural_weights(shard, scaling, 10, key, parallel::Place::host, ranks()), device = structural_weights(shard, scaling, 10, key, parallel::Place::device, ranks());
        ASSERT_EQ(device.size(), host.size());
        // A rank in the order of densities may be off by some where several are equal to single precision.
        for (std::size_t i = 0; i < host.size(); ++i) ASSERT_NEAR(device[i], host[i], 3e-4F) << "of " << rows << " rows, own row " << i;
    }
}

}  // namespace sluice::fusion
