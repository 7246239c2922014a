#include "base/csv.hpp"

#include "base/error.hpp"
#include "base/files.hpp"

#include <csv.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <memory>

namespace sluice {

namespace {

struct Reader {
    CsvTable table;
    std::vector<std::string> cells;
    std::size_t line = 1;  // line of the row being read
    bool row_ended = false;
};

void end_of_row(Reader& reader)
{
    auto& table = reader.table;
    const bool blank = reader.cells.empty() || (reader.cells.size() == 1 && reader.cells[0].empty());
    if (!blank && table.header.empty()) {
        table.header = reader.cells;
        for (std::size_t i = 0; i < table.header.size(); ++i) {
            if (table.find(table.header[i]) != i) fail("{}:{}: column '{}' appears twice", table.path.string(), reader.line, table.header[i]);
        }
    } else if (!blank) {
        if (reader.cells.size() != table.header.size()) {
            fail("{}:{}: {} cells where the header has {} columns", table.path.string(), reader.line, reader.cells.size(), table.header.size());
        }
        table.rows.push_back(reader.cells);
        table.lines.push_back(reader.line);
    }
    reader.cells.clear();
}

}  // namespace

std::size_t CsvTable::find(const std::string& column) const
{
    return static_cast<std::size_t>(std::find(header.begin(), header.end(), column) - header.begin());
}

CsvTable read_csv(const std::filesystem::path& path)
{
    Reader reader;
    reader.table.path = path;
    csv_parser parser;
    csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI);
    const std::unique_ptr<csv_parser, void (*)(csv_parser*)> release(&parser, csv_free);

    // An exception must not cross the C parser: the callbacks only collect, and rows are checked between its calls, one line at a time.
    const auto cell = [](void* text, std::size_t size, void* to) {
        static_cast<Reader*>(to)->cells.emplace_back(static_cast<const char*>(text), size);
    };
    const auto row = [](int, void* to) { static_cast<Reader*>(to)->row_ended = true; };

    const std::string content = read_file(path);
    std::size_t next_line = 1;
    const std::string byte_order_mark = "\xEF\xBB\xBF";  // spreadsheets write it
    bool row_begun = false;
    for (std::size_t begin = content.starts_with(byte_order_mark) ? byte_order_mark.size() : 0; begin < content.size();) {
        const std::size_t newline = content.find('\n', begin);
        const std::size_t end = newline == std::string::npos ? content.size() : newline + 1;
        row_begun = row_begun || content.find_first_not_of(" \t\r\n", begin) < end;  // the parser passes over blank lines in silence
        if (csv_parse(&parser, content.data() + begin, end - begin, cell, row, &reader) != end - begin) {
            fail("{}:{}: not a CSV row: {}", path.string(), next_line, csv_strerror(csv_error(&parser)));
        }
        ++next_line;
        begin = end;
        if (reader.row_ended) {
            end_of_row(reader);
            reader.row_ended = false;
            row_begun = false;
        }
        if (!row_begun) reader.line = next_line;
    }
    if (csv_fini(&parser, cell, row, &reader) != 0) fail("{}:{}: a quoted cell is not closed", path.string(), reader.line);
    end_of_row(reader);
    if (reader.table.header.empty()) fail("{}: empty; a header line is needed", path.string());
    return reader.table;
}

double csv_number(const CsvTable& table, std::size_t row, std::size_t column)
{
    const std::string& text = table.rows[row][column];
    if (text.empty() || text == "nan" || text == "NaN") return std::numeric_limits<double>::quiet_NaN();
    double value = 0;
    const char* begin = text.data() + (text[0] == '+' ? 1 : 0);
    const auto [end, status] = std::from_chars(begin, text.data() + text.size(), value);
    if (status != std::errc() || end != text.data() + text.size()) {
        fail("{}:{}: column '{}': '{}' is not a number", table.path.string(), table.lines[row], table.header[column], text);
    }
    return value;
}

std::string csv_cell(const std::string& text)
{
    if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
    std::string quoted = "\"";
    for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
    return quoted + "\"";
}

}  // namespace sluice
