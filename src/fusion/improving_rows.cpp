#include "fusion/improving_rows.hpp"

#include "acquisition/expected_improvement.hpp"
#include "fusion/statistics.hpp"
#include "parallel/for_each_tile.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace sluice::fusion {

namespace {

constexpr std::int64_t block_rows = 256;    ///< of the screen, for a thread at a time
constexpr std::size_t most_followed = 2'000;  ///< rows of largest improvement whose variances are followed while rows are chosen

/// R2 / (1 - R2), of what is explained of labelled rows.
double signal_to_noise(double explained)
{
    const double share = std::clamp(explained, 0.0, 0.9999);
    return share / (1 - share);
}

/// Rows with what the process says of them, ready to be scored.
struct Followed {
    std::vector<float> x;      ///< [rows, columns]
    models::Predictions said;  ///< moments [rows, 2, 1]

    std::size_t count() const { return static_cast<std::size_t>(said.rows); }
};

/// Calls work(features, rows, first row) for every block of rows, on all threads.
template <typename Work>
void for_blocks(const Followed& rows, std::int64_t columns, const Work& work)
{
    const Tiling blocks{rows.said.rows, block_rows};
    parallel::for_each_tile("fusion/improving_rows", share_of(blocks, 0, 1), [&](RowId block) {
        const auto first = blocks.first_row(block);
        work(rows.x.data() + first * columns, blocks.rows_in(block), first);
    });
}

Followed predicted(const LabelledProcess& process, std::vector<float> features, std::int64_t columns)
{
    const auto count = static_cast<RowId>(features.size()) / columns;
    const Followed rows{std::move(features), {0, count, models::Predictions::View("fusion/said", static_cast<std::size_t>(count), 2, 1), models::Form::moments}};
    for_blocks(rows, columns, [&](const float* x, std::int64_t in_block, std::int64_t first) { process.fitted.predict(x, in_block, &rows.said.member(first, 0, 0)); });
    return rows;
}

std::vector<double> improvements(const Followed& rows, double best)
{
    std::vector<double> value(rows.count());
    acquisition::expected_improvement(rows.said, {best}, 0, value);
    return value;
}

/// Lowers the variances by what a label of this point would take off.
void expect_label(const LabelledProcess& process, const float* point, const Followed& rows, std::int64_t columns)
{
    const auto reduction = process.fitted.posterior->condition(point);
    std::vector<double> lost(rows.count());
    for_blocks(rows, columns, [&](const float* x, std::int64_t count, std::int64_t first) { reduction(x, count, lost.data() + first); });
    for (std::size_t i = 0; i < lost.size(); ++i) {
        auto& variance = rows.said.member(i, 1, 0);
        variance = std::max(variance - static_cast<float>(lost[i]), 0.0F);
    }
}

/// Indices of the rows of largest improvement, `most` at most: descending, of equal ones the earlier first.
std::vector<std::size_t> leading(const std::vector<double>& improvement, std::size_t most)
{
    std::vector<std::size_t> order(improvement.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return improvement[a] > improvement[b]; });
    order.resize(std::min(order.size(), most));
    return order;
}

}  // namespace

double explained_by_best(const std::vector<Surrogate>& surrogates, std::size_t targets)
{
    std::vector<double> best(targets, 0.0);
    for (const auto& s : surrogates) best[s.target] = std::max(best[s.target], s.explained);
    return mean(best);
}

std::int64_t improving_share(double families, double process, std::int64_t batch)
{
    constexpr double most = 0.4;
    const double of_process = signal_to_noise(process), of_both = of_process + signal_to_noise(families);
    return of_both > 0 ? std::lround(most * of_process / of_both * static_cast<double>(batch)) : 0;
}

std::vector<std::size_t> improving_rows(const LabelledProcess& process, const Screen& screen, std::int64_t columns, std::span<const std::size_t> batch, std::size_t count)
{
    const auto point = [columns](const std::vector<float>& x, std::size_t row) { return x.begin() + static_cast<std::ptrdiff_t>(row) * columns; };
    const auto followed = leading(improvements(predicted(process, screen.x, columns), process.best), most_followed);
    std::vector<float> features;
    for (const auto i : followed) features.insert(features.end(), point(screen.x, i), point(screen.x, i + 1));
    const auto rows = predicted(process, std::move(features), columns);

    for (const auto i : batch) expect_label(process, &*point(screen.x, i), rows, columns);
    std::vector<bool> taken(followed.size());
    for (std::size_t i = 0; i < taken.size(); ++i) taken[i] = std::find(batch.begin(), batch.end(), followed[i]) != batch.end();
    std::vector<std::size_t> chosen;
    while (chosen.size() < count) {
        const auto value = improvements(rows, process.best);
        std::size_t top = value.size();
        for (std::size_t i = 0; i < value.size(); ++i) {
            if (!taken[i] && (top == value.size() || value[i] > value[top])) top = i;
        }
        if (top == value.size()) break;
        taken[top] = true;
        chosen.push_back(followed[top]);
        if (chosen.size() < count) expect_label(process, &*point(rows.x, top), rows, columns);
    }
    return chosen;
}

}  // namespace sluice::fusion
