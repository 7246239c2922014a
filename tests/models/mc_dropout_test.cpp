#include "models/ensemble.hpp"
#include "support/training.hpp"
#include "support/world.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace sluice::models {

namespace {

constexpr std::size_t width = 12, depth = 2, passes = 9, columns = 3, targets = 2;

Family small(double dropout, std::int64_t epochs = 30, const char* kind = "mc-dropout")
{
    return test::family(kind, {{"width", static_cast<std::int64_t>(width)}, {"depth", static_cast<std::int64_t>(depth)}, {"passes", static_cast<std::int64_t>(passes)},
                                       {"dropout", dropout}, {"epochs", epochs}});
}

/// One pass of a member's network, layer by layer in float64: a hidden unit's output is multiplied by its number in the mask.
std::vector<double> one_pass(const Member& member, const float* mask, const float* x)
{
    std::vector<double> now(x, x + columns);
    const float* parameter = member.data();
    for (std::size_t layer = 0; layer <= depth; ++layer) {
        const std::size_t out = layer == depth ? targets : width;
        std::vector<double> next(out, 0.0);
        for (const double value : now) {
            for (auto& sum : next) sum += value * static_cast<double>(*parameter++);
        }
        for (auto& sum : next) sum += static_cast<double>(*parameter++);
        if (layer < depth) {
            for (auto& sum : next) sum = std::max(sum, 0.0) * static_cast<double>(*mask++);
        }
        now = next;
    }
    return now;
}

}  // namespace

TEST(McDropout, SaysTheMomentsOfItsPasses)
{
    const auto data = test::smooth_labels(50);
    const auto family = small(0.5);
    const auto members = family.train(data, std::vector<Bootstrap>(2), 0, {1, 1});
    constexpr std::size_t parameters = (columns + 1) * width + (width + 1) * width + (width + 1) * targets;
    ASSERT_EQ(members[0].size(), parameters + passes * depth * width);
    std::vector<float> said(50 * 2 * targets);
    family.predictor(members, data, parallel::Place::host)(data.x.data(), 50, said.data());
    for (std::size_t i = 0; i < 50; ++i) {
        std::vector<std::vector<double>> drawn;
        for (const auto& member : members) {
            for (std::size_t pass = 0; pass < passes; ++pass) drawn.push_back(one_pass(member, member.data() + parameters + pass * depth * width, data.x.data() + i * columns));
        }
        for (std::size_t t = 0; t < targets; ++t) {
            double mean = 0, variance = 0;
            for (const auto& y : drawn) mean += y[t] / static_cast<double>(drawn.size());
            for (const auto& y : drawn) variance += (y[t] - mean) * (y[t] - mean) / static_cast<double>(drawn.size());
            EXPECT_NEAR(static_cast<double>(said[(2 * i) * targets + t]), mean, 1e-5);
            EXPECT_NEAR(static_cast<double>(said[(2 * i + 1) * targets + t]), variance, 1e-5);
        }
    }
}

TEST(McDropout, OfClassesSaysTheSoftmaxOfEachPass)
{
    auto data = test::smooth_labels(50);
    for (std::size_t i = 0; i < data.y.size(); i += 2) data.y[i] = data.y[i] > 0 ? 1 : 0, data.y[i + 1] = 1 - data.y[i];
    const auto family = small(0.5, 30, "mc-dropout-classifier");
    EXPECT_EQ(family.passes, static_cast<int>(passes));
    const auto members = family.train(data, std::vector<Bootstrap>(2), 0, {1, 1});
    constexpr std::size_t parameters = (columns + 1) * width + (width + 1) * width + (width + 1) * targets;
    std::vector<float> said(50 * 2 * passes * targets);
    family.predictor(members, data, parallel::Place::host)(data.x.data(), 50, said.data());
    std::size_t at = 0;
    for (std::size_t i = 0; i < 50; ++i) {
        for (const auto& member : members) {
            for (std::size_t pass = 0; pass < passes; ++pass) {
                const auto drawn = one_pass(member, member.data() + parameters + pass * depth * width, data.x.data() + i * columns);
                const double first = 1 / (1 + std::exp(drawn[1] - drawn[0]));
                EXPECT_NEAR(static_cast<double>(said[at++]), first, 1e-5);
                EXPECT_NEAR(static_cast<double>(said[at++]), 1 - first, 1e-5);
            }
        }
    }
}

