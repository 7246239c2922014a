#include "campaign/event_check.hpp"

#include "campaign/candidates/fresh_pool.hpp"

namespace sluice::campaign {

namespace {

std::int64_t iteration_of(const JournalEvent& event)
{
    return std::visit([](const auto& entry) { return entry.iteration; }, event);
}

}  // namespace

void check_event(const JournalEvent& event, const CampaignFile& file, const pool::PoolInfo& info, const std::function<void(const std::string&)>& complain)
{
    const auto check_row = [&](RowId row) {
        if (file.pool_is_fresh()) {
            if (const auto pool = fresh_pool(file); row < pool.begin(iteration_of(event)) || row >= pool.end(iteration_of(event))) {
                complain(fmt::format("row {} is not a candidate of iteration {}", row, iteration_of(event)));
            }
            return;
        }
        if (!file.domain && (row < 0 || row >= info.rows)) complain(fmt::format("row {} is not a row of {}", row, info.path));
    };
    if (const auto* batch = std::get_if<BatchEvent>(&event)) {
        for (const RowId row : batch->rows) check_row(row);
        if (file.domain && batch->points.size() != batch->rows.size()) complain(fmt::format("{} rows have {} points", batch->rows.size(), batch->points.size()));
        for (const auto& point : batch->points) {
            if (static_cast<RowId>(point.size()) != info.columns) complain(fmt::format("a point of {} features; the domain has {}", point.size(), info.columns));
        }
        return;
    }
    const auto& label = std::get<LabelEvent>(event);
    check_row(label.row);
    if (!label.answer) return;
    if (label.answer->size() != file.goals.size()) {
        complain(fmt::format("row {} has {} values for {} targets", label.row, label.answer->size(), file.goals.size()));
        return;
    }
    for (std::size_t t = 0; t < file.goals.size(); ++t) {
        if (!file.goals[t].allows((*label.answer)[t])) complain(fmt::format("row {} has {} for a class of '{}'", label.row, (*label.answer)[t], file.goals[t].target));
    }
}

}  // namespace sluice::campaign
