#include "campaign/run_folder/journal.hpp"

#include "base/error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

namespace sluice::campaign {

namespace {

using ::testing::HasSubstr;

const JournalHead head{"run \"1\"", {"gap", "µ"}, {"maximize", "window [1, 2]"}, "pool.h5", 3'000'000'000, "00ff", "abcd"};

template <typename Event>
Event there_and_back(const Event& event)
{
    const auto content = parse_journal(to_line(head) + to_line(JournalEvent(event)), "journal.jsonl");
    return std::get<Event>(content.events.at(0));
}

std::vector<std::uint64_t> bits(const std::vector<double>& values)
{
    std::vector<std::uint64_t> all;
    for (const double value : values) all.push_back(std::bit_cast<std::uint64_t>(value));
    return all;
}

/// Numbers whose last bit a careless writer loses.
const std::vector<double> awkward = {0.1, 1.0 / 3, -0.0, 5, 1e22, 123456789012345680.0, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, -9.87654321e-5};

std::string complaint(const std::string& text)
{
    try {
        parse_journal(text, "journal.jsonl");
    } catch (const Error& error) {
        return error.what();
    }
    return "";
}

}  // namespace

TEST(JournalLine, OfTheHeadComesBack)
{
    const auto content = parse_journal(to_line(head), "journal.jsonl");
    ASSERT_TRUE(content.head);
    EXPECT_TRUE(content.events.empty());
    EXPECT_EQ(content.head->name, head.name);
    EXPECT_EQ(content.head->targets, head.targets);
    EXPECT_EQ(content.head->goals, head.goals);
    EXPECT_EQ(content.head->pool, head.pool);
    EXPECT_EQ(content.head->pool_rows, head.pool_rows);
    EXPECT_EQ(content.head->fingerprint, head.fingerprint);
    EXPECT_EQ(content.head->identity, head.identity);
}

TEST(JournalLine, OfALabelKeepsEveryBit)
{
    const LabelEvent label{3, 5'000'000'000, "molecule, \"7\"\n", awkward};
    const auto back = there_and_back(label);
    EXPECT_EQ(back.iteration, 3);
    EXPECT_EQ(back.row, 5'000'000'000);
    EXPECT_EQ(back.id, label.id);
    ASSERT_TRUE(back.answer);
    EXPECT_EQ(bits(*back.answer), bits(awkward));
}

TEST(JournalLine, OfAFailedLabelHasNoValues)
{
    const auto back = there_and_back(LabelEvent{0, 7, "", {}});
    EXPECT_FALSE(back.answer);
    EXPECT_EQ(back.id, "");
    EXPECT_EQ(back.row, 7);
}

TEST(JournalLine, OfABatchKeepsEveryBit)
{
    const BatchEvent batch{4, {9, 2, 5'000'000'000}, {0.1, -0.0, 1e-17}, {{1.0 / 3, 2}, {3, 4}, {5, 6}}, {{0.1, 0}, {0, 0.2}, {5e-324, 1}}, {0.75, -3}};
    const auto back = there_and_back(batch);
    EXPECT_EQ(back.iteration, 4);
    EXPECT_EQ(back.rows, batch.rows);
    EXPECT_EQ(bits(back.scores), bits(batch.scores));
    EXPECT_EQ(back.mean, batch.mean);
    EXPECT_EQ(back.sd, batch.sd);
    EXPECT_EQ(back.out_of_bag_r2, batch.out_of_bag_r2);
}

TEST(JournalLine, OfABatchWithoutAModelSaysNothingOfOne)
{
    const auto back = there_and_back(BatchEvent{0, {1, 2}, {}, {}, {}, {}});
    EXPECT_EQ(back.rows, (std::vector<RowId>{1, 2}));
    EXPECT_TRUE(back.scores.empty() && back.mean.empty() && back.sd.empty() && back.out_of_bag_r2.empty());
}

TEST(JournalLine, KeepsWhatIsNotANumber)
{
    const auto back = there_and_back(BatchEvent{1, {1}, {}, {}, {}, {std::nan(""), 0.5}});
    ASSERT_EQ(back.out_of_bag_r2.size(), 2U);
    EXPECT_TRUE(std::isnan(back.out_of_bag_r2[0]));
    EXPECT_EQ(back.out_of_bag_r2[1], 0.5);
}

TEST(JournalLine, IsOneLineWhateverTheId)
{
    for (const std::string id : {"two\nlines", "\xe9t\xe9 in Latin-1", "\x01"}) {
        const auto line = to_line(JournalEvent(LabelEvent{0, 7, id, std::vector<double>{1}}));
        EXPECT_EQ(line.find('\n'), line.size() - 1) << id;
        EXPECT_EQ(std::get<LabelEvent>(parse_journal(to_line(head) + line, "journal.jsonl").events.at(0)).row, 7);
    }
}

TEST(ParseJournal, KeepsTheOrderOfEvents)
{
    const auto content = parse_journal(to_line(head) + to_line(BatchEvent{0, {3, 1}, {}, {}, {}, {}}) + to_line(LabelEvent{0, 1, "", std::vector<double>{2.0}}) +
                                           to_line(LabelEvent{0, 3, "", {}}),
                                       "journal.jsonl");
    ASSERT_EQ(content.events.size(), 3U);
    EXPECT_TRUE(std::holds_alternative<BatchEvent>(content.events[0]));
    EXPECT_EQ(std::get<LabelEvent>(content.events[1]).row, 1);
    EXPECT_EQ(std::get<LabelEvent>(content.events[2]).row, 3);
}

TEST(ParseJournal, NamesADamagedLine)
{
    const std::string label = to_line(LabelEvent{0, 1, "", std::vector<double>{2.0}});
    for (const std::string damaged : {"{\"event\":\"label\",\"iteration\":0,\"ro\n", "\n", "{\"event\":\"party\"}\n", "[1]\n",
                                      "{\"event\":\"label\",\"iteration\":0,\"row\":\"x\",\"values\":[1]}\n", "{\"event\":\"label\",\"iteration\":0,\"row\":1}\n"}) {
        EXPECT_THAT(complaint(to_line(head) + label + damaged + label), HasSubstr("journal.jsonl:3: damaged")) << damaged;
    }
    EXPECT_EQ(complaint(to_line(head) + label), "");
    EXPECT_EQ(complaint(""), "");
}

TEST(ParseJournal, RefusesAJournalWithoutAHeadOrOfAnotherFormat)
{
    EXPECT_THAT(complaint(to_line(LabelEvent{0, 1, "", std::vector<double>{2.0}})), HasSubstr("journal.jsonl:1: damaged"));
    auto other = to_line(head);
    other.replace(other.find("\"format\":1"), 10, "\"format\":9");
    EXPECT_THAT(complaint(other), HasSubstr("journal format 9; this program reads format 1"));
}

}  // namespace sluice::campaign
