#include "problems/box_function.hpp"

namespace sluice::problems {

Simulator simulate_over_box(std::vector<std::string> columns, std::vector<std::string> targets, BoxFunction function)
{
    Simulator simulator;
    simulator.columns = std::move(columns);
    simulator.targets = std::move(targets);
    simulator.draw = [](std::uint64_t seed, Population population, RowId row, std::span<float> x) {
        auto random = stream_of(seed, Purpose::simulated_row, population, row);
        for (auto& value : x) value = static_cast<float>(2 * random.uniform() - 1);
    };
    simulator.answer = [function = std::move(function)](std::uint64_t, Population, RowId, std::span<const float> x, std::span<double> y) { function(x, y); };
    return simulator;
}

std::vector<std::string> numbered(const std::string& prefix, std::size_t count)
{
    std::vector<std::string> names;
    for (std::size_t i = 0; i < count; ++i) names.push_back(prefix + std::to_string(i));
    return names;
}

}  // namespace sluice::problems
