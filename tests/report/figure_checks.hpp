#pragma once

#include "report/plot/svg.hpp"
#include "report/record/run_record.hpp"

#include <limits>
#include <string>
#include <vector>

namespace sluice::report {

constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();
constexpr double pixel = 0.02;  ///< tolerance: coordinates are written to a hundredth

/// A run with one maximized target "gap" of which iteration i has this best, and a batch from best - 2 to best with mean best - 1.
RunRecord run_with_best(const std::vector<double>& best);
/// A run that succeeds at this iteration; negative: never.
RunRecord run_with_success_at(std::int64_t iteration, std::size_t iterations);

/// The first group of every match.
std::vector<std::string> all_matches(const std::string& text, const std::string& pattern);
std::size_t count(const std::string& text, const std::string& part);
/// Of a polyline's or polygon's "x,y x,y ...".
std::vector<Point> points_of(const std::string& text);

/// Pixel of a number on an axis, read from the drawing, so that no test knows the layout; NaN if the axis has no such tick.
double x_of_tick(const std::string& svg, const std::string& label);
double y_of_tick(const std::string& svg, const std::string& label);

}  // namespace sluice::report
