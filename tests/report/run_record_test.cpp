#include "report/record/run_record.hpp"

#include "base/error.hpp"
#include "report/synthetic_run.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

namespace sluice::report {

namespace {

const char* const campaign_line =
    R"({"event":"campaign","format":1,"name":"c","targets":["gap"],"goals":["maximize"],"pool":"p.h5","pool_rows":9,"fingerprint":"f"})"
    "\n";
const char* const metrics_header =
    "iteration,labelled,failed,best_gap,batch_min_gap,batch_mean_gap,batch_max_gap,oob_r2_gap,aggregate_best,aggregate_batch_max,success\n";

void write(const std::filesystem::path& path, const std::string& text)
{
    std::ofstream(path) << text;
}

std::string error_of(const std::filesystem::path& folder)
{
    try {
        read_run_record(folder);
    } catch (const Error& error) {
        return error.what();
    }
    return "";
}

class RunRecordFiles : public testing::Test {
protected:
    void SetUp() override
    {
        write(folder() / "journal.jsonl", campaign_line);
        write(folder() / "metrics.csv", metrics_header);
    }
    const std::filesystem::path& folder() const { return temporary_.path(); }

private:
    TemporaryFolder temporary_;
};

}  // namespace

TEST_F(RunRecordFiles, MayHaveFiguresOfAStrategyAndTargetsWithoutABest)
{
    std::string line = campaign_line;
    write(folder() / "journal.jsonl", line.replace(line.find("maximize"), 8, "predict"));
    write(folder() / "metrics.csv", "iteration,labelled,failed,test_nll,ties,oob_r2_gap,aggregate_best,aggregate_batch_max,success\n0,5,0,,,,,,\n1,9,0,3.5,2,0.25,,,\n");
    const auto run = read_run_record(folder());
    EXPECT_TRUE(std::isnan(run.metrics[0].figures.at("test_nll")));
    EXPECT_EQ(run.metrics[1].figures.at("test_nll"), 3.5);
    EXPECT_EQ(run.metrics[1].figures.at("ties"), 2);
    EXPECT_EQ(run.metrics[1].figures.size(), 2u);
    EXPECT_EQ(run.metrics[1].targets[0].oob_r2, 0.25);
    EXPECT_TRUE(std::isnan(run.metrics[1].targets[0].best));
    EXPECT_FALSE(seeks_best(run));
}

TEST_F(RunRecordFiles, AreReadWithOnlyTheTwoThatMustExist)
{
    const auto run = read_run_record(folder());
    EXPECT_EQ(run.journal.name, "c");
    EXPECT_EQ(run.journal.pool_rows, 9u);
    EXPECT_TRUE(run.metrics.empty());
    EXPECT_TRUE(run.stages.empty());
    EXPECT_FALSE(run.map);
    EXPECT_EQ(finished_iterations(run), 0);
}

TEST_F(RunRecordFiles, AreNamedIfTheyAreMissing)
{
    for (const std::string name : {"journal.jsonl", "metrics.csv"}) {
        std::filesystem::rename(folder() / name, folder() / "aside");
        const auto message = error_of(folder());
        EXPECT_NE(message.find((folder() / name).string()), std::string::npos) << message;
        EXPECT_NE(message.find("is not a run folder"), std::string::npos) << message;
        std::filesystem::rename(folder() / "aside", folder() / name);
    }
}

TEST_F(RunRecordFiles, MayEndWithATornLine)
{
    const std::string batch = R"({"event":"batch","iteration":0,"rows":[3,4]})" "\n";
    const std::string label = R"({"event":"label","iteration":0,"row":3,"values":[0.5]})" "\n";
    write(folder() / "journal.jsonl", campaign_line + batch + label + R"({"event":"label","iteration":0,"row":4,"val)");
    write(folder() / "sessions.jsonl", "{\"ranks\":2,\"threads\":3,\"peak_rss_bytes\":[7,null]}\n{\"ranks\":4,");
    const auto run = read_run_record(folder());
    ASSERT_EQ(run.journal.labels.size(), 1u);
    EXPECT_EQ(run.journal.labels[0].row, 3u);
    EXPECT_EQ(run.journal.asked, 2u);
    ASSERT_EQ(run.sessions.size(), 1u);
    EXPECT_EQ(run.sessions[0].ranks, 2);
    EXPECT_TRUE(std::isnan(run.sessions[0].peak_rss_bytes[1]));
}

TEST_F(RunRecordFiles, MayNotBeTornInTheMiddle)
{
    write(folder() / "journal.jsonl", std::string(campaign_line) + "{\"event\":\"la\n{\"event\":\"batch\",\"iteration\":0,\"rows\":[]}\n");
    EXPECT_NE(error_of(folder()).find("journal.jsonl:2: not a JSON object"), std::string::npos) << error_of(folder());
}

TEST_F(RunRecordFiles, OfAnotherKindAreRefusedWithTheirPlace)
{
    write(folder() / "journal.jsonl", std::string(campaign_line) + R"({"event":"label","iteration":0,"row":"x","values":[1]})" "\n");
    EXPECT_NE(error_of(folder()).find("journal.jsonl:2:"), std::string::npos) << error_of(folder());
    write(folder() / "journal.jsonl", std::string(campaign_line) + R"({"event":"label","iteration":0,"row":1,"values":[1,2]})" "\n");
    EXPECT_NE(error_of(folder()).find("row 1 has 2 values where the campaign has 1 target"), std::string::npos) << error_of(folder());
    write(folder() / "journal.jsonl", R"({"event":"cam)");
    EXPECT_NE(error_of(folder()).find("has no campaign line"), std::string::npos) << error_of(folder());
    write(folder() / "journal.jsonl", campaign_line);
    write(folder() / "metrics.csv", "iteration,labelled,failed\n0,1,0\n");
    EXPECT_NE(error_of(folder()).find("metrics.csv: has no column 'best_gap'"), std::string::npos) << error_of(folder());
    write(folder() / "metrics.csv", metrics_header);
    write(folder() / "map.json", "{\"explained\":[1");
    EXPECT_NE(error_of(folder()).find("map.json"), std::string::npos) << error_of(folder());
}

TEST_F(RunRecordFiles, HaveEmptyCellsAndNulls)
{
    write(folder() / "metrics.csv", std::string(metrics_header) + "0,2,1,0.5,0.1,0.3,0.5,,,,0\n1,2,4,0.5,,,,0.25,,,1\n2,3,4,0.5,0.5,0.5,0.5,,,,1\n");
    write(folder() / "journal.jsonl", std::string(campaign_line) + R"({"event":"label","iteration":0,"row":1,"id":"m","values":[null]})" "\n"
                                          R"({"event":"label","iteration":0,"row":2,"id":17,"failed":true})" "\n");
    const auto run = read_run_record(folder());
    EXPECT_TRUE(std::isnan(run.metrics[1].targets[0].batch_mean));
    EXPECT_DOUBLE_EQ(run.metrics[1].targets[0].oob_r2, 0.25);
    EXPECT_TRUE(knows_success(run));
    EXPECT_EQ(success_iteration(run), 1);
    EXPECT_EQ(finished_iterations(run), 2);
    EXPECT_TRUE(std::isnan(run.journal.labels[0].values[0]));
    EXPECT_EQ(run.journal.labels[0].id, "m");
    EXPECT_EQ(run.journal.labels[1].id, "17");
    EXPECT_TRUE(run.journal.labels[1].failed);
}

TEST(RunRecord, OfAPoolThatIsNotClosedKnowsNoSuccess)
{
    TemporaryFolder temporary;
    const auto run = read_run_record(write_synthetic_run(temporary.path(), {.iterations = 3, .closed_pool = false}));
    EXPECT_FALSE(knows_success(run));
    EXPECT_FALSE(success_iteration(run));
}

TEST(RunRecord, SaysItsGoals)
{
    TemporaryFolder temporary;
    const auto run = read_run_record(
        write_synthetic_run(temporary.path(), {.targets = {"hull", "gap"}, .goals = {"minimize", "window"}, .iterations = 1, .offset = 1}));
    EXPECT_EQ(goal_text(run), "minimize hull, bring gap into [1.45, 1.55]");
}

TEST(CampaignSettings, AreFoundByTheirPaths)
{
    const auto settings = campaign_settings("[campaign]\nname = \"c\"\nwindow = [0, 1]\ninitial = { count = 20 }\n"
                                            "[[target]]\nname = \"a\"\nwindow = [ -1.5, 2e1 ]  # eV\n"
                                            "[[target]]\nname = \"b\"\ngoal = \"maximize\"\n[[target]]\nwindow = [1, 2,]\nname = \"d\"\n[pool]\nname = \"e\"\n");
    EXPECT_EQ(settings.values.at("campaign.name"), "c");
    EXPECT_EQ(settings.values.at("campaign.initial.count"), "20");
    EXPECT_EQ(settings.values.at("target[1].goal"), "maximize");
    ASSERT_EQ(settings.windows.size(), 2u) << "only targets have windows";
    EXPECT_EQ(settings.windows.at("a").lo, -1.5);
    EXPECT_EQ(settings.windows.at("a").hi, 20);
    EXPECT_EQ(settings.windows.at("d").hi, 2);
    EXPECT_TRUE(campaign_settings("[campaign\n").values.empty());
}

TEST(StageTotals, AreInTheOrderOfAnIteration)
{
    const auto totals = stage_totals({{0, "select", 1, 0, 0}, {1, "polish", 5, 0, 0}, {1, "fit", 2, 10, 20}, {2, "select", 3, 7, 0}});
    ASSERT_EQ(totals.size(), 3u);
    EXPECT_EQ(totals[0].stage, "fit");
    EXPECT_EQ(totals[1].stage, "select");
    EXPECT_EQ(totals[2].stage, "polish");
    EXPECT_DOUBLE_EQ(totals[1].seconds, 4);
    EXPECT_DOUBLE_EQ(totals[1].bytes, 7);
    EXPECT_EQ(totals[1].place, 3u);  // read, fit, score, select: the same colour whether or not a run scores
}

}  // namespace sluice::report
