#include "report/run_names.hpp"

#include <gtest/gtest.h>

namespace sluice::report {

TEST(RunNames, AddTheFolderWhereCampaignsShareAName)
{
    std::vector<RunRecord> runs(4);
    const std::vector<std::pair<std::string, std::string>> names = {{"a", "x/one"}, {"b", "x/two/"}, {"a", "y/three"}, {"a", "y/one/"}};
    for (std::size_t r = 0; r < runs.size(); ++r) {
        runs[r].journal.name = names[r].first;
        runs[r].folder = names[r].second;
    }
    const auto named = name_runs(runs);
    EXPECT_EQ(named.labels, (std::vector<std::string>{"a (x/one)", "b", "a (three)", "a (y/one/)"}));
    EXPECT_EQ(named.campaign, (std::vector<std::size_t>{0, 1, 0, 0}));
    EXPECT_EQ(run_count(named, 0), 3u);
}

}  // namespace sluice::report
