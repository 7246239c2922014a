#pragma once

#include "campaign/journal.hpp"
#include "problems/goal.hpp"

#include <optional>

namespace sluice::campaign {

/// How a closed pool judges its labelled rows.
struct Judgement {
    problems::Aggregation aggregation;
    double success;
};

/// The text of metrics.csv, one line per answered batch. It is a function of the journal alone, and so needs no state of its own over restarts.
/// Columns: iteration, labelled, failed; per target best, batch_min, batch_mean, batch_max (raw units) and oob_r2; aggregate_best,
/// aggregate_batch_max, success (closed pools). Cells without a value are empty.
std::string metrics_csv(const std::vector<JournalEvent>& events, const std::vector<problems::Goal>& goals, const std::optional<Judgement>& judgement);

}  // namespace sluice::campaign
