#include "models/networks/loss_prediction.hpp"

#include "base/random.hpp"
#include "support/training.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace sluice::models {

namespace {

constexpr std::size_t columns = 3, targets = 2, width = 6, depth = 4, heads = 3, head_units = 10, rows = 24;

Family small(std::map<std::string, OptionValue> values)
{
    const auto specs = loss_prediction_options();
    Options options(specs);
    values.try_emplace("width", static_cast<std::int64_t>(width));
    values.try_emplace("depth", static_cast<std::int64_t>(depth));
    for (const auto& spec : specs) {
        if (values.contains(spec.name)) options.set(spec, values.at(spec.name));
    }
    return loss_prediction(options);
}

/// A layer on some rows, in float64. \param at  moves past weights [in, out] and biases
std::vector<double> linear(const std::vector<double>& x, std::size_t in, std::size_t out, const double*& at)
{
    const std::size_t count = x.size() / in;
    std::vector<double> y(count * out);
    for (std::size_t i = 0; i < count; ++i) {
        for (std::size_t o = 0; o < out; ++o) {
            double sum = at[in * out + o];
            for (std::size_t c = 0; c < in; ++c) sum += x[i * in + c] * at[c * out + o];
            y[i * out + o] = sum;
        }
    }
    at += (in + 1) * out;
    return y;
}

struct Said {
    std::vector<double> output, loss;  ///< [rows, targets], [rows]
};

/// A member by its definition. \param learns  normalised by the rows' own mean and variance, else by the averages kept
Said evaluate(const std::vector<double>& member, const std::vector<double>& x, bool learns)
{
    std::vector<std::vector<double>> hidden;
    const double* at = member.data();
    std::vector<double> now = x;
    const std::size_t layers = (columns + 1) * width + (depth - 1) * (width + 1) * width + (width + 1) * targets, units = depth * width, count = x.size() / columns;
    for (std::size_t l = 0; l < depth; ++l) {
        now = linear(now, l == 0 ? columns : width, width, at);
        for (std::size_t u = 0; u < width; ++u) {
            const double* kept = member.data() + layers + l * width + u;
            double mean = kept[2 * units], variance = kept[3 * units];
            if (learns) {
                mean = variance = 0;
                for (std::size_t i = 0; i < count; ++i) mean += now[i * width + u] / static_cast<double>(count);
                for (std::size_t i = 0; i < count; ++i) variance += std::pow(now[i * width + u] - mean, 2) / static_cast<double>(count);
            }
            for (std::size_t i = 0; i < count; ++i) {
                auto& value = now[i * width + u];
                value = std::max(kept[0] * (value - mean) / std::sqrt(variance + 1e-5) + kept[units], 0.0);
            }
        }
        hidden.push_back(now);
    }
    Said said{linear(now, width, targets, at), {}};
    at += 4 * units;
    std::vector<double> joined(count * heads * head_units);
    for (std::size_t h = 0; h < heads; ++h) {
        const auto part = linear(hidden[depth - heads + h], width, head_units, at);
        for (std::size_t i = 0; i < count; ++i) {
            for (std::size_t u = 0; u < head_units; ++u) joined[(i * heads + h) * head_units + u] = std::max(part[i * head_units + u], 0.0);
        }
    }
    said.loss = linear(joined, heads * head_units, 1, at);
    return said;
}

/// Squared errors, means over targets.
std::vector<double> true_losses(const Said& said, const std::vector<double>& y)
{
    std::vector<double> losses(said.loss.size(), 0.0);
    for (std::size_t i = 0; i < y.size(); ++i) losses[i / targets] += std::pow(said.output[i] - y[i], 2) / targets;
    return losses;
}

/// The loss of spec section 2, method 9, with the true losses held where they are.
double total_loss(const std::vector<double>& member, const TrainingSet& data, double weight, const std::vector<std::size_t>& order, const std::vector<double>& held)
{
    const auto said = evaluate(member, {data.x.begin(), data.x.end()}, true);
    double sum = 0;
    for (const double loss : true_losses(said, data.y)) sum += loss / rows;
    for (std::size_t k = 0; k < rows / 2; ++k) {
        const auto i = order[k], j = order[k + rows / 2];
        const double sign = held[i] > held[j] ? 1 : -1;
        sum += weight * std::max(0.0, 1 - sign * (said.loss[i] - said.loss[j])) / (rows / 2);
    }
    return sum;
}

}  // namespace

