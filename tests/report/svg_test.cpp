#include "report/plot/svg.hpp"

#include <gtest/gtest.h>

namespace sluice::report {

TEST(Escaped, LeavesNoMarkupAndNoControlCharacters)
{
    EXPECT_EQ(escaped("<script>\"a\" & 'b'</script>"), "&lt;script&gt;&quot;a&quot; &amp; &#39;b&#39;&lt;/script&gt;");
    EXPECT_EQ(escaped("bell\x07!"), "bell\xEF\xBF\xBD!");
    EXPECT_EQ(escaped("two\r\nlines\tσ²"), "two\nlines\tσ²");
}

TEST(Shortened, CountsCharactersAndNotBytes)
{
    EXPECT_EQ(shortened("σσσσ", 4), "σσσσ");
    EXPECT_EQ(shortened("σσσσσ", 4), "σσσ…");
    EXPECT_EQ(shortened("", 4), "");
}

TEST(Drawing, WritesCoordinatesToAHundredthOfAPixel)
{
    Drawing drawing{.width = 10, .height = 20};
    add_polyline(drawing, {{0, 1.0 / 3}, {-0.001, 20}}, "line c1");
    EXPECT_EQ(drawing.body, "<polyline class=\"line c1\" points=\"0,0.33 0,20\"/>\n");
    EXPECT_NE(svg_element(drawing, "a < b").find("viewBox=\"0 0 10 20\" role=\"img\" aria-label=\"a &lt; b\""), std::string::npos);
}

TEST(Drawing, EscapesTextsAndTooltips)
{
    Drawing drawing;
    add_text(drawing, {1, 2}, "a<b", "label");
    add_circle(drawing, {3, 4}, 5, "dot", "x&y");
    EXPECT_EQ(drawing.body, "<text class=\"label\" x=\"1\" y=\"2\">a&lt;b</text>\n"
                            "<circle class=\"dot\" cx=\"3\" cy=\"4\" r=\"5\"><title>x&amp;y</title></circle>\n");
}

TEST(Drawing, JoinsCellsIntoOnePath)
{
    Drawing drawing;
    add_cells(drawing, {{0, 0, 2, 3}, {4, 5, 2, 3}}, "cells g1");
    EXPECT_EQ(drawing.body, "<path class=\"cells g1\" d=\"M0,0h2v3h-2zM4,5h2v3h-2z\"/>\n");
}

}  // namespace sluice::report
