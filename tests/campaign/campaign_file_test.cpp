#include "campaign/campaign_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sluice::campaign {

namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using Settings = std::vector<std::string>;

const char* short_text = R"(
[campaign]
name = "short"
[pool]
file = "pool.h5"
[[target]]
name = "y"
[problem]
kind = "closed-pool"
[surrogate]
kind = "ridge-ensemble"
[acquisition]
kind = "ucb"
)";

const char* long_text = R"(
[campaign]
name = "a \"long\" one"
seed = 9
batch = 7
iterations = 3
stop = 1.25
initial = { rule = "rows", rows = [3, 1, 20000000] }
[pool]
file = "folder/pool.h5"
scaling = "none"
missing = "drop-row"
[[target]]
name = "gap"
goal = "window"
window = [0.1, 0.30000000000000004]
[problem]
kind = "ask-tell"
[surrogate]
kind = "mlp-ensemble"
members = 20
width = 16
learning_rate = 1e-3
[acquisition]
kind = "ei"
margin = 1
[selection]
kind = "max-dist"
[checkpoint]
every = 4
)";

CampaignFile parse(const std::string& text, const Settings& settings = {})
{
    return parse_campaign(text, "folder/c.toml", settings);
}

std::string complaint(const std::string& text, const Settings& settings = {})
{
    try {
        parse(text, settings);
    } catch (const Error& error) {
        return error.what();
    }
    return "";
}

std::string replaced(std::string text, const std::string& from, const std::string& to)
{
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
}

}  // namespace

TEST(CampaignFile, HasDefaultsForWhatIsNotSaid)
{
    const auto file = parse(short_text);
    EXPECT_EQ(file.name(), "short");
    EXPECT_EQ(file.seed(), 1U);
    EXPECT_EQ(file.campaign.whole("batch"), 10);
    EXPECT_EQ(file.campaign.text("stop"), "top-10");
    EXPECT_EQ(file.initial.text("rule"), "lower-half");
    EXPECT_EQ(file.initial.whole("count"), 20);
    EXPECT_EQ(file.surrogate_common.whole("members"), 10);
    EXPECT_EQ(file.acquisition.options.real("kappa"), 1.0);
    EXPECT_EQ(file.selection.kind, "top-k");
    EXPECT_EQ(file.pool_path(), std::filesystem::path("folder/pool.h5"));
    EXPECT_EQ(file.goals.at(0).kind, problems::GoalKind::maximize);
}

TEST(CampaignFile, SaysWhatItSays)
{
    const auto file = parse(long_text);
    EXPECT_EQ(file.name(), "a \"long\" one");
    EXPECT_EQ(file.campaign.real("stop"), 1.25);
    EXPECT_EQ(file.initial.numbers("rows"), (std::vector<double>{3, 1, 20000000}));
    EXPECT_EQ(file.goals.at(0).kind, problems::GoalKind::window);
    EXPECT_EQ(file.goals.at(0).high, 0.30000000000000004);
    EXPECT_EQ(file.surrogate_common.whole("members"), 20);
    EXPECT_EQ(file.surrogate.options.whole("width"), 16);
    EXPECT_EQ(file.acquisition.options.real("margin"), 1.0);
    EXPECT_EQ(file.checkpoint.whole("every"), 4);
}

TEST(CampaignFile, ResolvedParsesBackToItself)
{
    for (const char* text : {short_text, long_text}) {
        const auto file = parse(text);
        const auto again = parse(to_toml(file));
        EXPECT_EQ(to_toml(again), to_toml(file));
        EXPECT_EQ(identity(again), identity(file));
        EXPECT_EQ(again.pool_path(), file.pool_path());
        EXPECT_EQ(again.campaign.whole("iterations"), file.campaign.whole("iterations"));
    }
    const auto odd = parse(replaced(short_text, "\"short\"", "\"tab\\tnewline\\nbell\\u0007\\\\\""));
    EXPECT_EQ(parse(to_toml(odd)).name(), odd.name());
}

