#include "base/csv.hpp"

#include "base/error.hpp"
#include "support/pools.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

namespace sluice {

namespace {

using ::testing::HasSubstr;
using Row = std::vector<std::string>;

class Csv : public ::testing::Test {
protected:
    CsvTable read(const std::string& content)
    {
        std::ofstream(path, std::ios::binary) << content;
        return read_csv(path);
    }
    std::string complaint(const std::string& content)
    {
        try {
            read(content);
        } catch (const Error& error) {
            return error.what();
        }
        return "";
    }
    test::SharedFolder folder;
    std::filesystem::path path = folder.path / "table.csv";
};

}  // namespace

TEST_F(Csv, ReadsCellsAsText)
{
    const auto table = read("a,b,c\n1,two, 3 \n4,,6\n");
    EXPECT_EQ(table.header, (Row{"a", "b", "c"}));
    EXPECT_EQ(table.rows, (std::vector<Row>{{"1", "two", "3"}, {"4", "", "6"}}));
    EXPECT_EQ(table.lines, (std::vector<std::size_t>{2, 3}));
    EXPECT_EQ(table.find("c"), 2U);
    EXPECT_EQ(table.find("d"), 3U);
}

TEST_F(Csv, ReadsQuotedCellsWithCommasQuotesAndNewlines)
{
    const auto table = read("name,\"x, y\"\n\"say \"\"hi\"\"\",\"two\nlines\"\nlast,1\n");
    EXPECT_EQ(table.header, (Row{"name", "x, y"}));
    EXPECT_EQ(table.rows, (std::vector<Row>{{"say \"hi\"", "two\nlines"}, {"last", "1"}}));
    EXPECT_EQ(table.lines, (std::vector<std::size_t>{2, 4}));
}

TEST_F(Csv, ReadsCarriageReturnsBlankLinesAndALastLineWithoutNewline)
{
    const auto table = read("a,b\r\n1,2\r\n\r\n3,4");
    EXPECT_EQ(table.rows, (std::vector<Row>{{"1", "2"}, {"3", "4"}}));
    EXPECT_EQ(table.lines, (std::vector<std::size_t>{2, 4}));
    EXPECT_EQ(read("\n\na\n\n5\n\n").rows, (std::vector<Row>{{"5"}}));
}

TEST_F(Csv, NamesTheLineOfARaggedRow)
{
    EXPECT_THAT(complaint("a,b\n1,2\n3\n"), HasSubstr("table.csv:3: 1 cells where the header has 2 columns"));
    EXPECT_THAT(complaint("a,b\n\n\n1,2,3\n4,5\n"), HasSubstr("table.csv:4: 3 cells"));
    EXPECT_THAT(complaint("a,b\n\"x\ny\",2\n1"), HasSubstr("table.csv:4: 1 cells"));
}

TEST_F(Csv, NamesTheLineOfAQuoteThatIsNotClosed)
{
    EXPECT_THAT(complaint("a,b\n1,2\n\"3,4\n5,6\n"), HasSubstr("table.csv:3: a quoted cell is not closed"));
    EXPECT_THAT(complaint("a,b\n1,x\"y\n"), HasSubstr("table.csv:2: not a CSV row"));
}

TEST_F(Csv, RefusesARepeatedColumnAndAnEmptyFile)
{
    EXPECT_THAT(complaint("a,b,a\n1,2,3\n"), HasSubstr("column 'a' appears twice"));
    EXPECT_THAT(complaint(""), HasSubstr("a header line is needed"));
    EXPECT_THAT(complaint("\n\r\n"), HasSubstr("a header line is needed"));
}

TEST_F(Csv, ReadsNumbersExactly)
{
    const auto table = read("x\n0.1\n-1e-300\n+2.5\n17\n0.30000000000000004\n");
    const std::vector<double> expected = {0.1, -1e-300, 2.5, 17, 0.1 + 0.2};
    for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_EQ(csv_number(table, i, 0), expected[i]);
}

TEST_F(Csv, ReadsMissingNumbersAsNaN)
{
    const auto table = read("x,y\n,1\nnan,1\nNaN,1\n");
    for (std::size_t i = 0; i < 3; ++i) EXPECT_TRUE(std::isnan(csv_number(table, i, 0)));
}

TEST_F(Csv, NamesThePlaceOfACellThatIsNoNumber)
{
    const auto table = read("x,y\n1,2\n\n3,4 apples\n5,0x10\n");
    for (const std::size_t row : {1U, 2U}) {
        try {
            csv_number(table, row, 1);
            ADD_FAILURE() << "row " << row;
        } catch (const Error& error) {
            EXPECT_THAT(error.what(), HasSubstr(fmt::format("table.csv:{}: column 'y': '{}' is not a number", row + 3, table.rows[row][1])));
        }
    }
}

TEST_F(Csv, CellsComeBackAsTheyWereWritten)
{
    const Row cells = {"plain", "with, comma", "with \"quotes\"", "two\nlines", "\r", ""};
    std::string line;
    for (const auto& cell : cells) line += (line.empty() ? "" : ",") + csv_cell(cell);
    EXPECT_EQ(read("a,b,c,d,e,f\n" + line + "\n").rows.at(0), cells);
    EXPECT_EQ(csv_cell("plain"), "plain");
}

}  // namespace sluice
