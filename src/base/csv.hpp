#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace sluice {

/// A small CSV file read whole: header, cells as text, and the line each row starts on (for messages).
struct CsvTable {
    std::filesystem::path path;
    std::vector<std::string> header;
    std::vector<std::vector<std::string>> rows;  ///< every row has header.size() cells
    std::vector<std::size_t> lines;              ///< 1-based line of each row

    /// Index of a column, or header.size() if there is none.
    std::size_t find(const std::string& column) const;
};

/// Reads a comma-separated file with a header line. Error names the line of a row with too few or too many cells,
/// a repeated column, or a file without a header.
CsvTable read_csv(const std::filesystem::path& path);

/// A cell as a number. Error names file, line and column; "nan" and an empty cell give NaN.
double csv_number(const CsvTable& table, std::size_t row, std::size_t column);

/// The text as one CSV cell, quoted where needed.
std::string csv_cell(const std::string& text);

}  // namespace sluice