TEST(CampaignFile, ResolvedHasEveryDefault)
{
    const auto text = to_toml(parse(short_text));
    for (const char* line : {"seed = 1\n", "batch = 10\n", "iterations = 50\n", "stop = \"top-10\"\n", "count = 20\n", "rule = \"lower-half\"\n", "scaling = \"standard\"\n",
                             "missing = \"error\"\n", "goal = \"maximize\"\n", "members = 10\n", "member_block = 5\n", "lambda = 0.01\n", "kappa = 1.0\n", "kind = \"top-k\"\n",
                             "every = 1\n"}) {
        EXPECT_THAT(text, HasSubstr(line));
    }
}

TEST(Identity, IgnoresWhatDoesNotDecideResults)
{
    for (const char* setting : {"campaign.iterations=99", "pool.file=elsewhere/pool.h5", "checkpoint.every=7"}) {
        EXPECT_EQ(identity(parse(long_text, {setting})), identity(parse(long_text))) << setting;
        EXPECT_NE(to_toml(parse(long_text, {setting})), to_toml(parse(long_text))) << setting;
    }
    EXPECT_EQ(identity(parse_campaign(long_text, "other/place.toml", {})), identity(parse(long_text)));
}

TEST(Identity, ChangesWithEverythingElse)
{
    for (const char* setting : {"campaign.name=other", "campaign.seed=10", "campaign.batch=8", "campaign.stop=1.5", "campaign.stop=never", "campaign.initial.rows=[3, 1]",
                                "pool.scaling=standard", "pool.missing=error", "surrogate.members=21", "surrogate.member_block=4", "surrogate.width=17",
                                "surrogate.learning_rate=1e-4", "acquisition.margin=0.5", "selection.kind=top-k"}) {
        EXPECT_NE(identity(parse(long_text, {setting})), identity(parse(long_text))) << setting;
    }
    EXPECT_NE(identity(parse(replaced(long_text, "name = \"gap\"", "name = \"homo\""))), identity(parse(long_text)));
    EXPECT_NE(identity(parse(replaced(long_text, "0.1, 0.3", "0.2, 0.3"))), identity(parse(long_text)));
    EXPECT_NE(identity(parse(replaced(long_text, "0.30000000000000004", "0.3"))), identity(parse(long_text))) << "the last digit counts";
    EXPECT_NE(identity(parse(replaced(long_text, "kind = \"ei\"\nmargin = 1", "kind = \"variance\""))), identity(parse(long_text)));
    EXPECT_NE(identity(parse(replaced(short_text, "name = \"y\"", "name = \"y\"\ngoal = \"minimize\""))), identity(parse(short_text)));
}

TEST(CampaignFile, ReportsAllProblemsAtOnceWithTheirLines)
{
    const auto text = complaint(R"([campaign]
seed = -1
batch = "ten"
stop = "soon"
initial = { rule = "file", coutn = 3 }
[pool]
file = "pool.h5"
[[target]]
name = "y"
goal = "window"
[problem]
kind = "closed-pol"
[surogate]
kind = "ridge-ensemble"
[acquisition]
kind = "ucb"
kappo = 2
kappa = -0.5
)");
    for (const char* line : {"folder/c.toml:1: [campaign] name: missing", "folder/c.toml:2: [campaign] seed = -1: must be a whole number from 0 to 4294967295",
                             "folder/c.toml:3: [campaign] batch = 'ten': must be a whole number from 1 to 1000000",
                             "folder/c.toml:4: [campaign] stop = 'soon': must be one of \"top-10\", \"never\", or a number",
                             "folder/c.toml:5: [campaign.initial] coutn: unknown key; did you mean count?", "folder/c.toml:5: [campaign.initial] file: a CSV file goes with",
                             "[[target]] window: missing; must be [lowest, highest]", "folder/c.toml:12: [problem] kind = 'closed-pol': must be one of",
                             "did you mean \"closed-pool\"?", "folder/c.toml:13: [surogate]: unknown section; did you mean [surrogate]?",
                             "folder/c.toml:17: [acquisition] kappo: unknown key; did you mean kappa?", "folder/c.toml:18: [acquisition] kappa = -0.5: must be a number of at least 0",
                             "nothing was started"}) {
        EXPECT_THAT(text, HasSubstr(line));
    }
}

