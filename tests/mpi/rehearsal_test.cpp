#include "rehearsal/rehearsal.hpp"

#include "support/pools.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace sluice {

namespace {

using test::ranks;

const rehearsal::Forecast::Stage* stage(const rehearsal::Forecast& forecast, const std::string& name)
{
    const auto found = std::find_if(forecast.stages.begin(), forecast.stages.end(), [&](const auto& s) { return s.name == name; });
    return found == forecast.stages.end() ? nullptr : &*found;
}

campaign::CampaignFile campaign_on(const std::filesystem::path& folder, const std::string& pool, const std::string& problem)
{
    return campaign::parse_campaign("[campaign]\nname = \"c\"\nbatch = 5\ninitial = { count = 12 }\n[pool]\n" + pool + "\n[[target]]\nname = \"y0\"\ngoal = \"maximize\"\n[problem]\nkind = \"" + problem +
                                        "\"\n[surrogate]\nkind = \"ridge-ensemble\"\n[acquisition]\nkind = \"ucb\"\n",
                                    folder / "c.toml", {});
}

}  // namespace

TEST(Rehearsal, ForecastsAPoolLargerThanItRuns)
{
    const test::SharedFolder folder;
    test::write_pool({.rows = 40000, .columns = 4, .tile_rows = 64, .targets = 2}, folder.path / "pool.h5", ranks());
    ranks().barrier();
    for (const auto* problem : {"closed-pool", "ask-tell"}) {
        SCOPED_TRACE(problem);
        const auto forecast = rehearsal::rehearse(campaign_on(folder.path, "file = \"pool.h5\"", problem), ranks());
        EXPECT_EQ(forecast.rows, 40000);
        EXPECT_EQ(forecast.rehearsed, std::min<RowId>(32 * 64 * ranks().size(), 40000));
        EXPECT_EQ(forecast.labelled, 17);
        const auto share = share_of(Tiling{40000, 64}, 0, ranks().size());
        EXPECT_EQ(forecast.kept_bytes, static_cast<double>(share.rows() * 16));
        EXPECT_GT(forecast.other_bytes, 1e6);
        for (const auto* name : {"fit", "score", "select"}) {
            ASSERT_NE(stage(forecast, name), nullptr) << name;
            EXPECT_GT(stage(forecast, name)->each_iteration, 0) << name;
        }
    }
}

TEST(Rehearsal, LeavesNothingBehindAndSeesStreams)
{
    const test::SharedFolder folder;
    test::write_pool({.rows = 500, .columns = 4, .tile_rows = 64}, folder.path / "pool.h5", ranks());
    ranks().barrier();
    const auto forecast = rehearsal::rehearse(campaign_on(folder.path, "file = \"pool.h5\"\nresidency = \"stream\"", "closed-pool"), ranks());
    EXPECT_EQ(forecast.kept_bytes, 0);
    EXPECT_EQ(forecast.rehearsed, 500);
    std::vector<std::string> left;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path)) left.push_back(entry.path().filename().string());
    EXPECT_EQ(left, std::vector<std::string>{"pool.h5"});
}

}  // namespace sluice
