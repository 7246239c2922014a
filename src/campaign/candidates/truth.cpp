#include "campaign/candidates/truth.hpp"

#include "problems/simulated_pool.hpp"

#include <algorithm>
#include <cmath>

namespace sluice::campaign {

Truth truth_of(const problems::Problem& problem, const CampaignFile& file, const pool::Shard& shard, const std::vector<std::size_t>& target_columns, std::vector<RowId> number)
{
    if (problem.reads_targets) {
        return [&shard, &target_columns](RowId first, RowId rows, double* out) {
            const auto values = problems::columns_of(std::span(shard.targets).subspan(static_cast<std::size_t>(first - shard.share.first_row) * shard.info.target_names.size(),
                                                                                     static_cast<std::size_t>(rows) * shard.info.target_names.size()),
                                                     shard.info.target_names.size(), target_columns);
            std::copy(values.begin(), values.end(), out);
        };
    }
    if (!problem.has_oracle()) return {};
    return [&problem, &shard, &target_columns, seed = file.seed(), targets = file.goals.size(), number = std::move(number)](RowId first, RowId rows, double* out) {
        const auto columns = static_cast<std::size_t>(shard.info.columns);
        std::vector<float> features(static_cast<std::size_t>(rows) * columns);
        pool::decode(shard, pool::Scaling::identity(shard.info.columns), first, rows, features.data());
        std::vector<double> said(problem.simulator ? problem.simulator->targets.size() : 0);
        for (RowId i = 0; i < rows; ++i, out += targets) {
            const auto x = std::span<const float>(features).subspan(static_cast<std::size_t>(i) * columns, columns);
            if (problem.simulator) {
                const RowId row = number.empty() ? first + i : number[static_cast<std::size_t>(first + i)];
                problem.simulator->answer(seed, problems::Population::pool, row, x, said);
                for (std::size_t t = 0; t < targets; ++t) out[t] = said[target_columns[t]];
            } else {
                const auto answer = problem.evaluate(x);
                for (std::size_t t = 0; t < targets; ++t) out[t] = answer ? (*answer)[t] : std::nan("");
            }
        }
    };
}

}  // namespace sluice::campaign
