#include "base/files.hpp"
#include "base/log.hpp"
#include "benchmark/benchmark.hpp"
#include "campaign/testing/test_error.hpp"
#include "parallel/dealer.hpp"
#include "support/draws.hpp"
#include "support/pools.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <sstream>

namespace sluice {

namespace {

using test::ranks;

const std::string text = R"([benchmark]
name = "b"
seeds = [1, 4]
ranks_per_run = {ranks_per_run}
[common]
campaign = {{ batch = 4, iterations = 2, initial = {{ count = 10 }} }}
checkpoint.every = 100
pool = {{ rows = 300, test = 150, scaling = "none" }}
surrogate = {{ kind = "ridge-ensemble", members = 3 }}
[problem.damp]
problem.kind = "damp"
[problem.sine]
problem.kind = "sine"
[method.random]
acquisition.kind = "random"
[method.gsx]
selection.kind = "k-center"
[method.qbc]
acquisition.kind = "variance"
)";

ExitCode run(const std::filesystem::path& folder, int ranks_per_run, const Communicator& group, const std::vector<std::string>& settings = {})
{
    const auto file = benchmark::parse_benchmark(fmt::format(fmt::runtime(text), fmt::arg("ranks_per_run", ranks_per_run)), folder / "b.toml", settings, campaign::Against::nothing);
    const auto ended = benchmark::run_benchmark(file, folder, group);
    log::start(true);
    return ended;
}

/// Without seconds, which differ between runs.
std::string results(const std::filesystem::path& folder)
{
    std::istringstream in(read_file(folder / "results.csv"));
    std::string all;
    for (std::string line; std::getline(in, line);) all += line.substr(0, line.rfind(',', line.rfind(',') - 1)) + "\n";
    return all;
}

}  // namespace

TEST(Dealer, DealsEveryNumberOnceToRanksThatAskAsTheyPlease)
{
    parallel::Dealer dealer(ranks());
    std::vector<std::int64_t> mine;
    for (int i = 0; i < 10 * (ranks().rank() + 1); ++i) mine.push_back(dealer.next());
    EXPECT_TRUE(std::is_sorted(mine.begin(), mine.end()));
    const auto done = dealer.finish_one();
    EXPECT_TRUE(done >= 1 && done <= ranks().size());
    auto all = ranks().gather(std::span<const std::int64_t>(mine));
    std::sort(all.begin(), all.end());
    std::vector<std::int64_t> expected(static_cast<std::size_t>(5 * ranks().size() * (ranks().size() + 1)));
    std::iota(expected.begin(), expected.end(), std::int64_t{0});
    EXPECT_EQ(all, expected);
    dealer.close();
}

TEST(Benchmark, HasTheSameResultsForAnyGroupsAndAfterARestart)
{
    const test::SharedFolder work;
    const auto alone = ranks().split(-1);
    if (ranks().is_root()) {
        EXPECT_EQ(run(work.path / "alone", 1, alone), ExitCode::done);
    }
    ranks().barrier();
    const auto expected = results(work.path / "alone");
    EXPECT_EQ(std::count(expected.begin(), expected.end(), '\n'), 1 + 2 * 3 * 2 * 3);
    EXPECT_TRUE(std::filesystem::exists(work.path / "alone" / "report.html"));

    for (const int ranks_per_run : {1, 2}) {
        const auto folder = work.path / std::to_string(ranks_per_run);
        EXPECT_EQ(run(folder, ranks_per_run, ranks()), ExitCode::done);
        EXPECT_EQ(results(folder), expected) << ranks_per_run;
    }
    const auto folder = work.path / "again";
    EXPECT_EQ(run(folder, 1, ranks(), {"campaign.iterations=1"}), ExitCode::done);
    EXPECT_NE(results(folder), expected);
    EXPECT_EQ(run(folder, 100, ranks()), ExitCode::done) << "all runs go on to more iterations";
    EXPECT_EQ(results(folder), expected);
}

