#include "base/random.hpp"
#include "models/ensemble.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace sluice::models {

namespace {

Family ridge(double lambda)
{
    const auto* registered = FamilyRegistration::all().at("ridge-ensemble");
    Options options(registered->options);
    options.set(registered->options.at(0), lambda);
    return registered->make(options);
}

TrainingSet random_labels(std::int64_t count, std::int64_t columns, std::int64_t targets)
{
    TrainingSet data;
    data.columns = columns;
    data.targets = targets;
    RandomStream random(1, Purpose::random_score, 0, 0);
    for (std::int64_t i = 0; i < count; ++i) {
        data.rows.push_back(i);
        for (std::int64_t c = 0; c < columns; ++c) data.x.push_back(static_cast<float>(random.normal() + static_cast<double>(c)));
        for (std::int64_t t = 0; t < targets; ++t) data.y.push_back(static_cast<double>(data.x[data.x.size() - 1 - static_cast<std::size_t>(t)]) + random.normal() + 3);
    }
    return data;
}

/// The largest entry of the gradient of  sum over the bag of (y - w x - b)^2 + lambda n |w|^2, relative to the numbers that it is a difference of.
double largest_gradient(const TrainingSet& data, const Bootstrap& bag, const float* parameters, double lambda)
{
    const auto columns = static_cast<std::size_t>(data.columns), targets = static_cast<std::size_t>(data.targets);
    double largest = 0;
    for (std::size_t t = 0; t < targets; ++t) {
        const float* w = parameters + t * columns;
        const double b = static_cast<double>(parameters[targets * columns + t]);
        std::vector<double> gradient(columns + 1, 0), scale(columns + 1, 0);
        for (const auto row : bag) {
            const float* x = data.x.data() + static_cast<std::size_t>(row) * columns;
            double residual = data.y[static_cast<std::size_t>(row) * targets + t] - b, size = std::abs(residual);
            for (std::size_t c = 0; c < columns; ++c) {
                residual -= static_cast<double>(w[c]) * static_cast<double>(x[c]);
                size += std::abs(static_cast<double>(w[c]) * static_cast<double>(x[c]));
            }
            for (std::size_t c = 0; c <= columns; ++c) {
                const double factor = c < columns ? static_cast<double>(x[c]) : 1;
                gradient[c] -= residual * factor;
                scale[c] += std::abs(size * factor);
            }
        }
        for (std::size_t c = 0; c < columns; ++c) gradient[c] += lambda * static_cast<double>(bag.size()) * static_cast<double>(w[c]);
        for (std::size_t c = 0; c <= columns; ++c) largest = std::max(largest, std::abs(gradient[c]) / scale[c]);
    }
    return largest;
}

}  // namespace

TEST(Ridge, SolvesTheNormalEquationsOfEveryBag)
{
    for (const std::int64_t columns : {4, 30}) {  // fewer and more columns than rows
        const auto data = random_labels(12, columns, 2);
        std::vector<Bootstrap> bags;
        for (int m = 0; m < 3; ++m) bags.push_back(draw_bootstrap(data.count(), m, {1, 0}));
        for (const double lambda : {0.01, 1.0}) {
            const auto members = ridge(lambda).train(data, bags, 0, {});
            ASSERT_EQ(members.size(), 3);
            ASSERT_EQ(members[0].size(), static_cast<std::size_t>(2 * (columns + 1)));
            for (std::size_t m = 0; m < 3; ++m) EXPECT_LT(largest_gradient(data, bags[m], members[m].data(), lambda), 1e-6) << columns << " columns, member " << m;
            EXPECT_GT(largest_gradient(data, bags[1], members[0].data(), lambda), 1e-3) << "the bag of another member";
        }
    }
}

TEST(Ridge, EqualsTheSolutionByHand)
{
    // Centred: x = +-(1, -1/2), y = +-1. With w = c (1, -1/2) the loss is 2 (1 - 1.25 c)^2 + 2 lambda 1.25 c^2, least at c = 1/(1.25 + lambda).
    TrainingSet data;
    data.rows = {0, 1};
    data.columns = 2;
    data.targets = 1;
    data.x = {2, 0, 0, 1};
    data.y = {3, 1};
    const std::vector<Bootstrap> bags = {{0, 1}, {1, 1}};
    const auto members = ridge(0.75).train(data, bags, 0, {});
    const std::vector<Member> expected = {{0.5F, -0.25F, 1.625F}, {0, 0, 1}};  // the second bag holds one row: no slope
    ASSERT_EQ(members.size(), expected.size());
    for (std::size_t m = 0; m < expected.size(); ++m) {
        ASSERT_EQ(members[m].size(), expected[m].size());
        for (std::size_t i = 0; i < expected[m].size(); ++i) EXPECT_NEAR(members[m][i], expected[m][i], 1e-6) << m << " " << i;
    }
}

TEST(Ridge, PredictsWeightsTimesFeaturesPlusIntercept)
{
    constexpr int members = 2, columns = 3, targets = 2, rows = 4;
    TrainingSet data;
    data.columns = columns;
    data.targets = targets;
    std::vector<Member> trained(members);
    std::vector<float> features;
    for (int i = 0; i < members * targets * (columns + 1); ++i) trained[static_cast<std::size_t>(i / (targets * (columns + 1)))].push_back(static_cast<float>((i * 7) % 11) - 4);
    for (int i = 0; i < rows * columns; ++i) features.push_back(static_cast<float>((i * 5) % 7) - 2);
    std::vector<float> out(rows * members * targets);
    ridge(1).predictor(trained, data, parallel::Place::host)(features.data(), rows, out.data());
    for (int i = 0; i < rows; ++i) {
        for (int m = 0; m < members; ++m) {
            for (int t = 0; t < targets; ++t) {
                const float* own = trained[static_cast<std::size_t>(m)].data();
                float expected = own[targets * columns + t];
                for (int c = 0; c < columns; ++c) expected += own[t * columns + c] * features[static_cast<std::size_t>(i * columns + c)];
                EXPECT_EQ(out[static_cast<std::size_t>((i * members + m) * targets + t)], expected) << "row " << i << ", member " << m << ", target " << t;
            }
        }
    }
}

}  // namespace sluice::models
