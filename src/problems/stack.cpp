#include "problems/box_function.hpp"
#include "problems/problem.hpp"

#include <array>
#include <complex>
#include <numbers>

namespace sluice::problems {

namespace {

using Complex = std::complex<double>;

constexpr std::size_t films = 5;
constexpr double index_before = 1.46, index_behind = 1, index_film = 2;  ///< of glass, air, silicon nitride
constexpr Complex index_graphene = {3.306459758, 3.152632723};           ///< constant, as in the published code, whose table begins beyond the spectrum
constexpr double graphene_thickness = 0.35;                              ///< nm
constexpr double shortest = 240, longest = 2000;                         ///< nm

/// Characteristic matrix of layers at normal incidence.
struct Matrix {
    Complex m11 = 1, m12 = 0, m21 = 0, m22 = 1;

    void append(Complex index, double thickness, double wavelength)
    {
        const Complex phase = -2 * std::numbers::pi * index * thickness / wavelength, cosine = std::cos(phase), sine = std::sin(phase);
        const Complex right12 = Complex(0, 1) / index * sine, right21 = Complex(0, 1) * index * sine;
        *this = {m11 * cosine + m12 * right21, m11 * right12 + m12 * cosine, m21 * cosine + m22 * right21, m21 * right12 + m22 * cosine};
    }
};

/// Absorbance 1 - R - T of five films of silicon nitride, graphene before each, between glass and air, by the method of transfer matrices.
/// \param u  thicknesses of the films, 27.5 + 22.5 u nm
double absorbance(std::span<const float> u, double wavelength)
{
    Matrix layers;
    for (std::size_t i = 0; i < films; ++i) {
        layers.append(index_graphene, graphene_thickness, wavelength);
        layers.append(index_film, 27.5 + 22.5 * static_cast<double>(u[i]), wavelength);
    }
    const Complex field = layers.m11 + layers.m12 * index_behind, flux = layers.m21 + layers.m22 * index_behind;
    return 4 * index_before * (field * std::conj(flux) - index_behind).real() / std::norm(index_before * field + flux);
}

/// Chebyshev points of the second kind, from the shortest to the longest wavelength.
std::vector<double> wavelengths(std::size_t count)
{
    std::vector<double> points;
    for (std::size_t m = 0; m < count; ++m) {
        points.push_back((shortest + longest) / 2 - (longest - shortest) / 2 * std::cos(std::numbers::pi * static_cast<double>(m) / static_cast<double>(count - 1)));
    }
    return points;
}

Problem make(const Options& options)
{
    const auto points = wavelengths(static_cast<std::size_t>(options.whole("wavelengths")));
    const auto spectrum = [points](std::span<const float> u, std::span<double> y) {
        for (std::size_t m = 0; m < points.size(); ++m) y[m] = absorbance(u, points[m]);
    };
    return {.simulator = simulate_over_box(numbered("thickness", films), numbered("absorbance", points.size()), spectrum)};
}

/// Source: paper 002, STACK; spec: regression-methods, section 3, which took the numbers from the published code.
const ProblemRegistration registration{
    "stack",
    "simulator of paper 002: absorption spectrum of a stack of graphene and five films (STACK)",
    {whole("wavelengths", 256).at_least(2).at_most(4096).help("points of the spectrum: 256 as in the published code, 201 as in the paper")},
    make};

}  // namespace

}  // namespace sluice::problems
