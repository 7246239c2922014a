#pragma once

#include "fusion/labelled_process.hpp"
#include "fusion/screen.hpp"

namespace sluice::fusion {

/// What the surrogates know of the targets: the share of the variance of the labelled rows that the best family's out-of-bag means explain, in [0, 1]; the
/// mean over targets.
double explained_by_best(const std::vector<Surrogate>& surrogates, std::size_t targets);

/// How many rows of a batch go to the expected improvement of a process beside the families: of four tenths of the batch, its part of both signal-to-noise ratios,
/// where a model that explains a share R2 of the variance has R2 / (1 - R2). Fused scores are close to greedy; where a smooth process knows as much as the
/// best family, what it expects of rows unlike the labelled ones is worth more than the batch's last rows.
/// \param families, process  shares of the variance that they explain; below 0 is nothing
std::int64_t improving_share(double families, double process, std::int64_t batch);

/// Rows of the screen that a process expects to improve most on the best label, one after the other, each given the variances that the batch and the rows before
/// it will leave. Fewer where the screen has no more.
/// \param batch  indices into the screen of the rows that are chosen already
/// \return       indices into the screen
/// Source: Jones, Schonlau and Welch 1998, eq. 15; the variances after a label that is not known yet: Desautels, Krause and Burdick 2014, section 3.1.
std::vector<std::size_t> improving_rows(const LabelledProcess& process, const Screen& screen, std::int64_t columns, std::span<const std::size_t> batch, std::size_t count);

}  // namespace sluice::fusion
