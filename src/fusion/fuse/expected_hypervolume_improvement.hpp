#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace sluice::fusion {

constexpr std::size_t improvement_samples = 64;

/// The standard-normal draws of one family and iteration, shared by all rows.
/// \return  [targets, improvement_samples]
std::vector<double> improvement_draws(std::uint64_t seed, std::uint32_t iteration, std::uint64_t family, std::size_t targets);

/// What one family says about the rows of a screen, in scaled target units.
struct FamilyScreen {
    std::span<const double> mean;         ///< [rows, targets] larger is preferred, unless the target has a window
    std::span<const double> deviation;    ///< [rows, targets] >= 0
    std::span<const double> correlation;  ///< [targets, targets] of the family's residuals
    std::span<const double> reliability;  ///< [targets] weight of each target, >= 0
};

/// Monte-Carlo expected hypervolume improvement of each row over the labelled rows, by one family: mean plus kappa population standard deviations of the
/// improvement over the samples. Values are correlated normals; with a window, their negative distance to its centre. A row whose covariance has no Cholesky
/// factor has the value 0.
/// \param labelled   [any, targets] labelled values, scaled, larger is preferred; with a window, their negative distance to its centre
/// \param centre     [targets] centre of each target's window, scaled; none where the target has no window
/// \param draws      [targets, improvement_samples]
/// \param kappa      >= 0; the paper's methods of the UCB kind take 0.1, EI and PI take 0
/// \return           [rows], scaled units to the power `targets`
/// The region to be gained is cut into boxes once, instead of computing a hypervolume per sample. Rows are dealt to threads.
/// Source: specs: fusion, sections 10.3 and 3.3.
std::vector<double> expected_hypervolume_improvement(const FamilyScreen& family, std::span<const double> labelled,
                                                     std::span<const std::optional<double>> centre, std::span<const double> draws, double kappa);

}  // namespace sluice::fusion
