#include "problems/problem.hpp"

namespace sluice::problems {

namespace {

constexpr double left = -3, right = 3, gap_begin = 0, gap_end = 1.5;

/// The first rows lie at equal steps on both sides of the gap; those behind them anywhere.
float place(std::int64_t known, std::uint64_t seed, Population population, RowId row)
{
    if (population == Population::pool && row < known) {
        const double along = (right - left - (gap_end - gap_begin)) * (static_cast<double>(row) + 0.5) / static_cast<double>(known), x = left + along;
        return static_cast<float>(x < gap_begin ? x : x + gap_end - gap_begin);
    }
    return static_cast<float>(left + (right - left) * stream_of(seed, Purpose::simulated_row, population, row).uniform());
}

/// y = sin(3 x) + x / 2. Source: paper 001, toy data of its laboratory; the function is that proposed in spec: regression-methods, section 5.
Problem make(const Options& options)
{
    Simulator simulator;
    simulator.columns = {"x"};
    simulator.targets = {"y"};
    simulator.draw = [known = options.whole("known")](std::uint64_t seed, Population population, RowId row, std::span<float> x) { x[0] = place(known, seed, population, row); };
    simulator.answer = [](std::uint64_t, Population, RowId, std::span<const float> x, std::span<double> y) {
        const auto at = static_cast<double>(x[0]);
        y[0] = std::sin(3 * at) + 0.5 * at;
    };
    return {.simulator = simulator};
}

const ProblemRegistration registration{
    "toy",
    "simulator for paper 001: a wave on [-3, 3] whose first rows leave a gap, [0, 1.5], so that a start from them does not know it",
    {whole("known", 10).at_least(0).at_most(1000).help("first rows, which lie outside the gap: start from them by [campaign] initial = { rule = \"rows\", rows = [0, 1, ...] }")},
    make};

}  // namespace

}  // namespace sluice::problems
