#include "base/files.hpp"
#include "campaign/campaign.hpp"
#include "support/pools.hpp"

#include <gtest/gtest.h>

#include <map>

// The two promises, for everything that is registered: a method or a problem that is added is tested here without being named.
namespace sluice {

namespace {

using test::ranks;

const std::string on_a_pool = "[pool]\nfile = \"pool.h5\"\ntest = 30\n[problem]\nkind = \"closed-pool\"\n[[target]]\nname = \"y0\"\ngoal = \"maximize\"\n";
const std::string of_most_targets = on_a_pool + "[[target]]\nname = \"y1\"\ngoal = \"minimize\"\n[[target]]\nname = \"y2\"\ngoal = \"window\"\nwindow = [-1, 1]\n[[target]]\nname = \"y3\"\ngoal = \"maximize\"\n";
constexpr int classes = 3;
const std::string on_classes = fmt::format("[pool]\nfile = \"classes.h5\"\ntest = 30\n[problem]\nkind = \"closed-pool\"\n[[target]]\nname = \"y0\"\ngoal = \"classify\"\nclasses = {}\n", classes);

/// A way to choose batches: sections of a campaign file.
struct Way {
    std::string name;
    std::string sections;
    std::string problem = on_a_pool;
};

void PrintTo(const Way& way, std::ostream* out)
{
    *out << way.name;
}

/// Values of options that make any method quick, where it has them.
const std::map<std::string, std::int64_t> quick_options = {
    {"steps", 12}, {"steps_most", 24}, {"steps_least", 1}, {"steps_per_row", 1}, {"epochs", 6}, {"warm_epochs", 3}, {"width", 8}, {"hidden", 8}, {"depth", 1}, {"trials", 2}, {"components", 2},
    {"rounds", 6}, {"trees", 6}, {"passes", 4}, {"members", 4}};

std::string quick_lines(const std::vector<OptionSpec>& options)
{
    std::string text;
    for (const auto& option : options) {
        const auto quick = quick_options.find(option.name);
        if (quick != quick_options.end() && option.complaint(quick->second).empty()) text += fmt::format("{} = {}\n", option.name, quick->second);
    }
    return text;
}

template <typename Made>
std::string section(const std::string& title, const std::string& kind)
{
    return fmt::format("[{}]\nkind = \"{}\"\n{}", title, kind, quick_lines(Registration<Made>::all().at(kind)->options));
}

models::Family default_family(const std::string& kind)
{
    const auto* entry = models::FamilyRegistration::all().at(kind);
    return entry->make(Options(entry->options));
}

std::string surrogate(const std::string& kind)
{
    const auto quick = section<models::Family>("surrogate", kind);
    return quick + (quick.find("members") == std::string::npos ? "members = 4\n" : "") + "member_block = 2\n";
}

/// The first surrogate for classes.
std::string classifier()
{
    for (const auto& [family, entry] : models::FamilyRegistration::all()) {
        if (default_family(family).classifies) return family;
    }
    return "";
}

/// Every batch rule, by variance if it uses scores, and every score, by top-k: a rule knows of a score only its numbers. With a surrogate
/// that they can use.
std::vector<Way> rules_and_scores()
{
    std::vector<Way> ways;
    for (const auto& [rule, entry] : selection::SelectionRegistration::all()) {
        const auto made = entry->make(Options(entry->options));
        const auto rest = section<selection::Selection>("selection", rule) + surrogate(made.needs_posterior ? "gaussian-process" : "ridge-ensemble");
        ways.push_back({rule, (made.uses_scores ? section<acquisition::Score>("acquisition", "variance") : "") + rest});
    }
    for (const auto& [score, entry] : acquisition::ScoreRegistration::all()) {
        const auto made = entry->make(Options(entry->options));
        const auto* kind = made.needs_output_change ? "deep-mlp-ensemble" : "ridge-ensemble";
        ways.push_back({score, section<acquisition::Score>("acquisition", score) + surrogate(made.needs_probabilities ? classifier() : kind), made.needs_probabilities ? on_classes : on_a_pool});
    }
    return ways;
}

std::vector<Way> rules_for_classes()
{
    const auto& scores = acquisition::ScoreRegistration::all();
    const auto reads_classes = std::find_if(scores.begin(), scores.end(), [](const auto& score) { return score.second->make(Options(score.second->options)).needs_probabilities; });
    std::vector<Way> ways;
    for (const auto& [rule, entry] : selection::SelectionRegistration::all()) {
        const auto made = entry->make(Options(entry->options));
        if (made.needs_posterior) continue;
        ways.push_back({rule + " of classes", (made.uses_scores ? section<acquisition::Score>("acquisition", reads_classes->first) : "") + section<selection::Selection>("selection", rule) + surrogate(classifier()), on_classes});
    }
    return ways;
}

std::vector<Way> surrogates()
{
    std::vector<Way> ways;
    for (const auto& [family, entry] : models::FamilyRegistration::all()) ways.push_back({family, surrogate(family) + "[acquisition]\nkind = \"variance\"\n", default_family(family).classifies ? on_classes : on_a_pool});
    return ways;
}

/// Each strategy as it is, and so often with other choices that each of its options that is one of several names has had each of them.
std::vector<Way> strategies()
{
    std::vector<Way> ways;
    for (const auto& [strategy, entry] : StrategyRegistration::all()) {
        const auto base = section<Strategy>("strategy", strategy);
        ways.push_back({strategy, base});
        std::size_t most = 0;
        for (const auto& option : entry->options) most = std::max(most, option.choices.size());
        for (std::size_t way = 0; way < most; ++way) {
            auto sections = base;
            for (const auto& option : entry->options) {
                if (!option.choices.empty()) sections += fmt::format("{} = \"{}\"\n", option.name, option.choices[way % option.choices.size()]);
            }
            ways.push_back({fmt::format("{}.{}", strategy, way), sections});
        }
    }
    return ways;
}

/// With as many targets as fusion combines.
std::vector<Way> strategies_of_most_targets()
{
    std::vector<Way> ways;
    for (const auto& [strategy, entry] : StrategyRegistration::all()) ways.push_back({strategy + " of most targets", section<Strategy>("strategy", strategy), of_most_targets});
    return ways;
}

std::vector<std::string> simulators()
{
    std::vector<std::string> names;
    for (const auto& [name, entry] : problems::ProblemRegistration::all()) {
        const bool has_options = std::any_of(entry->options.begin(), entry->options.end(), [](const auto& option) { return option.is_required; });
        if (!has_options && entry->make(Options(entry->options)).simulator) names.push_back(name);
    }
    return names;
}

/// What a campaign leaves: its journal, where every batch, score, prediction and label stands with all digits, and its metrics.
std::string run(const std::filesystem::path& folder, const std::string& run_name, const std::string& sections, std::int64_t iterations, const Communicator& group)
{
    const auto text = fmt::format("[campaign]\nname = \"m\"\nbatch = 4\nseed = 3\niterations = {}\nstop = \"never\"\ninitial = {{ count = 9, rule = \"random\" }}\n[checkpoint]\nevery = 100\n{}",
                                  iterations, sections);
    campaign::Campaign campaign(campaign::parse_campaign(text, folder / "c.toml", {}), folder / run_name, group);
    campaign.run();
    std::string left;
    on_root(group, [&] { left = read_file(campaign.folder() / "journal.jsonl") + read_file(campaign.folder() / "metrics.csv"); });
    return group.broadcast(left, 0);
}

/// Two iterations by one rank without a stop; and by all ranks, with a stop in between after which nothing but the run folder is left.
void expect_promises(const std::filesystem::path& folder, const std::string& sections)
{
    const auto alone = ranks().split(-1);
    std::string reference;
    on_root(ranks(), [&] { reference = run(folder, "alone", sections, 2, alone); });
    reference = ranks().broadcast(reference, 0);
    EXPECT_NE(reference.find("\"iteration\":2"), std::string::npos);
    run(folder, "stopped", sections, 1, ranks());
    if (run(folder, "stopped", sections, 2, ranks()) == reference) return;
    const bool is_the_restart = run(folder, "together", sections, 2, ranks()) == reference;
    ADD_FAILURE() << (is_the_restart ? "other bytes after a restart" : fmt::format("other bytes on {} ranks than on one", ranks().size()));
}

class AllMethods : public ::testing::TestWithParam<Way> {
protected:
    static void SetUpTestSuite()
    {
        work = std::make_unique<test::SharedFolder>();
        test::write_pool({.rows = 260, .columns = 5, .tile_rows = 64, .targets = 4}, work->path / "pool.h5", ranks());
        test::write_pool({.rows = 260, .columns = 5, .tile_rows = 64, .classes = classes}, work->path / "classes.h5", ranks());
    }
    static void TearDownTestSuite() { work.reset(); }
    static std::unique_ptr<test::SharedFolder> work;
};

std::unique_ptr<test::SharedFolder> AllMethods::work;

class AllProblems : public ::testing::TestWithParam<std::string> {};

std::string test_name(const std::string& name)
{
    std::string letters;
    for (const char c : name) letters += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
    return letters;
}

}  // namespace

TEST_P(AllMethods, AreTheSameOnAnyRanksAndAfterARestart)
{
    const auto folder = work->path / GetParam().name;
    on_root(ranks(), [&] {
        make_folder(folder);
        for (const char* pool : {"pool.h5", "classes.h5"}) std::filesystem::create_hard_link(work->path / pool, folder / pool);
    });
    expect_promises(folder, GetParam().sections + GetParam().problem);
}

TEST_P(AllProblems, AreTheSameOnAnyRanksAndAfterARestart)
{
    const test::SharedFolder folder;
    for (const auto& option : problems::ProblemRegistration::all().at(GetParam())->options) {
        if (option.name != "file") continue;
        const auto file = std::get<std::string>(option.fallback);
        on_root(ranks(), [&] { std::filesystem::copy_file(std::filesystem::path(SLUICE_INPUTS) / "regression" / file, folder.path / file); });
    }
    expect_promises(folder.path, fmt::format("[pool]\nrows = 200\ntest = 30\n[problem]\nkind = \"{}\"\n[acquisition]\nkind = \"variance\"\n", GetParam()) + surrogate("ridge-ensemble"));
}

INSTANTIATE_TEST_SUITE_P(Steps, AllMethods, ::testing::ValuesIn(rules_and_scores()), [](const auto& info) { return test_name(info.param.name); });
INSTANTIATE_TEST_SUITE_P(Classes, AllMethods, ::testing::ValuesIn(rules_for_classes()), [](const auto& info) { return test_name(info.param.name); });
INSTANTIATE_TEST_SUITE_P(Surrogates, AllMethods, ::testing::ValuesIn(surrogates()), [](const auto& info) { return test_name(info.param.name); });
INSTANTIATE_TEST_SUITE_P(Strategies, AllMethods, ::testing::ValuesIn(strategies()), [](const auto& info) { return test_name(info.param.name); });
INSTANTIATE_TEST_SUITE_P(MostTargets, AllMethods, ::testing::ValuesIn(strategies_of_most_targets()), [](const auto& info) { return test_name(info.param.name); });
INSTANTIATE_TEST_SUITE_P(Simulators, AllProblems, ::testing::ValuesIn(simulators()), [](const auto& info) { return test_name(info.param); });

}  // namespace sluice