TEST(McDropout, LeavesOutTheShareOfUnitsThatItIsTold)
{
    const auto data = test::smooth_labels(20);
    const auto family = test::family("mc-dropout", {{"passes", std::int64_t{200}}, {"dropout", 0.25}, {"epochs", std::int64_t{1}}});
    const auto members = family.train(data, std::vector<Bootstrap>(1), 0, {1, 1});
    constexpr std::size_t units = 200 * 2 * 64;
    const auto first = members[0].end() - units;
    EXPECT_EQ(std::set<float>(first, members[0].end()), (std::set<float>{0, static_cast<float>(1 / 0.75)}));
    EXPECT_NEAR(static_cast<double>(std::count(first, members[0].end(), 0.0F)) / units, 0.25, 4 * std::sqrt(0.25 * 0.75 / units));
}

TEST(McDropout, LearnsASmoothFunction)
{
    const auto data = test::smooth_labels(300);
    const auto family = test::family("mc-dropout", {{"dropout", 0.05}, {"learning_rate", 0.01}});
    const auto ensemble = fit_ensemble(family, data, 1, 1, {1, 1}, test::ranks().split(-1));
    EXPECT_EQ(ensemble.width(), 2);
    std::vector<float> said(300 * 4);
    ensemble.predict(data.x.data(), 300, said.data());
    double residual = 0, total = 0;
    for (std::size_t i = 0; i < 300; ++i) residual += std::pow(static_cast<double>(said[4 * i]) - data.y[2 * i], 2), total += data.y[2 * i] * data.y[2 * i];
    EXPECT_LT(residual, 0.2 * total);
}

TEST(McDropout, AMemberDoesNotDependOnWhatItIsTrainedBeside)
{
    const auto data = test::smooth_labels(30);
    const auto family = small(0.5);
    const auto together = family.train(data, std::vector<Bootstrap>(3), 4, {1, 1});
    EXPECT_EQ(family.train(data, std::vector<Bootstrap>(1), 5, {1, 1})[0], together[1]);
    EXPECT_NE(together[0], together[1]);
    EXPECT_NE(family.train(data, std::vector<Bootstrap>(1), 5, {1, 2})[0], together[1]) << "another iteration";
}

/// Full-batch steps with nothing left out are those of plain gradient descent by Adam: a finite difference of the loss shows that the first goes downhill
/// by the right gradient. Adam's first step moves each parameter by the rate, against the sign of its derivative.
TEST(McDropout, StepsAgainstTheGradientOfItsLoss)
{
    const auto data = test::smooth_labels(40);
    const auto with = [&](std::int64_t epochs) {
        return test::family("mc-dropout", {{"width", std::int64_t{12}}, {"passes", std::int64_t{2}}, {"dropout", 1e-6}, {"epochs", epochs}, {"learning_rate", 1e-6}, {"l2", 0.0}})
            .train(data, std::vector<Bootstrap>(1), 0, {1, 1})[0];
    };
    const auto start = with(1);  // one step of 1e-6 from the start
    const auto next = with(2);
    const std::vector<float> all(depth * width, 1.0F);
    const auto loss = [&](const Member& member) {
        double sum = 0;
        for (std::size_t i = 0; i < 40; ++i) {
            const auto y = one_pass(member, all.data(), data.x.data() + i * columns);
            for (std::size_t t = 0; t < targets; ++t) sum += std::pow(y[t] - data.y[i * targets + t], 2) / (40 * targets);
        }
        return sum;
    };
    constexpr std::size_t parameters = (columns + 1) * width + (width + 1) * width + (width + 1) * targets;
    for (std::size_t i = 0; i < parameters; i += 7) {
        auto above = start, below = start;
        above[i] += 1e-2F, below[i] -= 1e-2F;
        const double slope = (loss(above) - loss(below)) / 2e-2;
        if (std::abs(slope) < 1e-3) continue;
        EXPECT_LT((static_cast<double>(next[i]) - static_cast<double>(start[i])) * slope, 0) << i;
    }
}

}  // namespace sluice::models
