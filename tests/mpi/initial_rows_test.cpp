#include "campaign/candidates/initial_rows.hpp"

#include "support/pools.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>

namespace sluice {

namespace {

using campaign::draw_rows;
using test::ranks;
using ::testing::HasSubstr;

constexpr Tiling tiling{501, 16};

bool is_eligible(RowId row)
{
    return row % 3 != 1;
}

std::vector<RowId> draw(std::int64_t count, std::uint64_t seed, std::int64_t iteration, const Communicator& comm)
{
    const auto share = share_of(tiling, comm.rank(), comm.size());
    std::vector<bool> eligible;
    for (RowId row = share.first_row; row < share.end_row; ++row) eligible.push_back(is_eligible(row));
    return draw_rows(eligible, count, {.seed = seed, .iteration = iteration}, share, comm);
}

campaign::CampaignFile campaign_file(const std::filesystem::path& folder, const std::string& initial)
{
    return campaign::parse_campaign("[campaign]\nname = \"x\"\nseed = 4\ninitial = " + initial + R"(
[pool]
file = "pool.h5"
[[target]]
name = "y1"
[[target]]
name = "y0"
[problem]
kind = "closed-pool"
[acquisition]
kind = "random"
)",
                                    folder / "c.toml", {});
}

}  // namespace

TEST(DrawRows, GivesTheSameEligibleRowsOnOneRankAndOnAll)
{
    const auto rows = draw(40, 1, 0, ranks());
    EXPECT_EQ(rows.size(), 40U);
    EXPECT_TRUE(std::is_sorted(rows.begin(), rows.end()));
    EXPECT_EQ(std::adjacent_find(rows.begin(), rows.end()), rows.end()) << "a row is drawn twice";
    EXPECT_TRUE(std::all_of(rows.begin(), rows.end(), is_eligible));
    EXPECT_EQ(rows, draw(40, 1, 0, ranks().split(-1)));
    EXPECT_NE(rows, draw(40, 2, 0, ranks()));
    EXPECT_NE(rows, draw(40, 1, 1, ranks()));
}

TEST(DrawRows, GivesAllWhereFewerAreEligible)
{
    std::vector<RowId> all;
    for (RowId row = 0; row < tiling.rows; ++row) {
        if (is_eligible(row)) all.push_back(row);
    }
    EXPECT_EQ(draw(1000, 1, 0, ranks()), all);
    EXPECT_TRUE(draw(0, 1, 0, ranks()).empty());
}

TEST(DrawRows, DrawsEveryRowEquallyOften)
{
    constexpr int seeds = 600, count = 50;
    std::vector<int> drawn(static_cast<std::size_t>(tiling.rows), 0);
    for (int seed = 0; seed < seeds; ++seed) {
        for (const RowId row : draw(count, static_cast<std::uint64_t>(seed), 0, ranks())) ++drawn[static_cast<std::size_t>(row)];
    }
    const double share = count / 334.0, expected = seeds * share;  // 334 rows are eligible
    double chi_square = 0;
    for (RowId row = 0; row < tiling.rows; ++row) {
        const double gap = drawn[static_cast<std::size_t>(row)] - expected;
        if (is_eligible(row)) chi_square += gap * gap / (expected * (1 - share));
    }
    EXPECT_NEAR(chi_square, 333, 4 * std::sqrt(2 * 333.0));
}

