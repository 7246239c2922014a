#include "problems/box_function.hpp"
#include "problems/problem.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <numbers>

namespace sluice::problems {

namespace {

constexpr std::size_t inputs = 14, units = 64, lines = 64, frequencies = 2000;

/// A smooth random function of the inputs with values in [0, 1]: a network of one hidden layer, weights of variance 1 / fan-in, and the normal distribution's
/// cumulative probability of its output and an offset of variance 1.
struct RandomFunction {
    std::array<double, units * inputs> inner;
    std::array<double, units> outer;
    double offset;

    explicit RandomFunction(std::uint64_t number)
    {
        constexpr std::uint64_t fixed_seed = 2000;  // one world, whatever the campaign's seed
        RandomStream random(fixed_seed, Purpose::resonances, 0, number);
        for (auto& weight : inner) weight = random.normal() / std::sqrt(static_cast<double>(inputs));
        for (auto& weight : outer) weight = random.normal() / std::sqrt(static_cast<double>(units));
        offset = random.normal();
    }
    double operator()(std::span<const float> u) const
    {
        double sum = offset;
        for (std::size_t h = 0; h < units; ++h) {
            double at = 0;
            for (std::size_t i = 0; i < inputs; ++i) at += inner[h * inputs + i] * static_cast<double>(u[i]);
            sum += outer[h] * std::tanh(at);
        }
        return 0.5 * std::erfc(-sum / std::numbers::sqrt2);
    }
};

/// Lorentz lines whose places, widths and strengths move with the inputs.
/// Source: in place of paper 002's ADM, whose oracle is a trained network that is not to be had; spec: regression-methods, section 3. Its numbers compare with none.
Problem make(const Options&)
{
    auto functions = std::make_shared<std::vector<RandomFunction>>();
    for (std::uint64_t f = 0; f < 3 * lines; ++f) functions->emplace_back(f);
    const auto spectrum = [functions](std::span<const float> u, std::span<double> y) {
        constexpr double narrowest = 0.002, widest = 0.03;
        std::fill(y.begin(), y.end(), 0.0);
        for (std::size_t line = 0; line < lines; ++line) {
            const auto* of_line = functions->data() + 3 * line;
            const double centre = of_line[0](u), width = narrowest * std::pow(widest / narrowest, of_line[1](u)), strength = of_line[2](u);
            for (std::size_t w = 0; w < y.size(); ++w) {
                const double away = static_cast<double>(w) / static_cast<double>(frequencies - 1) - centre;
                y[w] += strength * width * width / (away * away + width * width);
            }
        }
        for (auto& value : y) value = std::clamp(value, 0.0, 1.0);
    };
    return {.simulator = simulate_over_box(numbered("geometry", inputs), numbered("absorptivity", frequencies), spectrum)};
}

const ProblemRegistration registration{
    "adm-like", "simulator in place of paper 002's ADM: a spectrum of 64 resonances that move with 14 inputs; not that problem, and no numbers to compare", {}, make};

}  // namespace

}  // namespace sluice::problems
