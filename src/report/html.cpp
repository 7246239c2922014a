#include "report/html.hpp"

#include "report/plot/svg.hpp"

#include <fmt/format.h>

namespace sluice::report {

std::string html_table(const Table& table, const std::string& caption)
{
    const auto cell = [&](const char* tag, std::size_t column, const std::string& text) {
        return fmt::format("<{}{}>{}</{}>", tag, table.is_number[column] ? " class=\"number\"" : "", escaped(text), tag);
    };
    std::string html = "<div class=\"table\"><table>\n<caption>" + caption + "</caption>\n<thead><tr>";
    for (std::size_t i = 0; i < table.header.size(); ++i) html += cell("th", i, table.header[i]);
    html += "</tr></thead>\n<tbody>\n";
    for (const auto& row : table.rows) {
        const bool is_total = table.last_row_is_total && &row == &table.rows.back();
        html += is_total ? "<tr class=\"total\">" : "<tr>";
        for (std::size_t i = 0; i < row.size(); ++i) html += cell("td", i, row[i]);
        html += "</tr>\n";
    }
    return html + "</tbody></table></div>\n";
}

std::string html_figure(const Figure& figure, int& number)
{
    if (figure.svg.empty()) return "<p class=\"remark\">" + figure.caption + "</p>\n";
    return fmt::format("<figure>\n{}<figcaption><b>Figure {}.</b> {}</figcaption>\n</figure>\n", figure.svg, number++, figure.caption);
}

std::string html_facts(const std::vector<Fact>& facts)
{
    std::string html = "<dl class=\"facts\">\n";
    for (const auto& fact : facts) {
        if (!fact.value.empty()) html += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", escaped(fact.name), escaped(fact.value));
    }
    return html + "</dl>\n";
}

}  // namespace sluice::report
