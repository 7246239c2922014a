#include "parallel/for_each_tile.hpp"
#include "parallel/runtime.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <limits>
#include <vector>

namespace sluice {

TEST(NodeMemory, IsWhatSlurmAllowsWhereThatIsLess)
{
    ::unsetenv("SLURM_MEM_PER_NODE");
    const auto whole = parallel::node_memory();
    EXPECT_GT(whole, std::uint64_t{1} << 28);
    ::setenv("SLURM_MEM_PER_NODE", "64", 1);
    EXPECT_EQ(parallel::node_memory(), std::uint64_t{64} << 20);
    ::setenv("SLURM_MEM_PER_NODE", "0", 1);  // all of the node
    EXPECT_EQ(parallel::node_memory(), whole);
    ::setenv("SLURM_MEM_PER_NODE", "1000000000", 1);
    EXPECT_EQ(parallel::node_memory(), whole);
    ::unsetenv("SLURM_MEM_PER_NODE");
}

TEST(RecentPeakMemory, SeesWhatWasTouchedSinceItWasForgotten)
{
    parallel::forget_peak_memory();
    const auto before = parallel::recent_peak_memory();
    {
        std::vector<char> large(std::size_t{200} << 20, 1);
        EXPECT_EQ(large[large.size() / 2], 1);
    }
    const auto after = parallel::recent_peak_memory();
    EXPECT_GE(after, before + (std::int64_t{150} << 20));
    EXPECT_LE(after, parallel::peak_memory() + (std::int64_t{1} << 20));
}

#ifdef __SSE__
TEST(Runtime, FlushesDenormalResultsToZeroInAllThreads)
{
    volatile float small = std::numeric_limits<float>::min();
    std::vector<float> half(64, 1);
    parallel::for_each_tile("test/denormal", Share{0, 64, 0, 0}, [&](RowId i) { half[static_cast<std::size_t>(i)] = small / 2; });
    EXPECT_EQ(half, std::vector<float>(64, 0));
    EXPECT_EQ(small / 2, 0);
}
#endif

}  // namespace sluice
