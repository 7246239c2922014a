#include "campaign/run_folder/journal.hpp"

#include "support/pools.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace sluice {

namespace {

using campaign::Journal;
using test::ranks;

const campaign::JournalHead head{"x", {"y"}, {"maximize"}, "pool.h5", 10, "f", "i"};

void write(const std::filesystem::path& path, const std::string& content)
{
    on_root(ranks(), [&] { std::ofstream(path, std::ios::binary) << content; });
}

/// The file as the root sees it, on every rank.
std::string content_of(const std::filesystem::path& path)
{
    return ranks().broadcast(ranks().is_root() ? read_file(path) : std::string(), 0);
}

}  // namespace

TEST(Journal, IsOnDiskWhenAppendReturns)
{
    const test::SharedFolder folder;
    const auto path = folder.path / "journal.jsonl";
    const auto label = to_line(campaign::LabelEvent{0, 7, "", std::vector<double>{0.1}});
    Journal journal(path, ranks());
    EXPECT_EQ(journal.text(), "");
    EXPECT_FALSE(journal.content().head);
    journal.append(to_line(head));
    journal.append(label);
    EXPECT_EQ(content_of(path), to_line(head) + label);
    EXPECT_EQ(journal.text(), to_line(head) + label) << "on every rank";
    EXPECT_EQ(journal.content().events.size(), 1U);
}

TEST(Journal, CutsOffALastLineThatWasBeingWritten)
{
    const test::SharedFolder folder;
    const auto path = folder.path / "journal.jsonl";
    const auto label = to_line(campaign::LabelEvent{0, 7, "", std::vector<double>{0.1}});
    for (std::size_t torn = 1; torn < label.size(); torn += 9) {
        write(path, to_line(head) + label + label.substr(0, torn));
        Journal journal(path, ranks());
        EXPECT_EQ(journal.text(), to_line(head) + label);
        EXPECT_EQ(content_of(path), to_line(head) + label);
        journal.append(label);
        EXPECT_EQ(content_of(path), to_line(head) + label + label) << "the next line begins on its own";
    }
    write(path, to_line(head).substr(0, 20));
    Journal journal(path, ranks());
    EXPECT_EQ(journal.text(), "");
}

TEST(Journal, NamesADamagedLineOnEveryRank)
{
    const test::SharedFolder folder;
    const auto path = folder.path / "journal.jsonl";
    const auto label = to_line(campaign::LabelEvent{0, 7, "", std::vector<double>{0.1}});
    auto damaged = label;
    damaged[5] = '\0';
    write(path, to_line(head) + damaged + label);
    const Journal journal(path, ranks());
    try {
        journal.content();
        FAIL();
    } catch (const Error& error) {
        EXPECT_THAT(error.what(), ::testing::HasSubstr("journal.jsonl:2: damaged"));
    }
    EXPECT_EQ(content_of(path), to_line(head) + damaged + label) << "the file is left as it is";
}

}  // namespace sluice
