// Runs campaigns for every surrogate, acquisition and selection, for fusion, for simulators, and for awkward pools, on the ranks and threads that it is started with, one run folder
// each. same_everywhere.py compares the folders of several starts.   campaign_matrix FOLDER THREADS

#include "acquisition/score.hpp"
#include "base/log.hpp"
#include "campaign/campaign.hpp"
#include "parallel/runtime.hpp"
#include "support/pools.hpp"

namespace {

const sluice::Communicator* world = nullptr;

using sluice::Registration;

const char* campaign_text = R"(
[campaign]
name = "matrix"
seed = 7
batch = 6
iterations = 2
stop = "never"
initial = {{ count = 12 }}
[pool]
file = "{pool}.h5"
{targets}
[problem]
kind = "closed-pool"
{strategy}
)";

const char* steps_text = R"([surrogate]
kind = "{surrogate}"
members = 7
member_block = 3
{options}
[acquisition]
kind = "{acquisition}"
[selection]
kind = "{selection}"
)";

std::string steps(const std::string& surrogate, const std::string& acquisition, const std::string& selection)
{
    return fmt::format(fmt::runtime(steps_text), fmt::arg("surrogate", surrogate), fmt::arg("options", surrogate == "mlp-ensemble" ? "width = 16\nsteps = 20" : ""),
                       fmt::arg("acquisition", acquisition), fmt::arg("selection", selection));
}

void run_campaign(const std::filesystem::path& folder, const std::string& name, const std::string& pool, int targets, const std::string& strategy)
{
    std::string sections;
    const char* goals[] = {"goal = \"maximize\"", "goal = \"minimize\"", "goal = \"window\"\nwindow = [-1.0, 1.0]", "goal = \"maximize\""};
    for (int t = 0; t < targets; ++t) sections += fmt::format("[[target]]\nname = \"y{}\"\n{}\n", t, goals[t]);
    const auto text = fmt::format(fmt::runtime(campaign_text), fmt::arg("pool", pool), fmt::arg("targets", sections), fmt::arg("strategy", strategy));
    const auto file = sluice::campaign::parse_campaign(text, folder / "campaign.toml", {});
    sluice::campaign::Campaign campaign(file, folder / name, *world);
    campaign.run();
    campaign.write_map();
}

const char* generated_text = R"(
[campaign]
name = "generated"
seed = 5
batch = 6
iterations = 3
initial = {{ count = 12 }}
[domain]
dimension = 4
lower = [-5]
upper = [3, 4, 5, 6]
[[target]]
name = "value"
goal = {goal}
[problem]
kind = "function"
name = "rastrigin"
[strategy]
kind = "fusion"
mode = "{mode}"
members = 4
trials = 2
population = 20
generations = 20
kept = 400
{more}
)";

void run_generated(const std::filesystem::path& folder, const std::string& name, const std::string& mode, const std::string& goal, const std::string& more = "")
{
    const auto text = fmt::format(fmt::runtime(generated_text), fmt::arg("mode", mode), fmt::arg("goal", goal), fmt::arg("more", more));
    sluice::campaign::Campaign campaign(sluice::campaign::parse_campaign(text, folder / "campaign.toml", {}), folder / name, *world);
    campaign.run();
    campaign.write_map();
}

const char* simulated_text = R"(
[campaign]
name = "simulated"
seed = 5
batch = 6
iterations = 2
initial = {{ count = 12 }}
[pool]
rows = 5000
test = 40
[problem]
kind = "{simulator}"
{strategy}
)";

/// Every simulator, with labels by chance, where a surrogate is least sure, and by the batch rules of two-index uncertainty.
void run_simulated(const std::filesystem::path& folder)
{
    for (const char* simulator : {"multimodal", "double-well", "ternary"}) {
        std::vector<std::pair<std::string, std::string>> ways = {{"random", "[acquisition]\nkind = \"random\"\n"}, {"variance", steps("ridge-ensemble", "variance", "max-dist")}};
        for (const char* way : {"mi-lb.top-k", "mi-lb.sbal", "mi-lb.max-dist", "variance.top-k", "random.core-set", "random.bait"}) {
            const std::string name = way, score = name.substr(0, name.find('.')), rule = name.substr(name.find('.') + 1);
            const auto* recipe = rule == "top-k" ? "published" : "robust";
            ways.emplace_back(name, fmt::format("[strategy]\nkind = \"two-index\"\nscore = \"{}\"\nbatch_rule = \"{}\"\nrecipe = \"{}\"\nmembers = 5\nmember_block = 2\ncomponents = 3\n"
                                                "width = 16\nsteps_most = 40\n", score, rule, recipe));
        }
        for (const auto& [name, strategy] : ways) {
            const auto text = fmt::format(fmt::runtime(simulated_text), fmt::arg("simulator", simulator), fmt::arg("strategy", strategy));
            sluice::campaign::Campaign campaign(sluice::campaign::parse_campaign(text, folder / "campaign.toml", {}), folder / fmt::format("{}.{}", simulator, name), *world);
            campaign.run();
            campaign.write_map();
        }
    }
}

