#pragma once

#include <cstddef>
#include <vector>

namespace sluice::acquisition {

/// The mixtures of an ensemble at one point: M = members x components Gaussians with diagonal covariance, in room that is used again for every point.
/// Components come last, so that loops over pairs run over them. They are taken as a ring: pairs are a component and the one `shift` places further on, for
/// shifts 1 to M/2, so that each pair comes once and all rows of pairs are of one length.
struct EnsembleMixture {
    std::size_t members = 0, components = 0, targets = 0;
    std::size_t count = 0;         ///< M
    std::size_t whole = 0;         ///< M, a multiple of the lanes of a loop
    std::size_t shifts = 0;        ///< M/2
    std::size_t margin = 0;        ///< shifts, a multiple of the lanes
    std::size_t padded = 0;        ///< whole + margin: behind the components the first ones come again
    std::size_t padded_targets = 0;
    double log_members = 0;
    std::vector<double> log_beta;  ///< [whole] log of weight / members
    std::vector<double> mean;      ///< [padded_targets, padded]
    std::vector<double> variance;  ///< [padded_targets, padded], > 0

    // While the score is worked out.
    std::vector<double> half;      ///< [padded] half the logarithm of N_ii
    std::vector<double> product;   ///< [shifts, whole] of the sums of two variances
    std::vector<double> overlap;   ///< [shifts, margin + whole] behind the margin: log of N_ij / sqrt(N_ii N_jj), j = i + shift; then its exponential
    std::vector<double> weight;    ///< [margin + padded] behind the margin: beta_i sqrt(N_ii), scaled; a ring to both sides
    std::vector<double> overlaps;  ///< [whole] what the others weigh where they overlap with i

    EnsembleMixture(std::size_t members, std::size_t components, std::size_t targets);
    /// \param logits     [components] of a member
    /// \param means      [components, targets]
    /// \param variances  [components, targets]; raised to `floors` [targets]
    void set_member(std::size_t member, const float* logits, const float* means, const float* variances, const double* floors);
    /// After all members have been set: softmax of their logits.
    void weigh_members();
};

/// MI-LB is bounded by log E - (D/2)(1 - log 2), which it takes when all components lie far from one another.
double mi_lb_bound(std::size_t members, std::size_t targets);

/// The logarithm of what MI-LB lacks of its bound: a lower bound of the mutual information between response and member, from Huber's bounds of the
/// entropies of mixtures, in a form in which nothing cancels. Rows of least log delta know least.
/// Source: paper 000, equations of MI-LB; specs: two-index, 5 (cancellation-free form).
double mi_lb_log_delta(EnsembleMixture& mixture);

/// MI-LB as the difference of two entropies in single precision, as the reference code has it: on its plateau rounding decides. Specs: two-index, 5.
float mi_lb_two_term(const EnsembleMixture& mixture);

}  // namespace sluice::acquisition