TEST(InitialRows, FollowTheirRule)
{
    const test::SharedFolder folder;
    const auto shard = pool::read_shard(test::write_pool({.rows = 300, .columns = 3, .tile_rows = 16, .targets = 2}, folder.path / "pool.h5", ranks()), ranks(), true,
                                        pool::MissingFeatures::error);
    std::vector<pool::RowState> fresh(static_cast<std::size_t>(shard.share.rows()), pool::RowState::unlabelled);
    if (shard.share.owns(7)) fresh[static_cast<std::size_t>(7 - shard.share.first_row)] = pool::RowState::excluded;
    problems::Yardstick yardstick;
    yardstick.rows = 299;
    for (RowId row = shard.share.first_row; row < shard.share.end_row; ++row) yardstick.lower_half.push_back(row % 2 == 1);

    const auto rows = [&](const std::string& initial) { return initial_rows(campaign_file(folder.path, initial), shard, fresh, yardstick, ranks()); };
    EXPECT_EQ(rows("{ rule = \"rows\", rows = [9, 2, 299] }"), (std::vector<RowId>{9, 2, 299}));
    EXPECT_THROW(rows("{ rule = \"rows\", rows = [9, 7] }"), Agreed);

    auto all = rows("{ rule = \"random\", count = 1000 }");
    EXPECT_EQ(all.size(), 299U);
    EXPECT_EQ(std::count(all.begin(), all.end(), 7), 0) << "an excluded row";
    const auto lower = rows("{ rule = \"lower-half\", count = 20 }");
    EXPECT_EQ(lower.size(), 20U);
    EXPECT_TRUE(std::all_of(lower.begin(), lower.end(), [](RowId row) { return row % 2 == 1 && row != 7; }));
    EXPECT_EQ(rows("{ rule = \"lower-half\", count = 40 }").size(), 30U) << "a tenth of the pool and one";
}

TEST(ReadLabels, ReadsRowsAndFailuresInTheOrderOfTheGoals)
{
    const test::SharedFolder folder;
    const auto file = campaign_file(folder.path, "{ rule = \"file\", file = \"known.csv\" }");
    pool::PoolInfo info;
    info.path = "pool.h5";
    info.rows = 100;
    const auto csv = folder.path / "known.csv";
    const auto read = [&](const std::string& content) {
        on_root(ranks(), [&] { std::ofstream(csv) << content; });
        ranks().barrier();
        const auto labels = campaign::read_labels(csv, file, info, {}, [](RowId) { return std::string(); });
        ranks().barrier();
        return labels;
    };
    const auto complaint = [&](const std::string& content) -> std::string {
        on_root(ranks(), [&] { std::ofstream(csv) << content; });
        ranks().barrier();
        std::string text;
        try {
            campaign::read_labels(csv, file, info, {}, [](RowId) { return std::string(); });
        } catch (const Error& error) {
            text = error.what();
        }
        ranks().barrier();
        return text;
    };
    const auto labels = read("y0,status,row,y1\n1,,7,0.1\n,failed,99,\n3,ok,0,4\n");
    ASSERT_EQ(labels.size(), 3U);
    EXPECT_EQ(labels[0].row, 7);
    EXPECT_EQ(labels[0].answer, (std::vector<double>{0.1, 1})) << "the campaign's first target is y1";
    EXPECT_EQ(labels[1].row, 99);
    EXPECT_FALSE(labels[1].answer);
    EXPECT_EQ(labels[2].answer, (std::vector<double>{4, 3}));

    EXPECT_THAT(complaint("row,y0,y1\n1,2,3\n100,2,3\n"), HasSubstr("known.csv:3: row '100' is not a row of pool.h5; allowed: 0 to 99"));
    EXPECT_THAT(complaint("row,y0,y1\n1,2,3\n1.5,2,3\n"), HasSubstr("known.csv:3: row '1.5' is not a row"));
    EXPECT_THAT(complaint("row,y0,y1\n1,2,3\n2,2,3\n1,2,3\n"), HasSubstr("known.csv:4: row 1 is answered twice"));
    EXPECT_THAT(complaint("row,y0,y1\n1,2,\n"), HasSubstr("known.csv:2: column 'y1' of row 1 is not a finite number"));
    EXPECT_THAT(complaint("row,y0,y1\n1,2,inf\n"), HasSubstr("known.csv:2: column 'y1' of row 1 is not a finite number"));
    EXPECT_THAT(complaint("row,y0,y1,status\n1,2,3,maybe\n"), HasSubstr("known.csv:2: status 'maybe'"));
    EXPECT_THAT(complaint("row,y0\n1,2\n"), HasSubstr("no column 'y1'"));
    EXPECT_THAT(complaint("y0,y1\n1,2\n"), HasSubstr("needs a column 'row' or 'id'"));
    EXPECT_THAT(complaint("id,y0,y1\n1,2,3\n"), HasSubstr("has no ids"));
}

}  // namespace sluice
