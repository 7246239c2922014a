#include "report/record/run_names.hpp"

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

TEST(RunNames, TellCampaignsApartByWhatTheySetOtherwise)
{
    std::vector<RunRecord> runs(5);
    const std::vector<std::pair<std::string, std::string>> rules = {{"random", "1"}, {"variance", "1"}, {"random", "2"}, {"variance", "3"}, {"", "1"}};
    for (std::size_t r = 0; r < runs.size(); ++r) {
        runs[r].journal.name = "lab";
        runs[r].folder = "run";
        runs[r].settings.values = {{"campaign.seed", rules[r].second}, {"campaign.iterations", rules[r].second}, {"pool.rows", r == 3 ? "50" : "100"}};
        if (!rules[r].first.empty()) runs[r].settings.values["acquisition.kind"] = rules[r].first;
    }
    const auto named = name_runs(runs);
    EXPECT_EQ(named.campaign, (std::vector<std::size_t>{0, 1, 0, 2, 3})) << "a seed or the number of iterations makes no other campaign";
    EXPECT_EQ(named.campaigns, (std::vector<std::string>{"lab: random, rows 100", "lab: variance, rows 100", "lab: variance, rows 50", "lab: rows 100"}));
}

}  // namespace sluice::report
