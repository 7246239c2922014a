#pragma once

#include "report/plot/scale.hpp"
#include "report/plot/svg.hpp"
#include "report/plot/ticks.hpp"

#include <string>
#include <vector>

namespace sluice::report {

/// What a pair of axes shows and the place that it takes, tick numbers and labels included.
struct AxesSpec {
    Box place;
    Range x;
    Range y;
    std::string x_label;
    std::string y_label;
    bool x_is_whole = false;  ///< an axis that counts: no ticks between whole numbers
    bool y_is_logarithm = false;  ///< y are common logarithms; the numbers at the axis are not
};

/// The inner rectangle of drawn axes, with the scales that place data in it.
struct Frame {
    Box inner;
    Scale x;
    Scale y;
    Ticks x_ticks;
};

/// Space for numbers and label left of the frame, unless the numbers are very long; equal, so that stacked panels and legends are in line.
constexpr double usual_left_space = 72;

/// Draws axes, ticks and labels. The ranges must not be empty; see `padded`.
Frame draw_axes(Drawing& drawing, const AxesSpec& spec);

/// A second scale along the top of a frame: texts at x values.
void draw_top_labels(Drawing& drawing, const Frame& frame, const std::vector<double>& at, const std::vector<std::string>& texts,
                     const std::string& label);
/// Height that they need above the frame.
constexpr double top_labels_height = 36;

/// The x axis of figures by iteration: every iteration is a column from -1/2 to +1/2 around its number.
Range iteration_range(double first, double last);

}  // namespace sluice::report