TEST(LossPrediction, SaysWhatItsHeadSays)
{
    const auto data = test::smooth_labels(rows);
    const auto family = small({{"epochs", std::int64_t{30}}, {"learning_rate", 1e-2}});
    const auto members = family.train(data, std::vector<Bootstrap>(1), 0, {1, 1, 1});
    std::vector<double> said(rows);
    std::vector<float> predicted(rows * targets);
    family.predicted_loss(members, data)(data.x.data(), rows, said.data());
    family.predictor(members, data, parallel::Place::host)(data.x.data(), rows, predicted.data());
    const auto expected = evaluate({members[0].begin(), members[0].end()}, {data.x.begin(), data.x.end()}, false);
    for (std::size_t i = 0; i < rows; ++i) EXPECT_NEAR(said[i], expected.loss[i], 1e-4);
    for (std::size_t i = 0; i < predicted.size(); ++i) EXPECT_NEAR(static_cast<double>(predicted[i]), expected.output[i], 1e-4);
}

/// Adam's first step is the rate against the sign of the derivative, wherever that is not nearly nothing.
TEST(LossPrediction, FirstStepGoesAgainstTheDerivativeOfTheWholeLoss)
{
    const auto data = test::smooth_labels(rows);
    constexpr double rate = 1e-3;
    for (const double weight : {0.001, 100.0}) {
        SCOPED_TRACE(weight);
        const auto member_after = [&](std::int64_t epochs) {
            const auto family = small({{"epochs", epochs}, {"learning_rate", rate}, {"l2", 0.0}, {"ranking_weight", weight}});
            return family.train(data, std::vector<Bootstrap>(1), 0, {1, 1, 1})[0];
        };
        const auto begin = member_after(0);
        const std::vector<double> start(begin.begin(), begin.end());
        std::vector<std::size_t> order(rows);
        std::iota(order.begin(), order.end(), std::size_t{0});
        auto random = FitKey{1, 1, 1}.draws(Purpose::loss_pairs, 0);
        for (std::size_t i = rows; i > 1; --i) std::swap(order[i - 1], order[random.below(static_cast<std::uint32_t>(i))]);
        const auto held = true_losses(evaluate(start, {data.x.begin(), data.x.end()}, true), data.y);
        const auto one = member_after(1);
        const std::size_t units = depth * width, layers = (columns + 1) * width + (depth - 1) * (width + 1) * width + (width + 1) * targets, body = layers + 4 * units;
        int compared = 0;
        for (std::size_t p = 0; p < start.size(); p += 3) {
            const bool is_average = p >= layers + 2 * units && p < body;
            if (is_average) continue;
            constexpr double step = 1e-5;
            auto up = start, down = start;
            up[p] += step;
            down[p] -= step;
            const double slope = (total_loss(up, data, weight, order, held) - total_loss(down, data, weight, order, held)) / (2 * step);
            if (std::abs(slope) < 1e-6) continue;
            EXPECT_NEAR(static_cast<double>(one[p]) - start[p], slope > 0 ? -rate : rate, 0.05 * rate) << "parameter " << p << ", slope " << slope;
            ++compared;
        }
        EXPECT_GT(compared, 40);
    }
}

TEST(LossPrediction, OrdersRowsByHowWrongItIs)
{
    auto data = test::smooth_labels(400);
    RandomStream random(9, Purpose::random_score, 0, 0);
    for (std::size_t i = 0; i < data.y.size(); ++i) {  // noise on one side alone
        if (data.x[(i / targets) * columns + 2] > 0) data.y[i] += 2 * random.normal();
    }
    const auto family = small({{"epochs", std::int64_t{400}}, {"learning_rate", 1e-2}, {"width", std::int64_t{32}}});
    const auto members = family.train(data, std::vector<Bootstrap>(1), 0, {1, 1, 1});
    std::vector<double> said(400);
    family.predicted_loss(members, data)(data.x.data(), 400, said.data());
    double noisy = 0, clean = 0, count = 0;
    for (std::size_t i = 0; i < said.size(); ++i) {
        const bool is_noisy = data.x[i * columns + 2] > 0;
        (is_noisy ? noisy : clean) += said[i];
        count += is_noisy ? 1 : 0;
    }
    EXPECT_GT(noisy / count, clean / (400 - count) + 0.1);
}

}  // namespace sluice::models
