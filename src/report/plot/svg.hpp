#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sluice::report {

/// A place in a drawing: pixels to the right and down.
struct Point {
    double x = 0;
    double y = 0;
};

struct Box {
    double x = 0;  ///< left
    double y = 0;  ///< top
    double width = 0;
    double height = 0;
};

/// One SVG figure as it grows. Colours and strokes are CSS classes of the page (page_style.hpp), so that one drawing serves light, dark and
/// paper; the functions below take the classes of what they add.
struct Drawing {
    double width = 0;
    double height = 0;
    std::string body = {};
};

/// The text for HTML and SVG, in elements and in attributes: markup becomes visible characters, control characters a replacement sign.
std::string escaped(std::string_view text);
/// At most `characters` characters, the last an ellipsis if something was cut off.
std::string shortened(std::string_view text, std::size_t characters);
/// Estimated width in pixels of a text in the figures' font size; fonts differ by some ten per cent.
double text_width(std::string_view text);

void add_line(Drawing& drawing, Point from, Point to, std::string_view classes);
void add_polyline(Drawing& drawing, const std::vector<Point>& points, std::string_view classes);
void add_polygon(Drawing& drawing, const std::vector<Point>& points, std::string_view classes);
/// A tooltip is shown where the pointer rests; empty: none.
void add_rectangle(Drawing& drawing, const Box& box, std::string_view classes, std::string_view tooltip = "");
void add_circle(Drawing& drawing, Point centre, double radius, std::string_view classes, std::string_view tooltip = "");
void add_diamond(Drawing& drawing, Point centre, double radius, std::string_view classes, std::string_view tooltip = "");
void add_square(Drawing& drawing, Point centre, double radius, std::string_view classes, std::string_view tooltip = "");
void add_triangle_down(Drawing& drawing, Point centre, double radius, std::string_view classes, std::string_view tooltip = "");
void add_cross(Drawing& drawing, Point centre, double radius, std::string_view classes, std::string_view tooltip = "");
/// Many boxes of one colour as one path, as heat maps need them.
void add_cells(Drawing& drawing, const std::vector<Box>& cells, std::string_view classes);
/// A picture of which every pixel stays sharp. \param png  a PNG file in base64
void add_picture(Drawing& drawing, const Box& box, std::string_view png);
/// The text's baseline is at `at`; classes "middle" and "end" move its anchor.
void add_text(Drawing& drawing, Point at, std::string_view text, std::string_view classes);
/// Reads upwards, centred on `at`.
void add_upward_text(Drawing& drawing, Point at, std::string_view text, std::string_view classes);

/// The finished element; `description` is what a screen reader says.
std::string svg_element(const Drawing& drawing, std::string_view description);

}  // namespace sluice::report
