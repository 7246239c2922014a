#include "campaign/candidates/fresh_pool.hpp"

#include "problems/simulated_pool.hpp"

#include <algorithm>
#include <numeric>

namespace sluice::campaign {

FreshPool fresh_pool(const CampaignFile& file)
{
    FreshPool pool{0, file.drawn_rows()};
    if (file.initial.text("rule") != "rows") pool.first = file.initial.whole("count");
    for (const double row : file.initial.numbers("rows")) pool.first = std::max(pool.first, static_cast<RowId>(row) + 1);
    return pool;
}

FreshView view_of(const FreshPool& pool, const CampaignFile& file, const problems::Simulator& simulator, const State& state, const Communicator& ranks)
{
    FreshView view;
    view.number.resize(static_cast<std::size_t>(pool.rows));
    std::iota(view.number.begin(), view.number.end(), pool.begin(state.next_iteration()));
    view.state.iteration = state.iteration;
    for (const auto& [row, values] : state.labelled) {
        const auto place = static_cast<RowId>(view.number.size());
        view.state.labelled.emplace(place, values);
        view.state.asked.emplace(place, state.asked.at(row));
        view.number.push_back(row);
    }
    view.shard = problems::draw_rows(simulator, file.problem.kind, file.seed(), view.number, ranks);
    for (RowId row = view.shard.share.first_row; row < view.shard.share.end_row; ++row) {
        view.state.rows.push_back(row < pool.rows ? pool::RowState::unlabelled : pool::RowState::labelled);
    }
    return view;
}

std::vector<float> draw_features(const problems::Simulator& simulator, std::uint64_t seed, const std::vector<RowId>& rows)
{
    const auto columns = simulator.columns.size();
    std::vector<float> x(rows.size() * columns);
    for (std::size_t i = 0; i < rows.size(); ++i) simulator.draw(seed, problems::Population::pool, rows[i], std::span(x).subspan(i * columns, columns));
    return x;
}

}  // namespace sluice::campaign