TEST(CampaignFile, CountsEachProblemOnce)
{
    const auto text = complaint(replaced(short_text, "\"ridge-ensemble\"", "\"ridge-ensemble\"\nsomething_else = 1"));
    EXPECT_THAT(text, AllOf(HasSubstr("folder/c.toml:12: [surrogate] something_else: unknown key; allowed: "), HasSubstr("\n1 problem in folder/c.toml")));
}

TEST(CampaignFile, SettingsWinOverTheFile)
{
    const auto file = parse(long_text, {"campaign.seed=5", "campaign.name=plain text", "campaign.initial.rows=[8]", "surrogate.width=64", "checkpoint.every=2", "selection.kind=top-k"});
    EXPECT_EQ(file.seed(), 5U);
    EXPECT_EQ(file.name(), "plain text");
    EXPECT_EQ(file.initial.numbers("rows"), std::vector<double>{8});
    EXPECT_EQ(file.surrogate.options.whole("width"), 64);
    EXPECT_EQ(file.checkpoint.whole("every"), 2);
    EXPECT_EQ(file.selection.kind, "top-k");
    EXPECT_EQ(parse(short_text, {"checkpoint.every=3"}).checkpoint.whole("every"), 3) << "a section that the file does not have";
    EXPECT_EQ(parse(short_text, {"campaign.seed=5", "campaign.seed=6"}).seed(), 6U) << "the last one wins";
}

TEST(CampaignFile, NamesTheSettingThatIsWrong)
{
    EXPECT_THAT(complaint(short_text, {"campaign.batch=0"}), AllOf(HasSubstr("--set campaign.batch: [campaign] batch = 0: must be"), Not(HasSubstr("c.toml:3"))));
    EXPECT_THAT(complaint(short_text, {"campaign.initial.count=x"}), HasSubstr("--set campaign.initial.count: [campaign.initial] count = 'x'"));
    EXPECT_THAT(complaint(short_text, {"acquisition.kapa=1"}), HasSubstr("--set acquisition.kapa: [acquisition] kapa: unknown key; did you mean kappa?"));
    EXPECT_THAT(complaint(short_text, {"acquisition.kind=ucd"}), HasSubstr("--set acquisition.kind: [acquisition] kind = 'ucd'"));
    for (const char* malformed : {"seed=5", "campaign.seed", ".seed=5", "campaign.=5"}) EXPECT_THAT(complaint(short_text, {malformed}), HasSubstr(std::string("--set ") + malformed + ": must be section.key=value"));
    EXPECT_THAT(complaint(short_text, {"target.name=z"}), HasSubstr("target is not a section with keys"));
}

