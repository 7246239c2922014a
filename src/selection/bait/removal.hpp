#pragma once

#include "parallel/communicator.hpp"

#include <Eigen/Dense>

#include <vector>

namespace sluice::selection {

/// A forward pick of BAIT: a row g, scaled by its weight. M is the information before it.
struct Pick {
    Ranked ranked;                      ///< row, and influence / (1 + leverage)
    Eigen::MatrixXd v;                  ///< M^-1 g
    Eigen::MatrixXd covered;            ///< F v, F the mean information of the pool
    double leverage;                    ///< g . v
    double influence;                   ///< v . F v
    std::vector<double> along_earlier;  ///< g . v of each earlier pick
};

/// The backward steps of BAIT: removes the pick whose information is missed least, again and again, until `kept` are left. What the steps need is had from
/// products among picks: the pool is not looked at again.
/// \return  removed rows, with  influence / (leverage - 1)  under the information of the picks that were left; ties to the lower row
/// Source: Ash et al. 2021; spec: two-index, section 6, BAIT.
std::vector<Ranked> remove_least_useful(const std::vector<Pick>& picks, std::size_t kept);

}  // namespace sluice::selection
