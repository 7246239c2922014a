#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace sluice::problems {

/// Test functions of any number of dimensions, to be minimised; the least value is 0. \param x  within the function's box
/// Source: specs: fusion, 3.4.
double ackley(std::span<const double> x);     ///< on [-32.768, 32.768], least at 0
double rastrigin(std::span<const double> x);  ///< on [-5.12, 5.12], least at 0
double schwefel(std::span<const double> x);   ///< on [-500, 500], least at 420.968746 in each dimension (to 1e-5 per dimension)

/// z = R'(x - o): a random rotation about a random origin, that a function may be looked at through.
struct ShiftRotation {
    std::vector<double> origin;    ///< [columns] within 0.3 half widths of the box's centre
    std::vector<double> rotation;  ///< [columns, columns], orthogonal, row-major

    std::vector<double> apply(std::span<const double> x) const;
};

/// \param half_width  of the function's box, which is centred at 0
/// Source: specs: fusion, 3.4: R from the QR decomposition of a Gaussian matrix, its columns' signs fixed.
ShiftRotation draw_shift_rotation(std::size_t columns, double half_width, std::uint64_t seed);

}  // namespace sluice::problems