TEST(CampaignFile, RefusesWhatDoesNotGoTogether)
{
    const std::string open = replaced(short_text, "closed-pool", "ask-tell");
    EXPECT_EQ(complaint(open), "");
    EXPECT_EQ(parse(open).campaign.text("stop"), "never");
    EXPECT_EQ(parse(open).initial.text("rule"), "random");
    EXPECT_THAT(complaint(open, {"campaign.stop=top-10"}), HasSubstr("only for a closed pool"));
    EXPECT_THAT(complaint(open, {"campaign.initial.rule=lower-half"}), HasSubstr("only for a closed pool"));
    EXPECT_THAT(complaint(std::string(short_text) + "[[target]]\nname = \"z\"\n", {"campaign.stop=3"}), HasSubstr("a number needs a single target"));
    EXPECT_THAT(complaint(std::string(short_text) + "[[target]]\nname = \"y\"\n"), HasSubstr("[[target]] name = \"y\": appears twice"));
    EXPECT_THAT(complaint(short_text, {"campaign.initial.rule=rows"}), HasSubstr("a list of rows goes with rule"));
    EXPECT_THAT(complaint(short_text, {"campaign.initial.rows=[1]"}), HasSubstr("a list of rows goes with rule"));
    EXPECT_THAT(complaint(long_text, {"campaign.initial.rows=[1, 2, 1]"}), HasSubstr("1 appears twice"));
    EXPECT_THAT(complaint(long_text, {"campaign.initial.rows=[1.5, -1]"}), AllOf(HasSubstr("1.5 is not a row number"), HasSubstr("-1 is not a row number")));
    EXPECT_THAT(complaint(short_text, {"campaign.name=a/b"}), HasSubstr("must be usable as a file name"));
    EXPECT_NE(complaint(short_text, {"campaign.name=\"\""}), "");
    EXPECT_NE(complaint(short_text, {"pool.file=\"\""}), "");
    EXPECT_THAT(complaint(replaced(long_text, "[0.1, 0.30000000000000004]", "[2, 1]")), HasSubstr("must be [lowest, highest]"));
    EXPECT_NE(complaint(replaced(long_text, "[0.1, 0.30000000000000004]", "[0, inf]")), "") << "a window without a centre";
    EXPECT_THAT(complaint(replaced(short_text, "name = \"y\"", "name = \"y\"\nwindow = [1, 2]")), HasSubstr("only for goal = \"window\""));
}

TEST(CampaignFile, NeedsASurrogateWhereTheScoreDoes)
{
    const std::string without = replaced(short_text, "[surrogate]\nkind = \"ridge-ensemble\"\n", "");
    EXPECT_THAT(complaint(without), AllOf(HasSubstr("[surrogate]: missing"), HasSubstr("ridge-ensemble")));
    EXPECT_EQ(complaint(replaced(without, "\"ucb\"", "\"random\"")), "");
}

// ---- Simulators, and targets that are to be predicted ------------------------------------------------------------------------

namespace {

const char* simulated_text = R"([campaign]
name = "simulated"
[pool]
rows = 5000
[problem]
kind = "double-well"
[acquisition]
kind = "random"
)";

const std::string predicting_text = replaced(short_text, "name = \"y\"", "name = \"y\"\ngoal = \"predict\"");

}  // namespace

TEST(SimulatorFile, PredictsAllOutputsByDefault)
{
    const auto file = parse(simulated_text);
    ASSERT_EQ(file.goals.size(), 20U);
    EXPECT_EQ(file.goals[0].target, "q1_step250");
    EXPECT_EQ(file.goals[19].target, "q5_step1000");
    for (const auto& goal : file.goals) EXPECT_EQ(goal.kind, problems::GoalKind::predict);
    EXPECT_TRUE(file.pool_is_drawn());
    EXPECT_TRUE(file.predicts());
    EXPECT_EQ(file.pool.whole("rows"), 5000);
    EXPECT_EQ(file.pool.whole("test"), 2000);
    EXPECT_EQ(file.campaign.text("stop"), "never");
    EXPECT_EQ(file.initial.text("rule"), "random");
}

TEST(SimulatorFile, IsReadBackAsItWasResolved)
{
    const auto file = parse(simulated_text, {"pool.test=30", "pool.scaling=none"});
    const auto again = parse(to_toml(file));
    EXPECT_EQ(to_toml(again), to_toml(file));
    EXPECT_EQ(identity(again), identity(file));
    EXPECT_EQ(again.pool.whole("test"), 30);
    for (const char* setting : {"pool.rows=5001", "pool.test=29", "pool.scaling=standard", "campaign.seed=2"}) {
        EXPECT_NE(identity(parse(to_toml(file), {setting})), identity(file)) << setting;
    }
}

