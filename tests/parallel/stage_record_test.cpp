#include "parallel/stage_record.hpp"

#include "base/files.hpp"
#include "report/record/stages.hpp"
#include "support/pools.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace sluice::parallel {

namespace {

void record(const std::filesystem::path& path, std::int64_t iteration)
{
    StageRecord stages(path, test::ranks());
    stages.time(iteration, "fit", [](Work&) { return 0; });
    stages.flush();
    stages.time(iteration, "score", [](Work&) { return 0; });
    stages.flush();
}

}  // namespace

/// What a kill or a power cut may leave of a file whose lines nobody waits for.
TEST(StageRecord, GoesOnWithWhatACrashHasLeft)
{
    const test::SharedFolder folder;
    const auto path = folder.path / "stages.csv";
    const std::string header = "iteration,stage,seconds,bytes,flops,sent\n", line = "1,read,0.5,10,20,30\n";
    for (const auto& left : {std::string(), header.substr(0, 9), header, header + line, header + line + "1,fit,0.2"}) {
        std::ofstream(path) << left;
        record(path, 2);
        const auto costs = report::read_stages(path);
        const std::size_t old = left.size() > header.size() ? 1 : 0;
        ASSERT_EQ(costs.size(), old + 2) << left;
        EXPECT_EQ(costs[old].iteration, 2);
        EXPECT_EQ(costs[old].stage, "fit");
        EXPECT_EQ(costs[old + 1].stage, "score");
    }
}

}  // namespace sluice::parallel
