#pragma once

#include <cstddef>

namespace sluice::report {

/// The style sheet of the page. Figures take all colours from it, by these classes:
///   c0 … c7    hues that people with any colour vision can tell apart (after Okabe and Ito 2008), given to the marks below
///   r0 … r11   a ramp from early to late iterations (plasma, cut so that both ends stand out from the ground)
///   g0 … g9    shades of a density, from thin to dense
///   line, thin, faint, band, dot, box, pick, hollow, cross    marks;  d0 … d3 dashes;  ink the colour of text
///   axis, grid, frame, tick, label                           axes
extern const char* const page_style;

constexpr std::size_t hues = 8;
constexpr std::size_t dashes = 4;
constexpr int ramp_colours = 12;
constexpr int density_levels = 10;

}  // namespace sluice::report
