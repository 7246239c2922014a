#include "base/files.hpp"
#include "campaign/campaign.hpp"
#include "support/pools.hpp"

#include <gtest/gtest.h>

namespace sluice {

namespace {

using test::ranks;

class StreamedPool : public ::testing::Test {
protected:
    StreamedPool()
    {
        test::write_pool({.rows = 700, .columns = 5, .tile_rows = 64}, folder.path / "pool.h5", ranks());
        ranks().barrier();
    }

    campaign::CampaignFile file(const std::string& strategy, const std::string& residency, int iterations = 3, int member_groups = 1)
    {
        const auto text = fmt::format(R"([campaign]
name = "streamed"
batch = 6
iterations = {}
stop = "never"
initial = {{ count = 12 }}
[pool]
file = "pool.h5"
scaling = "standard"
residency = "{}"
member_groups = {}
[[target]]
name = "y0"
goal = "maximize"
[problem]
kind = "closed-pool"
{})",
                                      iterations, residency, member_groups, strategy);
        return campaign::parse_campaign(text, folder.path / "c.toml", {});
    }

    /// All batches and labels of a run.
    std::string journal(const std::string& run) const { return read_file(folder.path / run / "journal.jsonl"); }

    test::SharedFolder folder;
};

constexpr const char* ridge = "[surrogate]\nkind = \"ridge-ensemble\"\n[acquisition]\nkind = \"ucb\"\n[selection]\nkind = \"max-dist\"\n";
constexpr const char* fusion = "[strategy]\nkind = \"fusion\"\nmembers = 4\ntrials = 3\n";
constexpr const char* two_index = "[strategy]\nkind = \"two-index\"\nbatch_rule = \"max-dist\"\nwidth = 16\nsteps_least = 40\nsteps_most = 40\n";

}  // namespace

TEST_F(StreamedPool, IsAskedForTheSameRowsAsOneInMemory)
{
    for (const auto* strategy : {ridge, fusion, two_index}) {
        SCOPED_TRACE(strategy);
        for (const auto* residency : {"memory", "stream"}) {
            const auto run = folder.path / (std::string(residency) + std::to_string(std::string(strategy).size()));
            campaign::Campaign campaign(file(strategy, residency), run, ranks());
            EXPECT_EQ(campaign.shard().bytes_in_memory() > 0, std::string(residency) == "memory" && campaign.shard().share.rows() > 0);
            campaign.run();
            campaign.write_map();
        }
        const auto size = std::to_string(std::string(strategy).size());
        EXPECT_EQ(journal("stream" + size), journal("memory" + size));
    }
}

/// Pairs of ranks that share the surrogates; a run may begin with groups and go on without.
TEST_F(StreamedPool, IsAskedForTheSameRowsByRanksThatShareTheMembers)
{
    campaign::Campaign(file(fusion, "memory", 3), folder.path / "alone", ranks()).run();
    campaign::Campaign(file(fusion, "memory", 2, 2), folder.path / "groups", ranks()).run();
    campaign::Campaign(file(fusion, "stream", 3, 1), folder.path / "groups", ranks()).run();
    campaign::Campaign(file(fusion, "stream", 3, 3), folder.path / "threes", ranks()).run();
    EXPECT_EQ(journal("groups"), journal("alone"));
    EXPECT_EQ(journal("threes"), journal("alone"));
}

TEST_F(StreamedPool, GoesOnWithARunThatBeganInMemory)
{
    campaign::Campaign(file(fusion, "memory", 1), folder.path / "run", ranks()).run();
    campaign::Campaign(file(fusion, "stream", 3), folder.path / "run", ranks()).run();
    campaign::Campaign(file(fusion, "memory", 3), folder.path / "whole", ranks()).run();
    EXPECT_EQ(journal("run"), journal("whole"));
}

}  // namespace sluice
