#pragma once

#include "report/plot/axes.hpp"

#include <vector>

namespace sluice::report {

/// A value per iteration. NaN: nothing is known there, and lines and bands are interrupted.
struct Series {
    std::vector<double> iteration;  ///< ascending whole numbers
    std::vector<double> value;
};

/// Lines that are level over each iteration's column and step between columns: two points per iteration, one line per unbroken stretch.
std::vector<std::vector<Point>> step_lines(const Frame& frame, const Series& series);

/// The area between two series, level over each iteration's column; one polygon per unbroken stretch.
std::vector<std::vector<Point>> step_bands(const Frame& frame, const Series& lower, const Series& upper);

}  // namespace sluice::report
