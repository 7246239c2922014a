#include "report/plot/svg.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace sluice::report {

namespace {

/// A pixel to a hundredth, as short as it can be written.
std::string px(double value)
{
    const double rounded = std::round(value * 100) / 100;
    return fmt::format("{}", rounded == 0 ? 0.0 : rounded);
}

bool is_first_byte_of_character(char c)
{
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
}

std::string joined(const std::vector<Point>& points)
{
    std::string text;
    for (const auto& point : points) text += (text.empty() ? "" : " ") + px(point.x) + "," + px(point.y);
    return text;
}

void add_element(Drawing& drawing, std::string_view name, std::string_view classes, const std::string& attributes, std::string_view tooltip)
{
    drawing.body += fmt::format("<{} class=\"{}\" {}", name, classes, attributes);
    drawing.body += tooltip.empty() ? "/>\n" : fmt::format("><title>{}</title></{}>\n", escaped(tooltip), name);
}

void add_path(Drawing& drawing, const std::string& path, std::string_view classes, std::string_view tooltip)
{
    add_element(drawing, "path", classes, fmt::format("d=\"{}\"", path), tooltip);
}

}  // namespace

std::string escaped(std::string_view text)
{
    std::string result;
    for (const char c : text) {
        switch (c) {
        case '&': result += "&amp;"; break;
        case '<': result += "&lt;"; break;
        case '>': result += "&gt;"; break;
        case '"': result += "&quot;"; break;
        case '\'': result += "&#39;"; break;
        case '\n':
        case '\t': result += c; break;
        case '\r': break;
        default: result += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? "\xEF\xBF\xBD" : std::string(1, c);
        }
    }
    return result;
}

std::string shortened(std::string_view text, std::size_t characters)
{
    std::size_t count = 0;
    std::size_t keep = text.size();  // bytes before the character that an ellipsis would replace
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (!is_first_byte_of_character(text[i])) continue;
        if (++count == characters) keep = i;
    }
    return count <= characters ? std::string(text) : std::string(text.substr(0, keep)) + "…";
}

double text_width(std::string_view text)
{
    constexpr double mean_character = 6.8;
    return mean_character * static_cast<double>(std::count_if(text.begin(), text.end(), is_first_byte_of_character));
}

void add_line(Drawing& drawing, Point from, Point to, std::string_view classes)
{
    add_element(drawing, "line", classes, fmt::format("x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\"", px(from.x), px(from.y), px(to.x), px(to.y)), "");
}

void add_polyline(Drawing& drawing, const std::vector<Point>& points, std::string_view classes)
{
    add_element(drawing, "polyline", classes, fmt::format("points=\"{}\"", joined(points)), "");
}

void add_polygon(Drawing& drawing, const std::vector<Point>& points, std::string_view classes)
{
    add_element(drawing, "polygon", classes, fmt::format("points=\"{}\"", joined(points)), "");
}

void add_rectangle(Drawing& drawing, const Box& box, std::string_view classes, std::string_view tooltip)
{
    const auto attributes = fmt::format("x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"", px(box.x), px(box.y), px(box.width), px(box.height));
    add_element(drawing, "rect", classes, attributes, tooltip);
}

void add_circle(Drawing& drawing, Point centre, double radius, std::string_view classes, std::string_view tooltip)
{
    add_element(drawing, "circle", classes, fmt::format("cx=\"{}\" cy=\"{}\" r=\"{}\"", px(centre.x), px(centre.y), px(radius)), tooltip);
}

void add_diamond(Drawing& drawing, Point centre, double radius, std::string_view classes, std::string_view tooltip)
{
    const auto r = px(radius), minus_r = px(-radius);
    const auto path = fmt::format("M{},{}l{},{}l{},{}l{},{}z", px(centre.x), px(centre.y - radius), r, r, minus_r, r, minus_r, minus_r);
    add_path(drawing, path, classes, tooltip);
}

void add_square(Drawing& drawing, Point centre, double radius, std::string_view classes, std::string_view tooltip)
{
    add_rectangle(drawing, {centre.x - radius, centre.y - radius, 2 * radius, 2 * radius}, classes, tooltip);
}

void add_triangle_down(Drawing& drawing, Point centre, double radius, std::string_view classes, std::string_view tooltip)
{
    const auto side = px(2 * radius);
    const auto path = fmt::format("M{},{}h{}l{},{}z", px(centre.x - radius), px(centre.y - radius), side, px(-radius), side);
    add_path(drawing, path, classes, tooltip);
}

void add_cross(Drawing& drawing, Point centre, double radius, std::string_view classes, std::string_view tooltip)
{
    const auto d = px(2 * radius);
    add_path(drawing, fmt::format("M{},{}l{},{}m0,-{}l-{},{}", px(centre.x - radius), px(centre.y - radius), d, d, d, d, d), classes, tooltip);
}

void add_cells(Drawing& drawing, const std::vector<Box>& cells, std::string_view classes)
{
    std::string path;
    for (const auto& cell : cells) {
        path += fmt::format("M{},{}h{}v{}h{}z", px(cell.x), px(cell.y), px(cell.width), px(cell.height), px(-cell.width));
    }
    add_path(drawing, path, classes, "");
}

void add_picture(Drawing& drawing, const Box& box, std::string_view png)
{
    const auto place = fmt::format("x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"", px(box.x), px(box.y), px(box.width), px(box.height));
    drawing.body += fmt::format("<image class=\"sharp\" {} preserveAspectRatio=\"none\" href=\"data:image/png;base64,{}\"/>\n", place, png);
}

void add_text(Drawing& drawing, Point at, std::string_view text, std::string_view classes)
{
    drawing.body += fmt::format("<text class=\"{}\" x=\"{}\" y=\"{}\">{}</text>\n", classes, px(at.x), px(at.y), escaped(text));
}

void add_upward_text(Drawing& drawing, Point at, std::string_view text, std::string_view classes)
{
    drawing.body += fmt::format("<text class=\"{} middle\" transform=\"translate({},{}) rotate(-90)\">{}</text>\n", classes, px(at.x),
                                px(at.y), escaped(text));
}

std::string svg_element(const Drawing& drawing, std::string_view description)
{
    return fmt::format("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">\n{}</svg>\n",
                       px(drawing.width), px(drawing.height), escaped(description), drawing.body);
}

}  // namespace sluice::report
