#include "campaign/file/keys.hpp"

#include "acquisition/score.hpp"
#include "campaign/campaign_file.hpp"
#include "models/family.hpp"
#include "problems/problem.hpp"
#include "selection/strategy.hpp"

namespace sluice::campaign {

namespace {

const OptionSpec scaling_key =
    text("scaling", "standard").one_of({"standard", "none"}).help("of features, for models and distances: mean 0 and deviation 1 over the pool, or as stored");

const OptionSpec sparse_key = real("sparse", 0).at_least(0).at_most(0.9).help("share of the test rows, those with the fewest candidates near, on which the error is also given apart from that on the others; 0: it is not");

void describe_section(std::string& out, const std::string& section, const std::vector<OptionSpec>& specs)
{
    for (const auto& spec : specs) {
        out += fmt::format("{:<18} {:<14} {:<44} {:<12} {}\n", section, spec.name, spec.allowed(), spec.is_required ? "(required)" : sluice::to_toml(spec.fallback), spec.help_text);
    }
}

template <typename Made>
void describe_kinds(std::string& out, const std::string& section)
{
    for (const auto& [name, entry] : Registration<Made>::all()) {
        out += fmt::format("{:<18} kind = \"{}\": {}\n", section, name, entry->summary);
        describe_section(out, section, entry->options);
    }
}

}  // namespace

const std::vector<OptionSpec> campaign_keys = {
    text("name", "").required().help("of the campaign; also of its run folder"),
    whole("seed", 1).at_least(0).at_most(4294967295.0).help("of every random draw"),
    whole("batch", 10).at_least(1).at_most(1e6).help("rows asked for in one iteration"),
    whole("iterations", 50).at_least(0).help("batches at most, after the initial rows"),
    text("stop", "top-10").one_of({"top-10", "never"}).or_number().help(
        "top-10: a row of the best min(10, 1 %) of a closed pool is labelled; a number: a single target is as good as that; never by default where there is no best"),
};

const std::vector<OptionSpec> initial_keys = {
    whole("count", 20).at_least(1).help("initial rows"),
    text("rule", "").one_of({"lower-half", "random", "rows", "file", "latin-hypercube"}).help(
        "how they are chosen; by default lower-half for a closed pool that is searched for its best, latin-hypercube for a domain, else random"),
    numbers("rows").help("the rows, for rule = \"rows\""),
    text("file", "").help("CSV of rows or ids with known labels, for rule = \"file\""),
};

const std::vector<OptionSpec> pool_keys = {
    text("file", "").required().help("pool file, relative to the campaign file"),
    scaling_key,
    text("missing", "error").one_of({"error", "drop-row"}).help("what happens to a row with a feature that is not a number"),
    whole("test", 0).at_least(0).help("rows of a closed pool, drawn at random, that models are tested on and that are never asked for"),
    sparse_key,
    text("residency", "auto").one_of({"memory", "stream", "auto"}).help("features are kept in memory, or read again in every pass over the pool; auto: kept where they fit. The answers are the same"),
    real("kept_gigabytes", 0).at_least(0).help("features that a rank keeps at most, for residency = \"auto\"; 0: half of the node's memory, or of what its control group or SLURM allows, shared by its ranks"),
    whole("member_groups", 1).at_least(1).at_most(1024).help("consecutive ranks that share the surrogates of fusion: each predicts the rows of all of them with some, reading them from the file. The answers are the same"),
};

const std::vector<OptionSpec> simulated_pool_keys = {
    whole("rows", 0).at_least(1).at_most(1e10).help("candidates drawn by a simulator, in place of file"),
    whole("ratio", 0).at_least(1).at_most(1e6).help("in place of rows: for each batch so many candidates per row wanted, drawn anew; rows are numbered on through the campaign"),
    scaling_key,
    whole("test", 2000).at_least(0).at_most(1e7).help("further points, drawn by a simulator, that models are tested on"),
    sparse_key,
};

const std::vector<OptionSpec> domain_keys = {
    whole("dimension", 0).at_least(0).at_most(21201).help("features of a candidate; 0: as many as there are bounds"),
    numbers("lower").help("lowest values: one for all features, or one each"),
    numbers("upper").help("highest values"),
};

const std::vector<OptionSpec> target_keys = {
    text("name", "").required().help("a target of the pool, or an output of the simulator; a simulator's may all be left out, and are to be predicted then"),
    text("goal", "maximize").one_of({"maximize", "minimize", "window", "predict", "classify"}).help("what is wanted of it; predict: no value is better, the model is to learn all of them; classify: its values are numbers of classes, which a classifier is to learn"),
    numbers("window").help("lowest and highest value, for goal = \"window\""),
    whole("classes", 0).at_least(2).at_most(1000).help("for goal = \"classify\": how many; labels are whole numbers from 0 to classes - 1"),
};

const std::vector<OptionSpec> surrogate_keys = {
    whole("members", 10).at_least(1).at_most(1000).help("bootstrap members, at least 2; of mc-dropout, networks; of a Gaussian process, starts of the search for its kernel"),
    text("targets", "standardised").one_of({"standardised", "raw"}).help("what models learn, and scores and distances are of: each target with mean 0 and deviation 1 over the labels, or as it is"),
    whole("member_block", 5).at_least(1).at_most(1000).help("members trained as one batch; ranks share blocks, results depend on it in the last bits"),
};

const std::vector<OptionSpec> checkpoint_keys = {
    whole("every", 1).at_least(1).help("iterations between checkpoints"),
    real("seconds", 30.0).at_least(0).help("between checkpoints of a long training, beside those of iterations"),
};

std::string describe_keys()
{
    std::string out = fmt::format("{:<18} {:<14} {:<44} {:<12} {}\n", "section", "key", "allowed", "default", "meaning");
    describe_section(out, "campaign", campaign_keys);
    describe_section(out, "campaign.initial", initial_keys);
    describe_section(out, "pool", pool_keys);
    describe_section(out, "pool (simulator)", simulated_pool_keys);
    describe_section(out, "domain", domain_keys);
    describe_section(out, "target", target_keys);
    describe_kinds<problems::Problem>(out, "problem");
    describe_section(out, "surrogate", surrogate_keys);
    describe_kinds<models::Family>(out, "surrogate");
    describe_kinds<acquisition::Score>(out, "acquisition");
    describe_kinds<selection::Selection>(out, "selection");
    describe_kinds<Strategy>(out, "strategy");
    describe_section(out, "checkpoint", checkpoint_keys);
    return out;
}

}  // namespace sluice::campaign