TEST(SimulatorFile, SaysWhatDoesNotGoWithASimulator)
{
    EXPECT_THAT(complaint(replaced(simulated_text, "rows = 5000", "file = \"pool.h5\"")),
                AllOf(HasSubstr("c.toml:4: [pool] file: not with [problem] kind = \"double-well\""), HasSubstr("[pool] rows: missing; a whole number from 1")));
    EXPECT_THAT(complaint(simulated_text, {"pool.missing=drop-row"}), HasSubstr("[pool] missing: unknown key"));
    EXPECT_THAT(complaint(simulated_text, {"campaign.stop=top-10"}), HasSubstr("only for a closed pool"));
    EXPECT_THAT(complaint(simulated_text, {"campaign.initial.rule=lower-half"}), HasSubstr("only for a closed pool"));
    EXPECT_THAT(complaint(std::string(simulated_text) + "[domain]\nlower = [0]\nupper = [1]\n"), HasSubstr("[problem] kind = \"double-well\": not with [domain]"));
    EXPECT_THAT(complaint(replaced(simulated_text, "double-well", "ternary") + "[[target]]\nname = \"y\"\n"), "");
    EXPECT_THAT(complaint(replaced(simulated_text, "double-well", "ternary") + "[[target]]\nname = \"z\"\n"), HasSubstr("[[target]] name = \"z\": not an output of \"ternary\"; allowed: y"));
    EXPECT_THAT(complaint(std::string(simulated_text) + "[[target]]\nname = \"q1_step250\"\n"), HasSubstr("1 of the 20 outputs of \"double-well\"; name all of them, or none"));
}

TEST(FreshPoolFile, IsReadBackAndIsNotThatOfAFixedPool)
{
    const auto text = replaced(simulated_text, "rows = 5000", "ratio = 8");
    const auto file = parse(text, {"campaign.batch=40"});
    EXPECT_TRUE(file.pool_is_fresh());
    EXPECT_EQ(file.drawn_rows(), 320);
    const auto again = parse(to_toml(file));
    EXPECT_EQ(to_toml(again), to_toml(file));
    EXPECT_EQ(identity(again), identity(file));
    EXPECT_NE(identity(parse(text, {"campaign.batch=40", "pool.ratio=9"})), identity(file));
    EXPECT_NE(identity(parse(simulated_text, {"campaign.batch=40", "pool.rows=320"})), identity(file));
    EXPECT_FALSE(parse(simulated_text).pool_is_fresh());
    EXPECT_THAT(to_toml(parse(simulated_text)), Not(HasSubstr("\nratio = ")));
}

TEST(FreshPoolFile, SaysWhatDoesNotGoWithIt)
{
    const auto text = replaced(simulated_text, "rows = 5000", "ratio = 8");
    EXPECT_EQ(complaint(text), "");
    EXPECT_THAT(complaint(text, {"pool.rows=10"}), HasSubstr("[pool] rows, ratio: one of them"));
    EXPECT_THAT(complaint(text, {"campaign.initial.rule=file", "campaign.initial.file=labels.csv"}), HasSubstr("rule = \"file\": not with [pool] ratio"));
    EXPECT_THAT(complaint(replaced(text, "[acquisition]\nkind = \"random\"", "[strategy]\nkind = \"two-index\"")), HasSubstr("[pool] ratio: not with [strategy]"));
    EXPECT_THAT(complaint(text, {"acquisition.kind=emoc", "surrogate.kind=ridge-ensemble"}), HasSubstr("needs a [surrogate] that can be differentiated by its parameters: \"deep-mlp-ensemble\""));
    EXPECT_EQ(complaint(text, {"acquisition.kind=emoc", "surrogate.kind=deep-mlp-ensemble"}), "");
}

TEST(Surrogate, LearnsStandardisedTargetsUnlessToldAndThenKeepsOlderRuns)
{
    EXPECT_FALSE(parse(short_text).learns_raw_targets());
    EXPECT_TRUE(parse(short_text, {"surrogate.targets=raw"}).learns_raw_targets());
    EXPECT_EQ(identity(parse(short_text)), identity(parse(short_text, {"surrogate.targets=standardised"})));
    EXPECT_NE(identity(parse(short_text)), identity(parse(short_text, {"surrogate.targets=raw"})));
}

