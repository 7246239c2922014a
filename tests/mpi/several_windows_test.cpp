#include "base/files.hpp"
#include "campaign/campaign.hpp"
#include "support/pools.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace sluice {

/// Fusion looks closely at 20,000 rows of a pool, those that score best; where scores of windows tie they would be the first 20,000 by number.
TEST(SeveralWindows, RowsBeyondTheFirstScreenAreAskedForToo)
{
    const test::SharedFolder folder;
    constexpr RowId screen = 20000;
    test::write_pool({.rows = 25000, .columns = 4, .tile_rows = 1024, .targets = 2}, folder.path / "pool.h5", test::ranks());
    test::ranks().barrier();
    const auto file = campaign::parse_campaign(R"([campaign]
name = "windows"
batch = 30
iterations = 1
stop = "never"
initial = { count = 20 }
[pool]
file = "pool.h5"
[[target]]
name = "y0"
goal = "window"
window = [4.0, 4.1]
[[target]]
name = "y1"
goal = "window"
window = [6.0, 6.1]
[problem]
kind = "closed-pool"
[strategy]
kind = "fusion"
members = 3
trials = 3
)",
                                               folder.path / "c.toml", {});
    const auto run = folder.path / "run";
    campaign::Campaign(file, run, test::ranks()).run();
    const auto journal = (run / "journal.jsonl").string();
    const auto events = campaign::parse_journal(read_file(journal), journal).events;
    const auto chosen = std::find_if(events.begin(), events.end(), [](const auto& event) {
        const auto* batch = std::get_if<campaign::BatchEvent>(&event);
        return batch && batch->iteration == 1;
    });
    ASSERT_NE(chosen, events.end());
    const auto& rows = std::get<campaign::BatchEvent>(*chosen).rows;
    EXPECT_EQ(rows.size(), 30U);
    // A fifth of the pool lies beyond, and of the rows in both windows as well.
    EXPECT_GE(std::count_if(rows.begin(), rows.end(), [](RowId row) { return row >= screen; }), 2);
}

}  // namespace sluice
