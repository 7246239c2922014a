#include "parallel/first_k.hpp"
#include "parallel/first_of_each.hpp"
#include "support/world.hpp"

#include <gtest/gtest.h>

#include <numeric>

namespace sluice {

using test::ranks;

TEST(Communicator, GathersPartsOfAnyLengthInRankOrder)
{
    // Rank r gives r values; rank 0 gives none.
    const std::vector<double> mine(static_cast<std::size_t>(ranks().rank()), ranks().rank());
    const auto all = ranks().gather(std::span<const double>(mine));
    std::vector<double> expected;
    for (int r = 0; r < ranks().size(); ++r) expected.insert(expected.end(), static_cast<std::size_t>(r), r);
    EXPECT_EQ(all, expected);
}

TEST(Communicator, SumsEveryEntryOverTheRanks)
{
    std::vector<std::int64_t> values = {1, ranks().rank(), std::int64_t{1} << 40};
    ranks().sum(values);
    const std::int64_t size = ranks().size();
    EXPECT_EQ(values, (std::vector<std::int64_t>{size, size * (size - 1) / 2, size << 40}));
}

TEST(Communicator, FirstPrefersTheLowerRowOfEqualValues)
{
    const auto best = ranks().first({1.0, 100 - ranks().rank()});
    EXPECT_EQ(best, (Ranked{1.0, 100 - (ranks().size() - 1)}));
}

TEST(Communicator, FirstOfNothingIsNothing)
{
    EXPECT_EQ(ranks().first(Ranked::none()).row, Ranked::nobody);
    const auto one = ranks().rank() == ranks().size() - 1 ? Ranked{-5, 3} : Ranked::none();
    EXPECT_EQ(ranks().first(one), (Ranked{-5, 3}));
}

TEST(Communicator, FirstOfManyIsTheFirstOfEach)
{
    const auto rank = static_cast<double>(ranks().rank());
    std::vector<Ranked> entries = {{rank, 7}, {-rank, 8 + ranks().rank()}, Ranked::none(), {2, 20 - ranks().rank()}};
    parallel::first_of_each(entries, ranks());
    const auto last = ranks().size() - 1;
    EXPECT_EQ(entries, (std::vector<Ranked>{{static_cast<double>(last), 7}, {0, 8}, Ranked::none(), {2, 20 - last}}));
    parallel::first_of_each({}, ranks());
}

TEST(Communicator, FirstKMergesShortLists)
{
    std::vector<Ranked> own;
    for (int i = 0; i < ranks().rank() + 1; ++i) own.push_back({static_cast<double>(i), 10 * ranks().rank() + i});
    const auto best = parallel::first_k(own, 3, ranks());
    ASSERT_FALSE(best.empty());
    EXPECT_EQ(best[0].row, 10 * (ranks().size() - 1) + ranks().size() - 1);
    EXPECT_TRUE(std::is_sorted(best.begin(), best.end()));
    EXPECT_LE(best.size(), 3U);
}

TEST(Communicator, BroadcastsTextOfTheRoot)
{
    EXPECT_EQ(ranks().broadcast(ranks().rank() == ranks().size() - 1 ? std::string("from the last") : std::string("other, longer than it"), ranks().size() - 1), "from the last");
    EXPECT_EQ(ranks().broadcast(std::string(), 0), "");
}

TEST(Communicator, SplitGivesGroupsOfTheirOwn)
{
    const auto half = ranks().split(ranks().rank() % 2);
    EXPECT_EQ(half.sum(1), (ranks().size() + 1 - ranks().rank() % 2) / 2);
    EXPECT_EQ(ranks().split(-1).size(), 1);
}

TEST(Together, OneRanksFailureIsEveryRanks)
{
    const int failing = ranks().size() / 2;
    try {
        together(ranks(), [&] {
            if (ranks().rank() >= failing) fail("rank {} fails", ranks().rank());
        });
        FAIL() << "nothing was thrown";
    } catch (const Agreed& error) {
        EXPECT_EQ(std::string(error.what()), fmt::format("rank {} fails", failing));
    }
}

}  // namespace sluice