TEST(Benchmark, DoesNotRunAgainWhatIsDone)
{
    const test::SharedFolder work;
    run(work.path / "b", 1, ranks());
    const auto journal = work.path / "b" / "sine" / "qbc" / "seed-4" / "sessions.jsonl";
    ranks().barrier();
    const auto sessions = read_file(journal);
    ranks().barrier();
    run(work.path / "b", 1, ranks());
    ranks().barrier();
    EXPECT_EQ(read_file(journal), sessions);
    ranks().barrier();
    on_root(ranks(), [&] { std::filesystem::remove(journal.parent_path() / "steps.csv"); });  // killed before its end
    run(work.path / "b", 1, ranks());
    ranks().barrier();
    EXPECT_NE(read_file(journal), sessions);
}

TEST(Benchmark, TellsOfARunThatFailsWhenTheOthersAreDone)
{
    const test::SharedFolder work;
    const auto broken = work.path / "b" / "damp" / "gsx" / "seed-1";
    on_root(ranks(), [&] {
        make_folder(broken);
        write_file_atomically(broken / "journal.jsonl", "nonsense\n");
    });
    std::string message;
    try {
        run(work.path / "b", 1, ranks());
    } catch (const Agreed& error) {
        message = error.what();
    }
    log::start(true);
    EXPECT_NE(message.find(broken.string()), std::string::npos) << message;
    EXPECT_NE(message.find("1 of 12 runs failed; the others are done"), std::string::npos) << message;
    const auto found = results(work.path / "b");
    EXPECT_EQ(std::count(found.begin(), found.end(), '\n'), 1 + 11 * 3);
}

TEST(TestError, IsTheMeanSquaredErrorOfTheMeanPredictionOnAnyRanks)
{
    constexpr std::int64_t rows = 700, columns = 3, targets = 2, members = 4;  // two whole tiles and a ragged one
    problems::TestSet test{.rows = rows};
    for (const double v : test::normals(1, rows * columns)) test.x.push_back(static_cast<float>(v));
    for (const double v : test::normals(2, rows * targets)) test.y.push_back(v);
    const pool::Scaling scaling{{1, 0, -1}, {2, 1, 0.5}};
    const campaign::StandardisedTargets standard{{10, -3}, {2, 0.5}};
    models::Ensemble ensemble{.members = members};
    const auto said = [&](const float* x, std::size_t m, std::size_t t) { return x[0] + static_cast<float>(m + 1) * x[1] - static_cast<float>(t) * x[2]; };
    ensemble.predict = [&](const float* x, std::int64_t count, float* out) {
        for (std::int64_t i = 0; i < count; ++i) {
            for (std::size_t m = 0; m < members; ++m) {
                for (std::size_t t = 0; t < targets; ++t) *out++ = said(x + i * columns, m, t);
            }
        }
    };
    double expected = 0;
    for (std::int64_t i = 0; i < rows; ++i) {
        float x[columns];
        for (std::int64_t c = 0; c < columns; ++c) x[c] = (test.x[static_cast<std::size_t>(i * columns + c)] - scaling.shift[static_cast<std::size_t>(c)]) * scaling.factor[static_cast<std::size_t>(c)];
        for (std::size_t t = 0; t < targets; ++t) {
            double mean = 0;
            for (std::size_t m = 0; m < members; ++m) mean += static_cast<double>(said(x, m, t)) / members;
            const double difference = standard.mean[t] + standard.deviation[t] * mean - test.y[static_cast<std::size_t>(i) * targets + t];
            expected += difference * difference / static_cast<double>(rows * targets);
        }
    }
    const auto found = campaign::error_figures(ensemble, standard, scaling, test, ranks());
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].first, "test_mse");
    EXPECT_NEAR(found[0].second, expected, 1e-10 * expected);
    EXPECT_EQ(found, campaign::error_figures(ensemble, standard, scaling, test, ranks().split(-1))) << "the same bits as on one rank";
}

}  // namespace sluice
