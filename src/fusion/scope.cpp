#include "fusion/scope.hpp"

#include "fusion/generate/search_region.hpp"
#include "fusion/labelled_set.hpp"

#include <algorithm>
#include <cmath>

namespace sluice::fusion {

namespace {

pool::Scaling scaling_of_rows(const std::vector<float>& x, std::int64_t columns)
{
    pool::Scaling scaling;
    const auto rows = static_cast<std::int64_t>(x.size()) / columns;
    for (std::int64_t c = 0; c < columns; ++c) {
        double mean = 0, squares = 0;
        for (std::int64_t i = 0; i < rows; ++i) mean += static_cast<double>(x[static_cast<std::size_t>(i * columns + c)]) / static_cast<double>(rows);
        for (std::int64_t i = 0; i < rows; ++i) squares += std::pow(static_cast<double>(x[static_cast<std::size_t>(i * columns + c)]) - mean, 2);
        const double deviation = std::sqrt(squares / static_cast<double>(rows));
        scaling.shift.push_back(static_cast<float>(mean));
        scaling.factor.push_back(deviation > 0 ? static_cast<float>(1 / deviation) : 1.0F);
    }
    return scaling;
}

pool::Scaling unit_box_of_rows(const std::vector<float>& x, std::int64_t columns)
{
    pool::Scaling scaling;
    for (std::size_t c = 0; c < static_cast<std::size_t>(columns); ++c) {
        float low = x[c], high = x[c];
        for (std::size_t i = c; i < x.size(); i += static_cast<std::size_t>(columns)) low = std::min(low, x[i]), high = std::max(high, x[i]);
        scaling.shift.push_back(low);
        scaling.factor.push_back(high > low ? 1 / (high - low) : 1.0F);
    }
    return scaling;
}

}  // namespace

Scope scope_of(const StrategyInput& in, const Switches& switches)
{
    Scope all{.rows = {}, .values = {}, .box = in.domain, .scaling = in.scaling};
    for (const auto& [row, answer] : in.labelled) {
        all.rows.push_back(row);
        all.values.push_back(answer);
    }
    if (!in.domain) return all;
    if (switches.additive_terms) all.terms = TermRange::splines;
    if (switches.search_region == "domain") return all;

    const auto merit = summed_merit(labelled_set(all.rows, all.values, {}, in.domain->columns(), in.goals, true));
    const auto asked = static_cast<RowId>(in.points.size());
    const auto initial = std::max<RowId>(asked - (in.iteration - 1) * in.count, 0);
    const auto region = search_region(*in.domain, {all.rows, merit, in.points, initial, in.count, switches.search_region == "alternating"});
    if (region.is_domain) return all;
    Scope scope{.rows = {}, .values = {}, .box = region.box, .scaling = pool::standardising(region.box)};
    if (switches.additive_terms) scope.terms = TermRange::squares;
    for (const auto i : region.rows) {
        scope.rows.push_back(all.rows[i]);
        scope.values.push_back(all.values[i]);
    }
    return scope;
}

std::vector<float> features_of(const StrategyInput& in, const std::vector<RowId>& rows)
{
    if (!in.domain) return pool::gather_rows(in.shard, pool::Scaling::identity(in.shard.info.columns), rows, in.ranks);
    std::vector<float> x;
    for (const auto row : rows) x.insert(x.end(), in.points[static_cast<std::size_t>(row)].begin(), in.points[static_cast<std::size_t>(row)].end());
    return x;
}

pool::Scaling feature_scaling(const StrategyInput& in, const Scope& scope, const std::vector<float>& x, const Switches& switches)
{
    if (switches.pool_scaling) return scope.scaling;
    const auto columns = in.shard.info.columns;
    return in.domain ? unit_box_of_rows(x, columns) : scaling_of_rows(x, columns);
}

}  // namespace sluice::fusion
