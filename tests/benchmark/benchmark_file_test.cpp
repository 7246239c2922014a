#include "benchmark/benchmark_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sluice::benchmark {

namespace {

using campaign::Against;
using ::testing::HasSubstr;

const std::string head = R"([benchmark]
name = "b"
seeds = [3, 1]
[common]
pool = { rows = 100, test = 20, scaling = "none" }
campaign.batch = 7
surrogate = { kind = "mlp-ensemble", members = 4, width = 8 }
acquisition.kind = "variance"
[problem.sine]
problem.kind = "sine"
[problem.damp]
problem.kind = "damp"
surrogate.width = 30
)";

const std::string methods = R"([method.random]
acquisition.kind = "random"
[method.by-trees]
surrogate = { kind = "lightgbm-ensemble" }
[method.a-strategy]
strategy = { kind = "two-index", members = 3 }
)";

BenchmarkFile parsed(const std::string& text, const std::vector<std::string>& settings = {})
{
    return parse_benchmark(text, "b.toml", settings, Against::nothing);
}

std::string complaint(const std::string& text)
{
    try {
        parsed(text);
    } catch (const Error& error) {
        return error.what();
    }
    return "";
}

}  // namespace

TEST(BenchmarkFile, LaysMethodsOverProblemsOverWhatIsCommon)
{
    const auto file = parsed(head + methods, {"campaign.iterations=9"});
    EXPECT_EQ(file.problems, (std::vector<std::string>{"sine", "damp"})) << "the order of the file, not of the alphabet";
    EXPECT_EQ(file.methods, (std::vector<std::string>{"random", "by-trees", "a-strategy"}));
    EXPECT_EQ(file.runs().size(), 12u);

    const auto random = file.campaign({1, 0, 3});
    EXPECT_EQ(random.name(), "random");
    EXPECT_EQ(random.seed(), 3u);
    EXPECT_EQ(random.problem.kind, "damp");
    EXPECT_EQ(random.acquisition.kind, "random");
    EXPECT_EQ(random.campaign.whole("batch"), 7);
    EXPECT_EQ(random.campaign.whole("iterations"), 9);
    EXPECT_EQ(random.surrogate.options.whole("width"), 30) << "a problem's key in a section that all have";
    EXPECT_EQ(random.surrogate_common.whole("members"), 4);
    EXPECT_EQ(file.campaign({0, 0, 3}).surrogate.options.whole("width"), 8);

    const auto trees = file.campaign({1, 1, 3});
    EXPECT_EQ(trees.surrogate.kind, "lightgbm-ensemble") << "another kind stands in place of the section below";
    EXPECT_EQ(trees.surrogate_common.whole("members"), 10) << "its default";
    EXPECT_EQ(trees.acquisition.kind, "variance");

    const auto strategy = file.campaign({0, 2, 1});
    EXPECT_EQ(strategy.strategy.kind, "two-index");
    EXPECT_TRUE(strategy.surrogate.kind.empty()) << "a strategy stands in place of the steps";
}

TEST(BenchmarkFile, ANamedWayInStepsStandsInPlaceOfACommonStrategy)
{
    const auto file = parsed(R"([benchmark]
name = "b"
seeds = [1]
[common]
pool.rows = 100
strategy.kind = "two-index"
[problem.sine]
problem.kind = "sine"
[method.random]
acquisition.kind = "random"
[method.two-index]
strategy.score = "random"
)");
    EXPECT_TRUE(file.campaign({0, 0, 1}).strategy.kind.empty());
    EXPECT_EQ(file.campaign({0, 1, 1}).strategy.options.text("score"), "random");
}

TEST(BenchmarkFile, TellsAllMistakesAtOnceEachOnceWithItsLineAndWhoHasIt)
{
    const auto what = complaint(head + methods + "[method.gsy]\nselection = { kind = \"gsy\", kappa = 1 }\n[method.gp]\nselection.kind = \"conditioned-variance\"\n[comon]\n");
    EXPECT_THAT(what, HasSubstr("b.toml:24: [comon]: unknown section; did you mean [common]?"));
    EXPECT_THAT(what, HasSubstr("b.toml:21: [selection] kappa: unknown key"));
    EXPECT_THAT(what, HasSubstr("(method gsy)"));
    EXPECT_THAT(what, HasSubstr("(method gp)"));
    EXPECT_THAT(what, HasSubstr("\n3 problems in b.toml"));
    auto common = head;
    common.replace(common.find("batch = 7"), 9, "batch = 0");
    EXPECT_EQ(complaint(common + methods), "b.toml:6: [campaign] batch = 0: must be a whole number from 1 to 1000000\n1 problem in b.toml; nothing was started");
}

TEST(BenchmarkFile, RefusesWhatWouldMixUpItsRuns)
{
    EXPECT_THAT(complaint(head + "[method.m]\ncampaign.seed = 2\n"), HasSubstr("[method.m] campaign.seed: not in a benchmark; seeds are in [benchmark] seeds"));
    EXPECT_THAT(complaint(head + "[method.\"a/b\"]\n"), HasSubstr("must be usable as a file name"));
    EXPECT_THAT(complaint(head + "[method.m]\n"), HasSubstr("[benchmark] baseline = \"random\": must be a method of the file; allowed: m"));
    EXPECT_THAT(complaint(head), HasSubstr("[method.NAME]: missing"));
    EXPECT_THAT(complaint("[benchmark]\nname = \"b\"\nseeds = [1, 1, -1, 0.5]\n"), HasSubstr("seeds: 1 appears twice"));
    EXPECT_THAT(complaint("[benchmark]\nname = \"b\"\nseeds = [1, 1, -1, 0.5]\n"), HasSubstr("seeds: 0.5 is not a whole number"));
    EXPECT_THAT(complaint("[benchmark]\nname = \"b\"\nseeds = []\n"), HasSubstr("seeds = []: at least one is needed"));
}

TEST(BenchmarkFile, RefusesAProblemThatNobodyAnswers)
{
    const auto what = complaint(R"([benchmark]
name = "b"
seeds = [1]
[problem.asked]
problem.kind = "ask-tell"
pool.file = "pool.h5"
target = [{ name = "y" }]
[method.random]
acquisition.kind = "random"
)");
    EXPECT_THAT(what, HasSubstr("[problem] kind = \"ask-tell\": has no oracle"));
}

TEST(BenchmarkFile, KeepsSomeOfItsProblemsAndMethods)
{
    auto file = parsed(head + methods);
    file.keep({"damp"}, {"a-strategy", "random"});
    EXPECT_EQ(file.problems, (std::vector<std::string>{"damp"}));
    EXPECT_EQ(file.methods, (std::vector<std::string>{"random", "a-strategy"})) << "the order of the file";
    EXPECT_EQ(file.campaign({0, 1, 3}).strategy.kind, "two-index");
    file.keep({}, {});
    EXPECT_EQ(file.runs().size(), 4u);
    const auto refused = [](const std::vector<std::string>& problems, const std::vector<std::string>& some_methods) {
        try {
            parsed(head + methods).keep(problems, some_methods);
        } catch (const Error& error) {
            return std::string(error.what());
        }
        return std::string();
    };
    EXPECT_EQ(refused({"damp", "sin"}, {}), "--problems sin: not a problem of the file; allowed: sine, damp");
    EXPECT_EQ(refused({}, {"by-trees"}), "--methods: random must be among them, as the baseline");
}

}  // namespace sluice::benchmark
