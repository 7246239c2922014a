#include "models/ensemble.hpp"
#include "support/training.hpp"
#include "support/world.hpp"

#include <gtest/gtest.h>

namespace sluice::models {

namespace {

double mean_square(const std::vector<float>& predicted, const TrainingSet& data, std::size_t members, std::size_t member)
{
    double sum = 0;
    for (std::size_t i = 0; i < data.y.size(); ++i) sum += std::pow(data.y[i] - static_cast<double>(predicted[i * members + member]), 2) / static_cast<double>(data.y.size());
    return sum;
}

}  // namespace

TEST(AdamMlp, LearnsASmoothFunctionWithEitherActivation)
{
    const auto data = test::smooth_labels(300);
    for (const char* activation : {"relu", "tanh"}) {
        const auto family = test::family("adam-mlp-ensemble", {{"widths", std::vector<double>{40, 30, 20}}, {"activation", std::string(activation)}, {"learning_rate", 0.01}});
        const auto ensemble = fit_ensemble(family, data, 4, 2, {1, 0}, test::ranks().split(-1));
        for (const double r2 : ensemble.out_of_bag_r2) EXPECT_GT(r2, 0.75) << activation;
    }
}

TEST(AdamMlp, AMemberDoesNotDependOnItsPlaceInABlockOrOnTheLengthOfOtherResamples)
{
    const auto data = test::smooth_labels(40);
    const std::vector<Bootstrap> bags = {draw_bootstrap(40, 0, {}), {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, draw_bootstrap(40, 2, {})};
    for (const double hold_out : {0.0, 0.2}) {
        const auto family = test::family("adam-mlp-ensemble", {{"widths", std::vector<double>{8}}, {"minibatch", std::int64_t{64}}, {"epochs", std::int64_t{12}}, {"hold_out", hold_out}});
        const auto block = family.train(data, bags, 5, {1, 2});
        for (std::size_t m = 0; m < 3; ++m) {
            const auto alone = family.train(data, std::span(bags).subspan(m, 1), 5 + static_cast<int>(m), {1, 2});
            ASSERT_EQ(alone[0].size(), block[m].size());
            for (std::size_t i = 0; i < alone[0].size(); ++i) EXPECT_NEAR(alone[0][i], block[m][i], 1e-4) << "member " << m;
        }
    }
}

TEST(AdamMlp, StopsWhenTheLossNoLongerFallsAndThenKeepsWhatItHas)
{
    const auto data = test::smooth_labels(20);
    const std::vector<Bootstrap> bags = {draw_bootstrap(20, 0, {})};
    // A rate too small to gain 1e-4 in an epoch: stops after patience + 2 epochs, so that more epochs change nothing.
    const auto after = [&](std::int64_t epochs) {
        return test::family("adam-mlp-ensemble", {{"learning_rate", 1e-9}, {"epochs", epochs}, {"patience", std::int64_t{3}}}).train(data, bags, 0, {});
    };
    EXPECT_EQ(after(6), after(50));
    EXPECT_NE(after(2), after(50));
}

TEST(AdamMlp, InItsSpanIsBlindToDirectionsInWhichLabelledRowsAreEqual)
{
    auto data = test::smooth_labels(30, 50);
    for (std::size_t i = 0; i < 30; ++i) data.x[i * 50 + 7] = 2;  // a column without variance, and 30 rows in 50 columns
    const std::vector<Bootstrap> bags = {draw_bootstrap(30, 0, {}), draw_bootstrap(30, 1, {})};
    const auto change = [&](bool in_span) {
        const auto family = test::family("adam-mlp-ensemble", {{"in_span", in_span}, {"epochs", std::int64_t{50}}, {"learning_rate", 0.01}});
        const auto predict = family.predictor(family.train(data, bags, 0, {}), data, parallel::Place::host);
        std::vector<float> row(data.x.begin(), data.x.begin() + 50), before(4), after(4);
        predict(row.data(), 1, before.data());
        row[7] += 5;
        predict(row.data(), 1, after.data());
        return std::abs(after[0] - before[0]) + std::abs(after[2] - before[2]);
    };
    EXPECT_LT(change(true), 1e-4);
    EXPECT_GT(change(false), 1e-2);
}

TEST(AdamMlp, PenaltyPullsWeightsTowardsZero)
{
    const auto data = test::smooth_labels(60);
    const std::vector<Bootstrap> bags = {draw_bootstrap(60, 0, {})};
    const auto squares = [&](double l2) {
        double sum = 0;
        const auto members = test::family("adam-mlp-ensemble", {{"l2", l2}, {"learning_rate", 0.01}}).train(data, bags, 0, {});
        for (const float w : members[0]) sum += static_cast<double>(w) * static_cast<double>(w);
        return sum;
    };
    EXPECT_LT(squares(10), 0.5 * squares(0));
}

TEST(AdamMlp, FitsItsResampleBetterThanTheMeanDoes)
{
    const auto data = test::smooth_labels(50, 3, 1);
    std::vector<Bootstrap> bags = {Bootstrap(50)};
    for (std::size_t i = 0; i < 50; ++i) bags[0][i] = static_cast<std::int64_t>(i);
    const auto family = test::family("adam-mlp-ensemble", {{"learning_rate", 0.01}});
    std::vector<float> out(50);
    family.predictor(family.train(data, bags, 0, {}), data, parallel::Place::host)(data.x.data(), 50, out.data());
    double spread = 0, mean = 0;
    for (const double y : data.y) mean += y / 50;
    for (const double y : data.y) spread += (y - mean) * (y - mean) / 50;
    EXPECT_LT(mean_square(out, data, 1, 0), 0.1 * spread);
}

}  // namespace sluice::models
