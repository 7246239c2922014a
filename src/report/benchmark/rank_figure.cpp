#include "report/benchmark/rank_figure.hpp"

#include "report/plot/number_text.hpp"
#include "report/plot/scale.hpp"
#include "report/plot/svg.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace sluice::report {

namespace {

constexpr double margin = 190;       // for names, on both sides
constexpr double axis_y = 58;
constexpr double bar_distance = 9, line_distance = 22;

void draw_axis(Drawing& drawing, const Scale& place, std::size_t methods, const std::optional<double>& difference)
{
    add_line(drawing, {place.from, axis_y}, {place.to, axis_y}, "axis");
    for (std::size_t rank = 1; rank <= methods; ++rank) {
        const double x = place(static_cast<double>(rank));
        add_line(drawing, {x, axis_y - 5}, {x, axis_y}, "axis");
        add_text(drawing, {x, axis_y - 10}, std::to_string(rank), "tick middle");
    }
    if (!difference || *difference > static_cast<double>(methods - 1)) return;
    const double y = 18, end = place(1 + *difference);
    add_line(drawing, {place.from, y}, {end, y}, "line ink");
    add_text(drawing, {end + 8, y + 4}, "critical difference " + value_text(std::round(*difference * 100) / 100), "label");
}

}  // namespace

std::vector<std::pair<std::size_t, std::size_t>> groups_within(const std::vector<double>& sorted, double width)
{
    std::vector<std::pair<std::size_t, std::size_t>> groups;
    for (std::size_t first = 0; first < sorted.size(); ++first) {
        std::size_t last = first;
        while (last + 1 < sorted.size() && sorted[last + 1] - sorted[first] < width) ++last;
        const bool is_part_of_another = !groups.empty() && groups.back().second >= last;
        if (last > first && !is_part_of_another) groups.emplace_back(first, last);
    }
    return groups;
}

Figure rank_figure(const std::vector<std::string>& methods, const MeanRanks& ranks)
{
    if (ranks.blocks == 0 || methods.size() < 2) return {.svg = "", .caption = "There are too few measured runs to rank the methods."};
    const auto difference = critical_difference(methods.size(), ranks.blocks);
    std::vector<std::size_t> order(methods.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return ranks.rank[a] < ranks.rank[b]; });
    std::vector<double> sorted;
    for (const auto m : order) sorted.push_back(ranks.rank[m]);
    const auto groups = difference ? groups_within(sorted, *difference) : std::vector<std::pair<std::size_t, std::size_t>>();

    Drawing drawing{.width = figure_width};
    const Scale place{{1, static_cast<double>(methods.size())}, margin, figure_width - margin};
    draw_axis(drawing, place, methods.size(), difference);
    double y = axis_y;
    for (const auto& [first, last] : groups) {
        y += bar_distance;
        add_line(drawing, {place(sorted[first]) - 3, y}, {place(sorted[last]) + 3, y}, "line ink");
    }
    const double names_y = y + 8;
    const auto half = (methods.size() + 1) / 2;
    for (std::size_t i = 0; i < order.size(); ++i) {
        const bool is_left = i < half;
        const double x = place(sorted[i]), level = names_y + line_distance * static_cast<double>(is_left ? i + 1 : methods.size() - i);
        const double end = is_left ? margin - 12 : figure_width - margin + 12;
        add_polyline(drawing, {{x, axis_y}, {x, level}, {end, level}}, "thin ink");
        const auto text = fmt::format("{}  {:.2f}", shortened(methods[order[i]], 20), sorted[i]);
        add_text(drawing, {is_left ? end - 5 : end + 5, level + 4}, text, is_left ? "label end" : "label");
    }
    drawing.height = names_y + line_distance * static_cast<double>(half) + 14;
    std::string caption = fmt::format("Mean ranks of the methods over {} (1: the best).", ranks.blocks == 1 ? "1 block" : fmt::format("{} blocks", ranks.blocks));
    if (difference) caption += fmt::format(" Methods under one bar differ by less than the critical difference of Nemenyi's test at the level 0.05, {:.2f}.", *difference);
    return {.svg = svg_element(drawing, "Mean ranks of the methods"), .caption = caption};
}

}  // namespace sluice::report
