#pragma once

#include "acquisition/score.hpp"
#include "models/predictions.hpp"

namespace sluice::acquisition {

/// A uniform random number for every row, keyed by (seed, iteration, global row). Uses no model.
void random_score(RowId first_row, RowId rows, const ScoreContext& context, Scores scores);

}  // namespace sluice::acquisition
