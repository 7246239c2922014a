#include "fusion/labelled_process.hpp"

#include "fusion/statistics.hpp"
#include "models/gaussian_process.hpp"

#include <algorithm>
#include <numeric>

namespace sluice::fusion {

namespace {

constexpr std::size_t most_rows = 1'000;
constexpr std::int64_t search_rows = 300;
constexpr int starts = 3;
constexpr std::uint32_t process_key = 0x20000;

/// Indices of the rows that the process learns from, ascending.
std::vector<std::size_t> rows_to_learn(const std::vector<double>& merit, const models::FitKey& key)
{
    std::vector<std::size_t> order(merit.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    if (order.size() <= most_rows) return order;
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return merit[a] > merit[b]; });
    auto random = key.draws(Purpose::kernel_rows, 1);
    for (std::size_t i = most_rows / 2; i < most_rows; ++i) std::swap(order[i], order[i + random.below(static_cast<std::uint32_t>(order.size() - i))]);
    order.resize(most_rows);
    std::sort(order.begin(), order.end());
    return order;
}

}  // namespace

std::optional<LabelledProcess> fit_process(const LabelledSet& labelled, const IterationKey& key, const Communicator& ranks)
{
    const models::FitKey fit{key.seed, key.iteration, process_key};
    const auto merit = summed_merit(labelled);
    models::TrainingSet data{{}, labelled.columns, 1, {}, {}};
    for (const auto i : rows_to_learn(merit, fit)) {
        const auto first = labelled.x.begin() + static_cast<std::ptrdiff_t>(i) * labelled.columns;
        data.rows.push_back(labelled.rows[i]);
        data.x.insert(data.x.end(), first, first + labelled.columns);
        data.y.push_back(merit[i]);
    }
    const double centre = mean(data.y), spread = deviation(data.y);
    if (!(spread > 1e-12)) return {};
    for (auto& y : data.y) y = (y - centre) / spread;

    const auto family = models::gaussian_process({models::Kernel::matern52, search_rows});
    LabelledProcess process;
    process.fitted = models::fit_ensemble(family, data, starts, 1, fit, ranks);
    process.best = *std::max_element(data.y.begin(), data.y.end());
    together(ranks, [&] { process.explained = process.fitted.posterior->left_out_r2(); });
    return process;
}

}  // namespace sluice::fusion
