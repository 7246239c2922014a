#include "problems/function.hpp"

#include "base/random.hpp"
#include "problems/problem.hpp"

#include <Eigen/Dense>

#include <cmath>
#include <memory>
#include <numbers>

namespace sluice::problems {

double ackley(std::span<const double> x)
{
    constexpr double a = 20, b = 0.2, c = 2 * std::numbers::pi;
    double squares = 0, cosines = 0;
    for (const double v : x) squares += v * v, cosines += std::cos(c * v);
    const auto d = static_cast<double>(x.size());
    return -a * std::exp(-b * std::sqrt(squares / d)) - std::exp(cosines / d) + a + std::numbers::e;
}

double rastrigin(std::span<const double> x)
{
    double sum = 0;
    for (const double v : x) sum += v * v - 10 * std::cos(2 * std::numbers::pi * v) + 10;
    return sum;
}

double schwefel(std::span<const double> x)
{
    double sum = 0;
    for (const double v : x) sum += 418.9829 - v * std::sin(std::sqrt(std::abs(v)));
    return sum;
}

std::vector<double> ShiftRotation::apply(std::span<const double> x) const
{
    const auto columns = x.size();
    std::vector<double> z(columns, 0.0);
    for (std::size_t i = 0; i < columns; ++i) {
        for (std::size_t j = 0; j < columns; ++j) z[j] += rotation[i * columns + j] * (x[i] - origin[i]);
    }
    return z;
}

ShiftRotation draw_shift_rotation(std::size_t columns, double half_width, std::uint64_t seed)
{
    ShiftRotation result;
    RandomStream shift(seed, Purpose::function_shape, 0, 0), matrix(seed, Purpose::function_shape, 0, 1);
    for (std::size_t c = 0; c < columns; ++c) result.origin.push_back(0.3 * half_width * (2 * shift.uniform() - 1));
    const auto size = static_cast<Eigen::Index>(columns);
    Eigen::MatrixXd normal(size, size);
    for (Eigen::Index i = 0; i < size; ++i) {
        for (Eigen::Index j = 0; j < size; ++j) normal(i, j) = matrix.normal();
    }
    const Eigen::HouseholderQR<Eigen::MatrixXd> qr(normal);
    const Eigen::MatrixXd q = qr.householderQ();
    for (Eigen::Index i = 0; i < size; ++i) {
        for (Eigen::Index j = 0; j < size; ++j) result.rotation.push_back(qr.matrixQR()(j, j) < 0 ? -q(i, j) : q(i, j));
    }
    return result;
}

namespace {

struct TestFunction {
    double (*value)(std::span<const double>);
    double half_width;
};

TestFunction named(const std::string& name)
{
    if (name == "ackley") return {ackley, 32.768};
    if (name == "rastrigin") return {rastrigin, 5.12};
    return {schwefel, 500};
}

/// The function of one target, looked at through a shift and rotation where that is asked for. It is drawn for the number of columns that is met first.
Problem make(const Options& options)
{
    const auto function = named(options.text("name"));
    const bool moved = options.text("shape") == "shifted-rotated";
    const auto seed = static_cast<std::uint64_t>(options.whole("shape_seed"));
    const auto shape = std::make_shared<ShiftRotation>();
    return {.look_up = {}, .evaluate = [=](std::span<const float> features) -> Answer {
                const std::vector<double> x(features.begin(), features.end());
                if (moved && shape->origin.size() != x.size()) *shape = draw_shift_rotation(x.size(), function.half_width, seed);
                return std::vector<double>{function.value(moved ? shape->apply(x) : x)};
            }};
}

const ProblemRegistration function{
    "function",
    "a test function of the features, to be minimised: its least value is 0",
    {text("name", "").one_of({"ackley", "rastrigin", "schwefel"}).required().help("boxes: ackley [-32.768, 32.768], rastrigin [-5.12, 5.12], schwefel [-500, 500]"),
     text("shape", "plain").one_of({"plain", "shifted-rotated"}).help("as it is, or moved within 0.3 half widths of the box's centre and turned"),
     whole("shape_seed", 43).at_least(0).help("of the move and turn, so that seeds of the campaign meet the same function")},
    make};

}  // namespace

}  // namespace sluice::problems