TEST(PoolFile, IsWhatOtherProblemsHave)
{
    EXPECT_THAT(complaint(replaced(short_text, "file = \"pool.h5\"", "rows = 50")), AllOf(HasSubstr("[pool] rows: only with a simulator"), HasSubstr("[pool] file: missing")));
    const std::string asked = replaced(short_text, "closed-pool", "ask-tell");
    EXPECT_THAT(complaint(asked, {"pool.test=3"}), HasSubstr("[pool] test: only for a closed pool"));
    EXPECT_EQ(parse(short_text).pool.whole("test"), 0);
    EXPECT_EQ(complaint(short_text, {"pool.test=3"}), "");
    EXPECT_NE(identity(parse(short_text, {"pool.test=3"})), identity(parse(short_text)));
}

/// The hash of a run that was written before pools had test rows.
TEST(PoolFile, WithoutTestRowsKeepsTheIdentityOfRunsThatKnewOfNone)
{
    EXPECT_EQ(identity(parse(short_text)), identity(parse(short_text, {"pool.test=0"})));
    EXPECT_NE(identity(parse(short_text)), identity(parse(short_text, {"pool.test=5"})));
}

TEST(PredictedTargets, HaveNoBest)
{
    const std::string ucb = predicting_text;
    EXPECT_THAT(complaint(ucb), HasSubstr("[acquisition] kind = \"ucb\": nothing is better where goal = \"predict\"; allowed here: \"bald\", \"emoc\", \"learning-loss\", \"mse-oracle\", \"random\", \"variance\""));
    EXPECT_THAT(complaint(replaced(ucb, "\"ucb\"", "\"ei\"")), HasSubstr("[acquisition] kind = \"ei\": nothing is better"));
    const std::string variance = replaced(ucb, "\"ucb\"", "\"variance\"");
    EXPECT_EQ(complaint(variance), "");
    EXPECT_EQ(parse(variance).campaign.text("stop"), "never");
    EXPECT_EQ(parse(variance).initial.text("rule"), "random");
    EXPECT_THAT(complaint(variance, {"campaign.stop=top-10"}), HasSubstr("no row is best where goal = \"predict\""));
    EXPECT_THAT(complaint(variance, {"campaign.stop=3"}), HasSubstr("nothing is better where goal = \"predict\""));
    EXPECT_THAT(complaint(variance, {"campaign.initial.rule=lower-half"}), HasSubstr("no half is lower where goal = \"predict\""));
    const auto fusion = replaced(replaced(predicting_text, "[surrogate]\nkind = \"ridge-ensemble\"\n", ""), "[acquisition]\nkind = \"ucb\"", "[strategy]\nkind = \"fusion\"");
    EXPECT_THAT(complaint(fusion), HasSubstr("[strategy] kind = \"fusion\": searches for the best"));
}

TEST(ClassifiedTarget, IsReadBackAndHasNoBest)
{
    const std::string text = R"([campaign]
name = "c"
[pool]
file = "pool.h5"
[[target]]
name = "phase"
goal = "classify"
classes = 3
[problem]
kind = "closed-pool"
[surrogate]
kind = "classifier-ensemble"
[acquisition]
kind = "vote-entropy"
)";
    const auto file = parse_campaign(text, "c.toml", {});
    EXPECT_TRUE(file.classifies());
    EXPECT_TRUE(file.predicts());
    EXPECT_EQ(file.goals[0].classes, 3);
    EXPECT_EQ(file.campaign.text("stop"), "never");
    EXPECT_EQ(file.initial.text("rule"), "random");
    const auto again = parse_campaign(to_toml(file), "c.toml", {});
    EXPECT_EQ(to_toml(again), to_toml(file));
    EXPECT_EQ(identity(again), identity(file));
    auto more = text;
    more.replace(more.find("classes = 3"), 11, "classes = 4");
    EXPECT_NE(identity(parse_campaign(more, "c.toml", {})), identity(file));
    // A dropout network is a committee by itself; a bootstrap ensemble of one is none.
    EXPECT_NO_THROW(parse_campaign(text, "c.toml", {"surrogate.kind=mc-dropout-classifier", "surrogate.members=1"}));
    EXPECT_THROW(parse_campaign(text, "c.toml", {"surrogate.members=1"}), Error);
}

