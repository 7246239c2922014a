#include "base/files.hpp"
#include "campaign/campaign.hpp"
#include "support/pools.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

// What paper 001's laboratories say that one sees, asserted of their very files.
namespace sluice {

namespace {

using test::ranks;

/// The feature of each row asked for, batch by batch, without the initial rows.
std::vector<std::vector<double>> places_asked(const std::string& lab, const std::vector<std::string>& settings)
{
    const test::SharedFolder folder;
    const auto path = std::filesystem::path(SLUICE_INPUTS) / "labs" / lab;
    campaign::Campaign campaign(campaign::parse_campaign(read_file(path), path, settings), folder.path / "run", ranks());
    campaign.run();
    std::vector<std::vector<double>> places(static_cast<std::size_t>(campaign.state().iteration));
    std::vector<RowId> rows;
    for (const auto& [row, iteration] : campaign.state().asked) rows.push_back(row);
    const auto x = campaign.features_of(rows);
    for (std::size_t i = 0; const auto& [row, iteration] : campaign.state().asked) {
        if (iteration > 0) places[static_cast<std::size_t>(iteration - 1)].push_back(static_cast<double>(x[i]));
        ++i;
    }
    return places;
}

bool is_in_gap(double x)
{
    return x >= 0 && x <= 1.5;
}

}  // namespace

TEST(Labs, GaussianProcessAsksInTheGapFirst)
{
    for (const char* seed : {"1", "2", "3"}) {
        const auto places = places_asked("gap.toml", {"campaign.iterations=3", std::string("campaign.seed=") + seed});
        ASSERT_EQ(places.size(), 3U);
        EXPECT_TRUE(is_in_gap(places[0][0])) << "seed " << seed << ": " << places[0][0];
    }
}

TEST(Labs, DropoutAsksForPlacesThatLieApart)
{
    const auto spread = [](const std::vector<std::string>& settings) {
        double nearest = INFINITY;
        for (const auto& batch : places_asked("dropout.toml", settings)) {
            for (std::size_t i = 0; i < batch.size(); ++i) {
                for (std::size_t j = 0; j < i; ++j) nearest = std::min(nearest, std::abs(batch[i] - batch[j]));
            }
        }
        return nearest;
    };
    const std::vector<std::string> quick = {"campaign.iterations=2", "surrogate.epochs=500"};
    auto first_stage_alone = quick;
    first_stage_alone.emplace_back("selection.factor=1");
    EXPECT_GT(spread(quick), 2 * spread(first_stage_alone));
}

}  // namespace sluice
