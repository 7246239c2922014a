#pragma once

#include "models/family.hpp"

namespace sluice::fusion {

/// What the rows that a member was not trained on say of it. Residuals in scaled target units.
struct MemberQuality {
    double r2 = 0;          ///< >= 1e-8
    double log_score = 0;   ///< summed log density of the residuals under the best of nine Student t distributions (ELPD)
    double variance = 0;    ///< sample variance of the residuals
    double robust_variance = 0;  ///< from their median absolute deviation
    std::int64_t rows = 0;
};

/// \param residual  truth minus prediction of the out-of-bag rows  \param truth  of the same rows
/// Source: specs: fusion, 6.5.
MemberQuality member_quality(std::span<const double> residual, std::span<const double> truth);

/// Log density of a Student t distribution of `degrees` of freedom and the given scale.
double student_log_density(double x, double degrees, double scale);

/// How far a family may be trusted for one target.
struct Reliability {
    double accuracy = 0;     ///< of the R2 channel, in [0, 1]
    double calibration = 0;  ///< of the ELPD channel, in [0, 1]
    double noise = 0;        ///< residual variance of the family, robust
    double r2 = 0;           ///< mean over members
    double r2_deviation = 0; ///< population deviation over members
    double log_score = 0;    ///< per out-of-bag row
};

/// Source: specs: fusion, 6.5 (aggregates) and 6.6.
Reliability reliability(std::span<const MemberQuality> members);

/// Residuals of one family and target over the labelled rows.
struct Residuals {
    std::vector<MemberQuality> members;
    std::vector<double> mean;             ///< [rows] over all members
    std::vector<double> out_of_bag_mean;  ///< [rows] over the members that have not seen the row; 0 if all have
};

/// 1 - squared residuals / squared deviations of the truth from its mean; 0 if all truths are equal.
double explained_share(std::span<const double> residual, std::span<const double> truth);

/// \param predicted  [rows, members] of all labelled rows
Residuals residuals(std::span<const double> truth, std::span<const float> predicted, std::span<const models::Bootstrap> bootstraps);

}  // namespace sluice::fusion
