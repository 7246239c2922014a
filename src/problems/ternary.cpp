#include "problems/ternary.hpp"

#include "problems/problem.hpp"
#include "problems/threefry.hpp"

#include <algorithm>
#include <cmath>
#include <memory>

namespace sluice::problems {

namespace {

/// Composition uniform on the simplex, the spacings of two uniform numbers; process parameters uniform on [-1, 1].
void draw_input(RandomStream random, std::span<float> x)
{
    const double a = random.uniform(), b = random.uniform();
    x[0] = static_cast<float>(std::min(a, b));
    x[1] = static_cast<float>(std::abs(a - b));
    for (auto& w : x.subspan(2)) w = static_cast<float>(2 * random.uniform() - 1);
}

Problem make(const Options&)
{
    const auto system = std::make_shared<const Ternary>(draw_ternary());
    Simulator simulator;
    simulator.columns = {"x_A", "x_B", "w1", "w2", "w3", "w4", "w5", "w6"};
    simulator.targets = {"y"};
    simulator.draw = [](std::uint64_t seed, Population population, RowId row, std::span<float> x) {
        draw_input(stream_of(seed, Purpose::simulated_row, population, row), x);
    };
    simulator.answer = [system](std::uint64_t seed, Population population, RowId row, std::span<const float> x, std::span<double> y) {
        auto random = stream_of(seed, Purpose::simulated_label, population, row);
        draw(branches_at(*system, x), random, y);
    };
    simulator.log_density = [system](std::span<const float> x, std::span<const double> y) { return log_density(branches_at(*system, x), y); };
    return {.simulator = simulator};
}

const ProblemRegistration ternary{"ternary", "simulator of paper 000: composition and process of a ternary mixture, one output, four phases", {}, make};

}  // namespace

Ternary draw_ternary()
{
    constexpr auto phases = Ternary::phases;
    const auto keys = threefry::split(threefry::key_of(12), 10);
    const auto draw = [&](std::size_t child, std::size_t width, float scale) {
        auto values = threefry::normal(keys[child], phases * width);
        for (auto& value : values) value *= scale;
        return values;
    };
    const auto curvature = draw(0, 9, 0.5F), slope = draw(1, 3, 2), response_slope = draw(2, 3, 6), response = draw(3, 1, 2), wave = draw(4, 3, 2);
    const auto log_variance_slope = draw(5, 3, 0.5F), log_variance = draw(6, 1, 0.3F), process = draw(7, 6, 1);
    const auto vector = [](const std::vector<float>& values, std::size_t p) -> Eigen::Vector3d { return Eigen::Map<const Eigen::Vector3f>(values.data() + 3 * p).cast<double>(); };

    Ternary system;
    for (std::size_t p = 0; p < phases; ++p) {
        auto& phase = system.phase[p];
        const Eigen::Matrix3d raw = Eigen::Map<const Eigen::Matrix<float, 3, 3, Eigen::RowMajor>>(curvature.data() + 9 * p).cast<double>();
        phase.curvature = raw.transpose() * raw + 0.3 * Eigen::Matrix3d::Identity();
        phase.slope = vector(slope, p);
        phase.response_slope = vector(response_slope, p);
        phase.response = static_cast<double>(response[p]);
        phase.wave = vector(wave, p);
        phase.log_variance_slope = vector(log_variance_slope, p);
        phase.log_variance = static_cast<double>(log_variance[p]) - 1;
        phase.process = Eigen::Map<const Eigen::Matrix<float, 6, 1>>(process.data() + 6 * p).cast<double>();
    }
    return system;
}

Branches branches_at(const Ternary& system, std::span<const float> x)
{
    constexpr double temperature = 0.08;
    const Eigen::Matrix<double, 8, 1> point = Eigen::Map<const Eigen::Matrix<float, 8, 1>>(x.data()).cast<double>();
    const Eigen::Vector3d u(point[0], point[1], 1 - point[0] - point[1]);
    Branches response;
    std::vector<double> logits;
    for (const auto& phase : system.phase) {
        logits.push_back(-(u.dot(phase.curvature * u) + phase.slope.dot(u)) / temperature);
        response.mean.push_back(phase.response_slope.dot(u) + phase.response + 0.5 * std::sin(phase.wave.dot(u)) + phase.process.dot(point.tail<6>()));
        response.log_variance.push_back(phase.log_variance_slope.dot(u) + phase.log_variance);
    }
    response.weight = softmax(logits);
    return response;
}

}  // namespace sluice::problems
