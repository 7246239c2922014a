#pragma once

#include "report/plot/figure.hpp"

#include <string>
#include <vector>

namespace sluice::report {

/// Cells are plain text and are escaped.
struct Table {
    std::vector<std::string> header;
    std::vector<bool> is_number;  ///< per column: aligned to the right
    std::vector<std::vector<std::string>> rows = {};
    bool last_row_is_total = false;
};

/// \param caption  HTML
std::string html_table(const Table& table, const std::string& caption);

/// The figure with a number before its caption, or its caption alone as a remark if nothing is drawn.
/// \param number  of the next figure on the page; counted on if this one is drawn
std::string html_figure(const Figure& figure, int& number);

/// A fact of the list at the head of a run, as plain text. One without a value is left out.
struct Fact {
    std::string name;
    std::string value;
};

std::string html_facts(const std::vector<Fact>& facts);

}  // namespace sluice::report
