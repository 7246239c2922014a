#include "report/report.hpp"

#include "base/error.hpp"
#include "base/files.hpp"
#include "report/synthetic_run.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>

namespace sluice::report {

namespace {

/// What Python's XML parser has against the page; empty if nothing.
std::string xml_complaint(const std::filesystem::path& page)
{
    const std::string program = "import sys, xml.etree.ElementTree as tree\ntree.parse(sys.argv[1])\nprint(\"well-formed\", end=\"\")";
    const std::string command = "python3 -c '" + program + "' '" + page.string() + "' 2>&1";
    std::FILE* pipe = ::popen(command.c_str(), "r");
    if (pipe == nullptr) return "python3 cannot be started";
    std::string said;
    char buffer[512];
    while (std::fgets(buffer, sizeof buffer, pipe) != nullptr) said += buffer;
    ::pclose(pipe);
    return said == "well-formed" ? "" : said;
}

class Page : public testing::Test {
protected:
    std::string of(const std::vector<SyntheticRun>& runs)
    {
        std::vector<std::filesystem::path> folders;
        for (const auto& run : runs) folders.push_back(write_synthetic_run(folder_.path() / ("run" + std::to_string(folders.size())), run));
        return of(folders);
    }

    std::string of(const std::vector<std::filesystem::path>& folders)
    {
        const auto output = folder_.path() / "report.html";
        write_report(folders, output);
        EXPECT_EQ(xml_complaint(output), "");
        const auto html = read_file(output);
        EXPECT_EQ(html.find("NaN"), std::string::npos);
        EXPECT_EQ(html.find("\"nan"), std::string::npos);
        EXPECT_EQ(html.find("inf\""), std::string::npos);
        return html;
    }

