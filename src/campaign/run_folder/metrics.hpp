#pragma once

#include "campaign/run_folder/journal.hpp"
#include "problems/goal.hpp"

#include <optional>

namespace sluice::campaign {

/// How a closed pool judges its labelled rows.
struct Judgement {
    problems::Aggregation aggregation;
    double success;
};

/// The figures that a strategy gave with a batch, by name: the numbers of the object "figures" of its diagnostics. They are of the model that chose the
/// batch, which knew the labels of the batches before.
std::vector<std::pair<std::string, double>> figures_of(const BatchEvent& batch);

/// The text of metrics.csv, one line per answered batch. It is a function of the journal alone, and so needs no state of its own over restarts.
/// Columns: iteration, labelled, failed; the strategy's figures, in the order of their first appearance; per target best, batch_min, batch_mean, batch_max
/// (raw units) and oob_r2; aggregate_best, aggregate_batch_max, success (closed pools). Targets that are only to be predicted have oob_r2 at most, and that
/// if any batch has it. Cells without a value are empty.
std::string metrics_csv(const std::vector<JournalEvent>& events, const std::vector<problems::Goal>& goals, const std::optional<Judgement>& judgement);

}  // namespace sluice::campaign