/// The batch rules that any surrogate serves.
std::vector<std::string> selections()
{
    std::vector<std::string> all;
    for (const auto& [name, entry] : Registration<sluice::selection::Selection>::all()) {
        if (!entry->make(sluice::Options(entry->options)).needs_posterior) all.push_back(name);
    }
    return all;
}

/// The scores that any surrogate serves.
std::vector<std::string> scores()
{
    std::vector<std::string> all;
    for (const auto& [name, entry] : Registration<sluice::acquisition::Score>::all()) {
        const auto made = entry->make(sluice::Options(entry->options));
        if (!made.needs_output_change && !made.needs_probabilities) all.push_back(name);
    }
    return all;
}

/// The surrogates of numbers.
std::vector<std::string> surrogates()
{
    std::vector<std::string> all;
    for (const auto& [name, entry] : Registration<sluice::models::Family>::all()) {
        if (!entry->make(sluice::Options(entry->options)).classifies) all.push_back(name);
    }
    return all;
}

void run_all(const std::filesystem::path& folder)
{
    using sluice::pool::FeatureType;
    using sluice::test::write_pool;
    write_pool({.rows = 1013, .columns = 37, .tile_rows = 64}, folder / "ragged.h5", *world);
    write_pool({.rows = 90, .columns = 5, .tile_rows = 64}, folder / "fewer-tiles-than-ranks.h5", *world);
    write_pool({.rows = 600, .columns = 3, .tile_rows = 64, .distinct = 3}, folder / "duplicated-rows.h5", *world);
    write_pool({.rows = 500, .columns = 41, .tile_rows = 64, .type = FeatureType::bits}, folder / "bits.h5", *world);
    write_pool({.rows = 500, .columns = 9, .tile_rows = 64, .type = FeatureType::float16, .targets = 4}, folder / "four-targets.h5", *world);

    const auto awkward = {"fewer-tiles-than-ranks", "duplicated-rows", "bits", "four-targets"};
    const auto targets_of = [](const std::string& pool) { return pool == "four-targets" ? 4 : 1; };
    for (const std::string surrogate : {"ridge-ensemble", "mlp-ensemble"}) {
        // A rule knows of a score only its numbers: each once, not each with each.
        const auto run_steps = [&](const std::string& acquisition, const std::string& selection) {
            run_campaign(folder, fmt::format("{}.{}.{}", surrogate, acquisition, selection), "ragged", 1, steps(surrogate, acquisition, selection));
        };
        for (const auto& acquisition : scores()) {
            if (acquisition != "variance") run_steps(acquisition, "max-dist");
        }
        for (const auto& selection : selections()) run_steps("variance", selection);
        for (const char* pool : awkward) {
            for (const auto& selection : selections()) {
                run_campaign(folder, fmt::format("{}.{}.{}", pool, surrogate, selection), pool, targets_of(pool), steps(surrogate, "ei", selection));
            }
        }
    }
    for (const auto& surrogate : surrogates()) {
        for (const char* pool : {"ragged", "bits", "four-targets"}) run_campaign(folder, fmt::format("{}.{}", surrogate, pool), pool, targets_of(pool), steps(surrogate, "ucb", "max-dist"));
    }
    for (const char* pool : awkward) run_campaign(folder, fmt::format("conditioned.{}", pool), pool, targets_of(pool), steps("gaussian-process", "variance", "conditioned-variance"));
    for (const char* mode : {"default", "published"}) {
        for (const std::string pool : {"ragged", "fewer-tiles-than-ranks", "duplicated-rows", "bits", "four-targets"}) {
            run_campaign(folder, fmt::format("fusion.{}.{}", mode, pool), pool, targets_of(pool), fmt::format("[strategy]\nkind = \"fusion\"\nmode = \"{}\"\nmembers = 4\ntrials = 2\n", mode));
        }
        run_generated(folder, fmt::format("generated.{}", mode), mode, "\"minimize\"");
    }
    run_simulated(folder);
    run_generated(folder, "generated-window", "default", "\"window\"\nwindow = [20, 25]");
    run_generated(folder, "generated-trust-region", "default", "\"minimize\"", "search_region = \"trust-region\"");
    run_generated(folder, "generated-domain", "default", "\"minimize\"", "search_region = \"domain\"");
}

}  // namespace

const sluice::Communicator& sluice::test::ranks()
{
    return *world;
}

int main(int argc, char** argv)
{
    sluice::parallel::Runtime runtime(&argc, &argv);
    runtime.start_threads(std::atoi(argv[2]));
    const auto all = runtime.world();
    world = &all;
    sluice::log::start(true);
    try {
        run_all(argv[1]);
    } catch (const std::exception& error) {
        fmt::print(stderr, "rank {}: {}\n", all.rank(), error.what());
        return 1;
    }
    return 0;
}
