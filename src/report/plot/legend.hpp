#pragma once

#include "report/plot/svg.hpp"

#include <string>
#include <vector>

namespace sluice::report {

enum class Mark { line, band, box, dot, square, diamond, cross, triangle };

struct LegendEntry {
    Mark mark = Mark::line;
    std::string classes;  ///< of the mark, as in the figure
    std::string text;
};

/// Draws the entries side by side, on as many lines as they need, from the top of the place downwards.
/// \return the height that they took
double draw_legend(Drawing& drawing, const Box& place, const std::vector<LegendEntry>& entries);

}  // namespace sluice::report
