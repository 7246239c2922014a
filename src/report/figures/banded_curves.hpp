#pragma once

#include "report/plot/svg.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sluice::report {

/// Values of several runs that belong together, by the number of labelled rows.
struct BandedCurve {
    std::size_t colour = 0;  ///< see colour_classes
    std::string name;        ///< for tooltips
    std::string legend;
    std::map<double, std::vector<double>> values = {};  ///< sorted
};

/// A pair of axes with curves.
struct CurvePanel {
    std::string quantity;  ///< for tooltips and the axis: "test NLL"
    std::string y_label;
    std::vector<BandedCurve> curves;
    std::optional<double> reference;  ///< a dashed level
    std::string reference_legend = {};
};

/// Adds a value in its place.
void insert_sorted(std::vector<double>& sorted, double value);

/// Draws medians, bands from the smallest to the largest of several values, and a legend; logarithmic from a decade of positive values on.
/// \return the height that it took
double draw_curve_panel(Drawing& drawing, double top, const CurvePanel& panel);

}  // namespace sluice::report
