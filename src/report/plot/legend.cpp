#include "report/plot/legend.hpp"

namespace sluice::report {

namespace {

constexpr double line_height = 19;
constexpr std::size_t longest_text = 60;

double mark_width(Mark mark)
{
    return mark == Mark::line || mark == Mark::band ? 22 : 12;
}

void draw_mark(Drawing& drawing, Point left, const LegendEntry& entry)
{
    const double width = mark_width(entry.mark);
    const Point centre{left.x + width / 2, left.y};
    switch (entry.mark) {
    case Mark::line: add_line(drawing, left, {left.x + width, left.y}, entry.classes); break;
    case Mark::band: add_rectangle(drawing, {left.x, left.y - 5, width, 10}, entry.classes); break;
    case Mark::box: add_rectangle(drawing, {left.x, left.y - 6, width, 12}, entry.classes); break;
    case Mark::dot: add_circle(drawing, centre, 3.5, entry.classes); break;
    case Mark::square: add_square(drawing, centre, 3.5, entry.classes); break;
    case Mark::diamond: add_diamond(drawing, centre, 6, entry.classes); break;
    case Mark::cross: add_cross(drawing, centre, 3.5, entry.classes); break;
    case Mark::triangle: add_triangle_down(drawing, centre, 4, entry.classes); break;
    }
}

}  // namespace

double draw_legend(Drawing& drawing, const Box& place, const std::vector<LegendEntry>& entries)
{
    double x = place.x;
    double y = place.y + line_height / 2;
    for (const auto& entry : entries) {
        const auto text = shortened(entry.text, longest_text);
        const double text_begin = mark_width(entry.mark) + 6;
        const double width = text_begin + text_width(text);
        if (x > place.x && x + width > place.x + place.width) {
            x = place.x;
            y += line_height;
        }
        draw_mark(drawing, {x, y}, entry);
        add_text(drawing, {x + text_begin, y + 4}, text, "label");
        x += width + 18;
    }
    return entries.empty() ? 0 : y + line_height / 2 - place.y;
}

}  // namespace sluice::report
