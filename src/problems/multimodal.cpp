#include "problems/multimodal.hpp"

#include "problems/problem.hpp"
#include "problems/threefry.hpp"

#include <cmath>
#include <memory>
#include <numbers>

namespace sluice::problems {

namespace {

using Floats = std::vector<float>;

/// Row-major numbers as a matrix.
Eigen::MatrixXd matrix(const Floats& values, Eigen::Index rows, Eigen::Index columns)
{
    return Eigen::Map<const Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>(values.data(), rows, columns).cast<double>();
}

/// Standard normal numbers in single precision, divided there.
Eigen::MatrixXd normal_matrix(threefry::Words key, Eigen::Index rows, Eigen::Index columns, float divisor)
{
    auto values = threefry::normal(key, static_cast<std::size_t>(rows * columns));
    for (auto& value : values) value /= divisor;
    return matrix(values, rows, columns);
}

void draw_input(const Multimodal& system, RandomStream random, std::span<float> x)
{
    Eigen::VectorXd latent(Multimodal::latent);
    for (auto& value : latent) value = random.normal();
    const Eigen::VectorXd point = (system.manifold * latent + system.manifold_offset).array().tanh();
    for (std::size_t c = 0; c < x.size(); ++c) x[c] = static_cast<float>(point[static_cast<Eigen::Index>(c)]);
}

Problem make(const Options&)
{
    const auto system = std::make_shared<const Multimodal>(draw_multimodal());
    Simulator simulator;
    for (int i = 1; i <= Multimodal::inputs; ++i) simulator.columns.push_back(fmt::format("x{}", i));
    for (int i = 1; i <= Multimodal::outputs; ++i) simulator.targets.push_back(fmt::format("y{}", i));
    simulator.draw = [system](std::uint64_t seed, Population population, RowId row, std::span<float> x) {
        draw_input(*system, stream_of(seed, Purpose::simulated_row, population, row), x);
    };
    simulator.answer = [system](std::uint64_t seed, Population population, RowId row, std::span<const float> x, std::span<double> y) {
        auto random = stream_of(seed, Purpose::simulated_label, population, row);
        draw(branches_at(*system, x), random, y);
    };
    simulator.log_density = [system](std::span<const float> x, std::span<const double> y) { return log_density(branches_at(*system, x), y); };
    simulator.near_boundary = [](std::span<const float> x) {
        const double radius = boundary_radius(x);
        return 1.0 <= radius && radius <= 1.6;
    };
    return {.simulator = simulator};
}

const ProblemRegistration multimodal{"multimodal", "simulator of paper 000: 10 inputs on a manifold, 16 outputs, three branches", {}, make};

}  // namespace

Multimodal draw_multimodal()
{
    const auto inputs = threefry::split(threefry::key_of(1), 2);
    const auto response = threefry::split(threefry::key_of(42), 10);
    const auto root = [](Eigen::Index n) { return std::sqrt(static_cast<float>(n)); };
    constexpr auto rows = Multimodal::branches * Multimodal::outputs, features = Multimodal::features;

    Multimodal system;
    system.manifold = normal_matrix(inputs[0], Multimodal::inputs, Multimodal::latent, root(Multimodal::latent));
    system.manifold_offset = normal_matrix(inputs[1], Multimodal::inputs, 1, 1);
    system.frequency = normal_matrix(response[2], features, Multimodal::inputs, root(Multimodal::inputs));
    system.phase = matrix(threefry::uniform(response[3], features, 0.0F, 2 * std::numbers::pi_v<float>), features, 1);
    system.mean_weight = normal_matrix(response[5], rows, features, root(features));
    system.variance_weight = normal_matrix(response[6], rows, features, root(features));
    system.mean_offset = 10 * normal_matrix(response[7], rows, 1, 1);
    system.direction = normal_matrix(response[9], 2, 4, 1).rowwise().normalized();
    return system;
}

double boundary_radius(std::span<const float> x)
{
    double squares = 0;
    for (const float v : x.first(4)) squares += static_cast<double>(v) * static_cast<double>(v);
    return std::sqrt(squares);
}

Branches branches_at(const Multimodal& system, std::span<const float> x)
{
    constexpr double radius = 1.3, sharpness = 8, angular_sharpness = 2, logit_scale = 3;
    constexpr auto outputs = Multimodal::outputs;
    const Eigen::VectorXd point = Eigen::Map<const Eigen::VectorXf>(x.data(), Multimodal::inputs).cast<double>();
    const Eigen::VectorXd features = (system.frequency * point + system.phase).array().cos();

    const double gate = (1 + std::tanh(sharpness * (boundary_radius(x) - radius))) / 2;
    const Eigen::Vector2d along = angular_sharpness * (system.direction * point.head(4));
    const auto angular = softmax(std::span(along.data(), 2));
    const std::array<double, 3> logits{logit_scale * (1 - gate), logit_scale * gate * angular[0], logit_scale * gate * angular[1]};

    Branches response;
    response.weight = softmax(logits);
    Eigen::VectorXd mean = system.mean_weight * features + system.mean_offset;
    Eigen::VectorXd centre = Eigen::VectorXd::Zero(outputs);  // taken off, so that the mean over branches is 0 everywhere
    for (Eigen::Index k = 0; k < Multimodal::branches; ++k) centre += response.weight[static_cast<std::size_t>(k)] * mean.segment(k * outputs, outputs);
    for (Eigen::Index k = 0; k < Multimodal::branches; ++k) mean.segment(k * outputs, outputs) -= centre;
    response.mean.assign(mean.begin(), mean.end());
    const Eigen::VectorXd log_variance = system.variance_weight * features;
    response.log_variance.assign(log_variance.begin(), log_variance.end());
    return response;
}

}  // namespace sluice::problems
