#pragma once

#include "base/work.hpp"
#include "fusion/fit/families.hpp"
#include "fusion/fit/out_of_bag.hpp"
#include "fusion/labelled_set.hpp"

namespace sluice::fusion {

/// One family fitted to one target: its members, and what is known of them.
struct Surrogate {
    std::size_t family = 0;  ///< index in Stage1::families
    std::size_t target = 0;
    EffectiveDimension dimension;
    InformationBudget information;
    Options chosen;              ///< hyper-parameters
    double search_score = 0;     ///< of the chosen trial
    models::Family made;         ///< with these
    std::vector<models::Member> members;
    models::Predict predict;     ///< of all members: [rows, members, 1]
    double flops_per_row = 0;
    Reliability reliability;
    double explained = 0;          ///< share of the labelled rows' variance that the out-of-bag means explain; negative where they are worse than none
    std::vector<double> residual;  ///< [labelled rows] mean over members, for the correlation between targets
};

/// What keys the draws of an iteration.
struct IterationKey {
    std::uint64_t seed = 0;
    std::uint32_t iteration = 0;
};

/// Stage 1: for every target and family, a target-biased sample, stage 0 on it, a hyper-parameter search within its budget, bootstrap members and their
/// out-of-bag quality. Trials and members are dealt to ranks and threads; trained members are gathered. Collective; a safe point.
/// \param biased  per target: target-biased weight of each labelled row, summing to 1 (6.2)
/// \param terms   that linear families may draw
/// \return        target-major: all families of the first target, in the order of families()
/// Source: paper 003, stages 0 and 1; specs: fusion, sections 5 and 6.
std::vector<Surrogate> fit_surrogates(const LabelledSet& labelled, const std::vector<std::vector<double>>& biased, TermRange terms, const Switches& switches, int members, int trials,
                                      const IterationKey& key, const Communicator& ranks);

}  // namespace sluice::fusion
