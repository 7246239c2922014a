#include "models/ensemble.hpp"
#include "support/training.hpp"
#include "support/world.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace sluice::models {

namespace {

Family small(std::map<std::string, OptionValue> more = {})
{
    more.try_emplace("width", std::int64_t{16});
    more.try_emplace("depth", std::int64_t{2});
    more.try_emplace("epochs", std::int64_t{40});
    return test::family("deep-mlp-ensemble", more);
}

/// All members on this rank.
std::vector<Member> trained(const Family& family, const TrainingSet& data, int members, const FitKey& key)
{
    return family.train_together(data, {0, members, members}, {}, key, test::ranks().split(-1));
}

double mean_square_error(const Ensemble& ensemble, const TrainingSet& data)
{
    const auto members = static_cast<std::size_t>(ensemble.members), targets = static_cast<std::size_t>(data.targets);
    std::vector<float> said(data.y.size() * members);
    ensemble.predict(data.x.data(), data.count(), said.data());
    double sum = 0;
    for (std::size_t i = 0; i < data.y.size(); ++i) {
        double mean = 0;
        for (std::size_t m = 0; m < members; ++m) mean += static_cast<double>(said[((i / targets) * members + m) * targets + i % targets]) / static_cast<double>(members);
        sum += (mean - data.y[i]) * (mean - data.y[i]) / static_cast<double>(data.y.size());
    }
    return sum;
}

}  // namespace

TEST(DeepMlp, LearnsASmoothFunction)
{
    const auto data = test::smooth_labels(300);
    const auto before = fit_ensemble(small({{"epochs", std::int64_t{1}}}), data, 4, 4, {1, 1}, test::ranks().split(-1));
    const auto after = fit_ensemble(small({{"epochs", std::int64_t{400}}, {"learning_rate", 1e-2}}), data, 4, 4, {1, 1}, test::ranks().split(-1));
    EXPECT_GT(mean_square_error(before, data), 0.5);
    EXPECT_LT(mean_square_error(after, data), 0.05);
}

TEST(DeepMlp, MembersDifferAndDependOnSeedAndIterationAlone)
{
    const auto data = test::smooth_labels(60);
    const auto once = trained(small(), data, 3, {1, 1});
    EXPECT_EQ(once, trained(small(), data, 3, {1, 1}));
    EXPECT_NE(once[0], once[1]);
    EXPECT_NE(once, trained(small(), data, 3, {2, 1}));
    EXPECT_NE(once, trained(small(), data, 3, {1, 2}));
}

TEST(DeepMlp, BlocksDoNotPartMembersThatLearnTogether)
{
    const auto data = test::smooth_labels(60);
    const auto features = test::smooth_labels(7).x;
    std::vector<float> in_blocks(7 * 5 * 2), in_one(7 * 5 * 2);
    fit_ensemble(small(), data, 5, 2, {1, 1}, test::ranks().split(-1)).predict(features.data(), 7, in_blocks.data());
    fit_ensemble(small(), data, 5, 5, {1, 1}, test::ranks().split(-1)).predict(features.data(), 7, in_one.data());
    EXPECT_EQ(in_blocks, in_one);
}

TEST(DeepMlp, MinibatchesOfAllRowsAreOneBatchAndSmallerOnesAreNot)
{
    const auto data = test::smooth_labels(50);
    const auto all = trained(small(), data, 2, {1, 1});
    EXPECT_EQ(all, trained(small({{"minibatch", std::int64_t{50}}}), data, 2, {1, 1}));
    const auto parts = trained(small({{"minibatch", std::int64_t{16}}}), data, 2, {1, 1});  // the last of two rows
    EXPECT_NE(all, parts);
    for (const float value : parts[1]) EXPECT_TRUE(std::isfinite(value));
}

TEST(DeepMlp, WarmTrainingGoesOnFromWhereItIs)
{
    const auto data = test::smooth_labels(120);
    const auto warm = small({{"start", std::string("warm")}});
    const auto first = fit_ensemble(warm, data, 3, 3, {1, 1}, test::ranks().split(-1));
    const auto second = fit_ensemble(warm, data, 3, 3, {1, 2}, test::ranks().split(-1), first.trained);
    EXPECT_LT(mean_square_error(second, data), mean_square_error(first, data));
    EXPECT_TRUE(fit_ensemble(small(), data, 3, 3, {1, 1}, test::ranks().split(-1)).trained.empty());
}

TEST(DeepMlp, EndsWhereTheLossRests)
{
    auto data = test::smooth_labels(30);
    std::fill(data.y.begin(), data.y.end(), 0.0);
    const auto rate_of_nothing = std::map<std::string, OptionValue>{{"learning_rate", 1e-30}, {"l2", 0.0}};
    auto patient = rate_of_nothing, short_one = rate_of_nothing;
    patient["patience"] = std::int64_t{5};
    patient["epochs"] = std::int64_t{1000};
    short_one["epochs"] = std::int64_t{6};  // the first look is a gain
    EXPECT_EQ(trained(small(patient), data, 1, {1, 1}), trained(small(short_one), data, 1, {1, 1}));
}

}  // namespace sluice::models
