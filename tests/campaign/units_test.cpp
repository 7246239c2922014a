#include "base/files.hpp"
#include "campaign/campaign.hpp"
#include "support/pools.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace sluice {

namespace {

struct Method {
    const char* name;
    const char* sections;
};

std::ostream& operator<<(std::ostream& out, const Method& method)
{
    return out << method.name;
}

/// The rows of all batches of a short campaign on a pool whose targets, and one feature, are in these units.
std::vector<RowId> rows_asked(const Method& method, double unit, double feature_unit)
{
    const test::SharedFolder folder;
    test::write_pool({.rows = 400, .columns = 5, .tile_rows = 64, .unit = unit, .feature_unit = feature_unit}, folder.path / "pool.h5", test::ranks());
    test::ranks().barrier();
    const auto text = fmt::format("[campaign]\nname = \"units\"\nbatch = 5\niterations = 2\nstop = \"never\"\ninitial = {{ count = 15 }}\n[pool]\nfile = \"pool.h5\"\n"
                                  "[[target]]\nname = \"y0\"\ngoal = \"maximize\"\n[problem]\nkind = \"closed-pool\"\n{}",
                                  method.sections);
    campaign::Campaign(campaign::parse_campaign(text, folder.path / "c.toml", {}), folder.path / "run", test::ranks()).run();
    const auto journal = (folder.path / "run" / "journal.jsonl").string();
    std::vector<RowId> rows;
    for (const auto& event : campaign::parse_journal(read_file(journal), journal).events) {
        if (const auto* batch = std::get_if<campaign::BatchEvent>(&event)) rows.insert(rows.end(), batch->rows.begin(), batch->rows.end());
    }
    return rows;
}

}  // namespace

class Units : public ::testing::TestWithParam<Method> {};

/// Powers of two, which round nothing: from the energy of a molecule in joules to a pressure in pascals.
TEST_P(Units, DoNotDecideWhatIsAskedFor)
{
    const auto rows = rows_asked(GetParam(), 1, 1);
    EXPECT_EQ(rows.size(), 25U);
    EXPECT_EQ(rows_asked(GetParam(), std::ldexp(1.0, -60), std::ldexp(1.0, 50)), rows);
    EXPECT_EQ(rows_asked(GetParam(), std::ldexp(1.0, 40), std::ldexp(1.0, -90)), rows);
}

#define TWO_INDEX "[strategy]\nkind = \"two-index\"\nmembers = 4\ncomponents = 2\nwidth = 16\nsteps_least = 40\nsteps_most = 40\n"
INSTANTIATE_TEST_SUITE_P(Methods, Units,
                         ::testing::Values(Method{"ridge", "[surrogate]\nkind = \"ridge-ensemble\"\n[acquisition]\nkind = \"ucb\"\n[selection]\nkind = \"sbal\"\n"},
                                           Method{"process", "[surrogate]\nkind = \"gaussian-process\"\n[acquisition]\nkind = \"ei\"\n[selection]\nkind = \"top-k\"\n"},
                                           Method{"trees", "[surrogate]\nkind = \"xgboost-ensemble\"\n[acquisition]\nkind = \"variance\"\n[selection]\nkind = \"gsxy\"\n"},
                                           Method{"fusion", "[strategy]\nkind = \"fusion\"\nmembers = 3\ntrials = 3\n"},
                                           Method{"milb", TWO_INDEX "score = \"mi-lb\"\nbatch_rule = \"max-dist\"\n"},
                                           Method{"variance", TWO_INDEX "score = \"variance\"\nbatch_rule = \"sbal\"\n"},
                                           Method{"bait", TWO_INDEX "batch_rule = \"bait\"\n"}),
                         [](const auto& method) { return method.param.name; });
#undef TWO_INDEX

}  // namespace sluice