    const std::filesystem::path& folder() const { return folder_.path(); }

private:
    TemporaryFolder folder_;
};

bool contains(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_F(Page, HasTheFactsOfTheRun)
{
    const auto html = of({{.name = "qm9-gap", .pool_rows = 133885, .iterations = 8, .success_at = 5}});
    EXPECT_TRUE(contains(html, "<h1>qm9-gap</h1>"));
    EXPECT_TRUE(contains(html, "<dt>goal</dt><dd>maximize gap</dd>"));
    EXPECT_TRUE(contains(html, "<dd>synthetic.h5, 133,885 rows</dd>"));
    EXPECT_TRUE(contains(html, "<dd>success at iteration 5, with 70 labels</dd>"));
    EXPECT_TRUE(contains(html, "<dt>labelled</dt><dd>100 (20 initial)</dd>"));
    EXPECT_TRUE(contains(html, "<dt>machine</dt><dd>2 ranks × 4 threads on n2</dd>"));
    EXPECT_TRUE(contains(html, "<dt>peak memory</dt><dd>812 MB in a rank, 1.21 GB in all</dd>"));
    EXPECT_TRUE(contains(html, "<dd>2 starts, the last 2026-11-24 06:30 UTC, done</dd>"));
    EXPECT_TRUE(contains(html, "<b>Figure 4.</b>"));
    EXPECT_FALSE(contains(html, "<b>Figure 5.</b>"));
    EXPECT_TRUE(contains(html, "The 10 best labelled rows."));
}

TEST_F(Page, NeedsNothingFromOutside)
{
    const auto html = of({SyntheticRun{}, SyntheticRun{}});
    for (const char* forbidden : {"<script", "<link", "<img", "@import", "url(", "src=", "href=\"h"}) {
        EXPECT_FALSE(contains(html, forbidden)) << forbidden;
    }
}

TEST_F(Page, ShowsMarkupInNamesAsText)
{
    const std::string evil = "<script>alert('1')</script>&\"";
    const auto one = of({{.name = evil, .targets = {"<b>gap</b>"}, .iterations = 3}});
    EXPECT_FALSE(contains(one, "<script"));
    EXPECT_FALSE(contains(one, "<b>gap"));
    EXPECT_TRUE(contains(one, "<h1>&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;&quot;</h1>"));
    EXPECT_TRUE(contains(one, "The best &lt;b&gt;gap&lt;/b&gt;, "));
    const auto two = of({{.name = evil, .iterations = 3}, {.name = "other", .targets = {"<i>", "x"}, .goals = {"window", "minimize"}}});
    EXPECT_FALSE(contains(two, "<script"));
    EXPECT_FALSE(contains(two, "<i>"));
}

TEST_F(Page, ShowsMarkupInIdsAsText)
{
    const auto run = write_synthetic_run(folder() / "run", {.iterations = 1});
    std::ofstream(run / "journal.jsonl", std::ios::app) << R"({"event":"label","iteration":1,"row":999,"id":"<script>\u0007","values":[99]})" << '\n';
    const auto html = of(std::vector<std::filesystem::path>{run});
    EXPECT_FALSE(contains(html, "<script"));
    EXPECT_TRUE(contains(html, "<td>&lt;script&gt;\xEF\xBF\xBD</td><td class=\"number\">99</td><td class=\"number\">iteration 1</td>"));
}

TEST_F(Page, IsWellFormedForUnusualRuns)
{
    of({{.name = "only the initial design", .iterations = 0}});
    of({{.name = "constant", .iterations = 3, .improvement = 0, .has_model = false, .has_ids = false, .has_map = false}});
    of({{.name = "constant and large", .iterations = 3, .offset = -1e9, .improvement = 0}});
    of({{.name = "all failed", .iterations = 3, .failing = 1}});
    of({{.name = "half failed", .targets = {"a", "b"}, .goals = {"minimize", "window"}, .iterations = 9, .batch = 2, .failing = 0.6}});
    of({{.name = "empty", .pool_rows = 0, .iterations = 1, .initial = 0, .batch = 0, .has_map = false}});
    of({{.name = "tiny negative", .goals = {"minimize"}, .iterations = 3, .offset = -1e-9, .improvement = 1e-11, .closed_pool = false}});
    of({{.name = "long", .iterations = 300, .success_at = 222}});
}

TEST_F(Page, OfTargetsThatAreOnlyPredictedShowsNoBest)
{
    const SyntheticRun run{.name = "learnt", .targets = {"a", "b", "c", "d"}, .goals = {"predict", "predict", "predict", "predict"}, .closed_pool = false, .is_tested = true};
    const auto one = of({run});
    EXPECT_TRUE(contains(one, "<dd>predict a … d (4 targets)</dd>"));
    EXPECT_TRUE(contains(one, "Negative log-likelihood of points that were set aside"));
    EXPECT_FALSE(contains(one, "best"));
    const auto two = of({run, run});
    EXPECT_TRUE(contains(two, "learnt (2 runs)"));
    EXPECT_TRUE(contains(two, ">test NLL</th>"));
    EXPECT_FALSE(contains(two, "best"));
    const auto mixed = of({{.targets = {"a", "b"}, .goals = {"predict", "maximize"}, .is_tested = true}, {.name = "other"}});
    EXPECT_TRUE(contains(mixed, "predict a, maximize b"));
    EXPECT_TRUE(contains(mixed, "The best b, "));
    EXPECT_FALSE(contains(mixed, "The best a, "));
}

TEST_F(Page, OfARunThatHasNotFinishedAnIterationSaysSo)
{
    const auto run = write_synthetic_run(folder() / "run", {.iterations = 0});
    const auto header = read_file(run / "metrics.csv");
    std::ofstream(run / "metrics.csv") << header.substr(0, header.find('\n') + 1);
    for (const char* name : {"stages.csv", "map.json", "sessions.jsonl", "campaign.toml"}) std::filesystem::remove(run / name);
    const auto html = of(std::vector<std::filesystem::path>{run});
    EXPECT_TRUE(contains(html, "No label has a value yet"));
    EXPECT_TRUE(contains(html, "no map.json"));
    EXPECT_TRUE(contains(html, "no times of stages"));
    EXPECT_TRUE(contains(html, "no campaign.toml"));
    EXPECT_FALSE(contains(html, "<dt>machine</dt>"));
    of(std::vector<std::filesystem::path>{run, run});
}

TEST_F(Page, ComparesSeveralRuns)
{
    const auto html = of({{.name = "a", .iterations = 4, .success_at = 2}, {.name = "b", .iterations = 6}, {.name = "a", .iterations = 5, .seed = 3}});
    EXPECT_TRUE(contains(html, "<h1>3 runs compared</h1>"));
    EXPECT_TRUE(contains(html, "<a href=\"#run3\">a (run2)</a>"));
    EXPECT_TRUE(contains(html, "<section id=\"run3\">"));
    EXPECT_TRUE(contains(html, "Goal of all: maximize gap."));
    EXPECT_TRUE(contains(html, "1 of 3 runs succeeded"));
    EXPECT_TRUE(contains(html, "<b>Figure 14.</b>"));  // two of the comparison, four of each run
    EXPECT_FALSE(contains(html, "<b>Figure 15.</b>"));
}

TEST_F(Page, ComparesManyRunsAndRunsWithOtherTargets)
{
    std::vector<SyntheticRun> runs;
    for (std::uint64_t seed = 0; seed < 11; ++seed) {
        runs.push_back({.name = seed % 2 == 0 ? "even" : "odd", .iterations = 3, .has_map = false, .seed = seed});
    }
    runs.push_back({.name = "other", .targets = {"gap", "mu"}, .goals = {"maximize", "minimize"}, .iterations = 3, .has_map = false});
    const auto html = of(runs);
    EXPECT_TRUE(contains(html, "even (median of 6)"));
    EXPECT_TRUE(contains(html, "best mu (minimize)"));
    EXPECT_TRUE(contains(html, "maximize gap, minimize mu"));
}

TEST_F(Page, IsNotWrittenForAFolderThatIsNoRun)
{
    const auto output = folder() / "report.html";
    EXPECT_THROW(write_report({folder() / "absent"}, output), Error);
    EXPECT_THROW(write_report({}, output), Error);
    EXPECT_FALSE(std::filesystem::exists(output));
}

}  // namespace sluice::report