TEST(SparseRegions, AreToldApartWhereNumbersAreTested)
{
    const auto file = parse_campaign(short_text, "c.toml", {"pool.test=10", "pool.sparse=0.2"});
    EXPECT_EQ(file.pool.real("sparse"), 0.2);
    EXPECT_NE(identity(file), identity(parse_campaign(short_text, "c.toml", {"pool.test=10"})));
    EXPECT_THROW(parse_campaign(short_text, "c.toml", {"pool.sparse=0.2"}), Error);
}

TEST(BatchRule, ThatUsesNoScoresNeedsNoAcquisition)
{
    const auto unscored = replaced(short_text, "[acquisition]\nkind = \"ucb\"\n", "[selection]\nkind = \"gsxy\"\n");
    EXPECT_EQ(complaint(unscored), "");
    EXPECT_EQ(parse(unscored).acquisition.kind, "");
    EXPECT_EQ(to_toml(parse(to_toml(parse(unscored)))), to_toml(parse(unscored)));
    EXPECT_THAT(complaint(unscored, {"selection.kind=qbc-div"}), HasSubstr("[acquisition] kind: missing"));
    EXPECT_EQ(complaint(replaced(unscored, "[surrogate]\nkind = \"ridge-ensemble\"\n", ""), {"selection.kind=k-center"}), "");
    EXPECT_THAT(complaint(replaced(unscored, "[surrogate]\nkind = \"ridge-ensemble\"\n", "")), HasSubstr("[surrogate]: missing; [selection] kind = \"gsxy\" needs one of: adam-mlp-ensemble"));
}

TEST(BatchRule, MayNeedAGaussianProcess)
{
    const auto scored = std::string(short_text) + "[selection]\nkind = \"conditioned-variance\"\n";
    EXPECT_THAT(complaint(scored), HasSubstr("folder/c.toml:15: [selection] kind = \"conditioned-variance\": needs a [surrogate] kind that is a Gaussian process: gaussian-process"));
    EXPECT_EQ(complaint(scored, {"surrogate.kind=gaussian-process"}), "");
    EXPECT_THAT(complaint(scored, {"selection.kind=uncertain-then-diverse", "selection.diversity=conditioned-variance"}), HasSubstr("needs a [surrogate] kind that is a Gaussian process"));
}

TEST(BatchRule, ChecksWhatItIsMadeOf)
{
    const auto two_stages = std::string(short_text) + "[selection]\nkind = \"uncertain-then-diverse\"\n";
    EXPECT_EQ(complaint(two_stages, {"selection.diversity=gsy"}), "");
    EXPECT_THAT(complaint(two_stages, {"selection.diversity=gsz"}), HasSubstr("[selection] diversity = \"gsz\": must be one of \"bait\", \"conditioned-variance\", \"gsxy\""));
    const auto weighted = std::string(short_text) + "[selection]\nkind = \"qbc-div-den\"\n";
    EXPECT_EQ(complaint(weighted), "");
    EXPECT_THAT(complaint(weighted, {"selection.density=0.7"}), HasSubstr("leaves nothing for the score"));
}

TEST(Surrogate, ThatIsADistributionMayHaveOneMember)
{
    EXPECT_THAT(complaint(short_text, {"surrogate.members=1"}), HasSubstr("--set surrogate.members: [surrogate] members = 1: must be a whole number from 2"));
    EXPECT_EQ(complaint(short_text, {"surrogate.members=1", "surrogate.kind=mc-dropout"}), "");
}

TEST(CampaignFile, NamesTheLineThatIsNotToml)
{
    EXPECT_THAT(complaint("[campaign]\nname = \n"), HasSubstr("folder/c.toml:2: not valid TOML"));
}

}  // namespace sluice::campaign
