#include "report/record/stages.hpp"

#include "base/csv.hpp"
#include "base/error.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace sluice::report {

namespace {

constexpr std::array<const char*, 8> order_in_an_iteration = {"read", "fit", "score", "select", "checkpoint", "ask", "journal", "map"};

double or_zero(double value)
{
    return std::isfinite(value) ? value : 0;
}

}  // namespace

std::vector<StageCost> read_stages(const std::filesystem::path& path)
{
    if (!std::filesystem::exists(path)) return {};
    const auto table = read_csv(path);
    const auto column = [&](const std::string& name) {
        const auto index = table.find(name);
        if (index == table.header.size()) fail("{}: has no column '{}'", path.string(), name);
        return index;
    };
    const auto iteration = column("iteration"), stage = column("stage");
    const auto seconds = column("seconds"), bytes = column("bytes"), flops = column("flops");

    std::vector<StageCost> costs;
    for (std::size_t row = 0; row < table.rows.size(); ++row) {
        costs.push_back({.iteration = std::llround(or_zero(csv_number(table, row, iteration))),
                         .stage = table.rows[row][stage],
                         .seconds = or_zero(csv_number(table, row, seconds)),
                         .bytes = or_zero(csv_number(table, row, bytes)),
                         .flops = or_zero(csv_number(table, row, flops))});
    }
    return costs;
}

std::vector<StageTotal> stage_totals(const std::vector<StageCost>& costs)
{
    std::vector<StageTotal> totals;
    for (const char* name : order_in_an_iteration) totals.push_back({.stage = name, .place = totals.size()});
    for (const auto& cost : costs) {
        auto total = std::find_if(totals.begin(), totals.end(), [&](const auto& t) { return t.stage == cost.stage; });
        if (total == totals.end()) total = totals.insert(totals.end(), StageTotal{.stage = cost.stage, .place = totals.size()});
        total->seconds += cost.seconds;
        total->bytes += cost.bytes;
        total->flops += cost.flops;
    }
    std::erase_if(totals, [](const auto& t) { return t.seconds == 0 && t.bytes == 0 && t.flops == 0; });
    return totals;
}

double total_seconds(const std::vector<StageCost>& costs)
{
    double sum = 0;
    for (const auto& cost : costs) sum += cost.seconds;
    return sum;
}

}  // namespace sluice::report
