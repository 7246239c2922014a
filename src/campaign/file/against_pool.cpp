#include "campaign/file/against_pool.hpp"

#include "campaign/file/sections.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace sluice::campaign {

namespace {

/// What a campaign asks of its pool that the pool does not have.
void check_rows(Reader& reader, const toml::table& root, const CampaignFile& file, const pool::PoolInfo& info)
{
    for (std::size_t t = 0; t < file.goals.size() && file.problem.kind == "closed-pool"; ++t) {
        const auto& name = file.goals[t].target;
        if (name.empty() || std::find(info.target_names.begin(), info.target_names.end(), name) != info.target_names.end()) continue;
        reader.add(reader.place("target", root.at_path(fmt::format("target[{}].name", t)).node()),
                   fmt::format("[[target]] name = \"{}\": not a target of {}; allowed: {}", name, info.path, fmt::join(info.target_names, ", ")));
    }
    const auto* initial = root.at_path("campaign.initial").node();
    for (const double row : file.initial.numbers("rows")) {
        if (row >= static_cast<double>(info.rows)) {
            reader.add(reader.place("campaign.initial", initial, "rows"), fmt::format("[campaign.initial] rows: {} is not a row of {}; allowed: 0 to {}", row, info.path, info.rows - 1));
        }
    }
    if (const auto count = file.initial.whole("count"); file.initial.text("rule") == "random" && count > info.rows) {
        reader.add(reader.place("campaign.initial", initial, "count"), fmt::format("[campaign.initial] count = {}: {} has {} rows", count, info.path, info.rows));
    }
    if (const auto test = file.pool.whole("test"); file.problem.kind == "closed-pool" && test > info.rows) {
        reader.add(reader.place("pool", root.at_path("pool.test").node(), "test"), fmt::format("[pool] test = {}: {} has {} rows", test, info.path, info.rows));
    }
}

/// Whether all labels of a closed pool are classes, or unknown. The first that is not is reported.
void check_classes(Reader& reader, const toml::table& root, const CampaignFile& file, const pool::PoolInfo& info, const hdf5::File& pool)
{
    constexpr RowId rows_at_once = 65536;
    const auto& goal = file.goals.front();
    const auto width = info.target_names.size();
    const auto column = static_cast<std::size_t>(std::find(info.target_names.begin(), info.target_names.end(), goal.target) - info.target_names.begin());
    if (column == width || goal.classes < 2) return;  // reported
    std::vector<double> targets;
    for (RowId first = 0; first < info.rows; first += rows_at_once) {
        const auto count = std::min(rows_at_once, info.rows - first);
        targets.resize(static_cast<std::size_t>(count) * width);
        pool.read_rows("/targets", hdf5::Type::float64, first, count, targets.data());
        for (RowId i = 0; i < count; ++i) {
            const double value = targets[static_cast<std::size_t>(i) * width + column];
            if (std::isnan(value) || goal.allows(value)) continue;
            reader.add(reader.place("target", root.at_path("target[0].name").node()),
                       fmt::format("[[target]] name = \"{}\": {} of row {} of {} is not a class; must be a whole number from 0 to {}, or NaN where unknown", goal.target, value, first + i, info.path, goal.classes - 1));
            return;
        }
    }
}

/// A simulator may need what is not there: it answers one row before work starts.
void check_simulator(Reader& reader, const toml::table& root, const CampaignFile& file)
{
    const auto simulator = simulator_of(file.problem);
    if (!simulator) return;
    try {
        std::vector<float> x(simulator->columns.size());
        std::vector<double> y(simulator->targets.size());
        simulator->draw(file.seed(), problems::Population::pool, 0, x);
        simulator->answer(file.seed(), problems::Population::pool, 0, x, y);
    } catch (const Error& error) {
        reader.add(reader.place("problem", root.get("problem")), fmt::format("[problem] {}", error.what()));
    }
}

void check_pool(Reader& reader, const toml::table& root, const CampaignFile& file)
{
    if (file.pool_is_fresh()) return;
    if (file.pool_is_drawn()) {
        pool::PoolInfo drawn;
        drawn.path = file.problem.kind;
        drawn.rows = file.drawn_rows();
        if (drawn.rows > 0) check_rows(reader, root, file, drawn);
        return;
    }
    if (file.pool.text("file").empty()) return;
    try {
        const auto pool = hdf5::File::open(file.pool_path());
        const auto info = pool::read_pool_info(pool);
        check_rows(reader, root, file, info);
        if (file.classifies() && file.problem.kind == "closed-pool") check_classes(reader, root, file, info, pool);
    } catch (const Error& error) {
        reader.add(reader.place("pool", root.at_path("pool.file").node(), "file"), fmt::format("[pool] file: {}", error.what()));
    }
}

}  // namespace

void check_against_pool(Reader& reader, const toml::table& root, const CampaignFile& file)
{
    check_simulator(reader, root, file);
    check_pool(reader, root, file);
}

}  // namespace sluice::campaign
