#pragma once

#include <string>

namespace sluice::report {

/// A figure as the page takes it. Without a drawing the caption says why there is none.
struct Figure {
    std::string svg;
    std::string caption;  ///< HTML; names from the run are escaped
};

/// Width of all figures in their own pixels; the page scales them to the column.
constexpr double figure_width = 800;

}  // namespace sluice::report
