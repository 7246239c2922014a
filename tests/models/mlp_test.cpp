#include "models/ensemble.hpp"
#include "support/training.hpp"
#include "support/world.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace sluice::models {

namespace {

Family mlp(const std::map<std::string, OptionValue>& values)
{
    return test::family("mlp-ensemble", values);
}

using test::smooth_labels;

}  // namespace

TEST(Mlp, LearnsASmoothFunction)
{
    const auto alone = test::ranks().split(-1);
    const auto data = smooth_labels(300);
    const auto ensemble = fit_ensemble(mlp({{"width", std::int64_t{32}}, {"steps", std::int64_t{500}}, {"learning_rate", 0.01}}), data, 6, 3, {1, 0}, alone);
    ASSERT_EQ(ensemble.out_of_bag_r2.size(), 2U);
    for (const double r2 : ensemble.out_of_bag_r2) EXPECT_GT(r2, 0.8);
    for (const double r2 : ensemble.out_of_bag_r2) EXPECT_LT(r2, 1);

    std::vector<float> predictions(300 * 6 * 2);
    ensemble.predict(data.x.data(), 300, predictions.data());
    for (int m = 1; m < 6; ++m) {
        double apart = 0;
        for (std::size_t i = 0; i < 300; ++i) apart += std::abs(static_cast<double>(predictions[i * 12 + static_cast<std::size_t>(m) * 2] - predictions[i * 12])) / 300;
        EXPECT_GT(apart, 1e-3) << "member " << m << " says what member 0 says";
    }
}

TEST(Mlp, AMemberDoesNotDependOnItsPlaceInABlock)
{
    const auto data = smooth_labels(20);
    std::vector<Bootstrap> bags;
    for (int m = 0; m < 3; ++m) bags.push_back(draw_bootstrap(20, m, {}));
    const auto apart = [&](double learning_rate, std::int64_t steps) {
        const auto family = mlp({{"width", std::int64_t{4}}, {"steps", steps}, {"learning_rate", learning_rate}});
        const auto block = family.train(data, bags, 5, {1, 2});
        double largest = 0;
        for (std::size_t m = 0; m < 3; ++m) {
            const auto alone = family.train(data, std::span(bags).subspan(m, 1), 5 + static_cast<int>(m), {1, 2});
            EXPECT_EQ(block.size(), 3);
            for (std::size_t i = 0; i < block[m].size(); ++i) largest = std::max(largest, std::abs(static_cast<double>(alone[0][i] - block[m][i])));
        }
        return largest;
    };
    EXPECT_EQ(apart(1e-30, 1), 0) << "weights to begin with";
    EXPECT_LT(apart(0.01, 10), 1e-4) << "mini-batches";
}

TEST(Mlp, MembersDifferOnTheSameResampleByTheirKeyAlone)
{
    const auto data = smooth_labels(20);
    const auto family = mlp({{"width", std::int64_t{4}}, {"steps", std::int64_t{3}}});
    const std::vector<Bootstrap> same(1, draw_bootstrap(20, 0, {}));
    const auto member = [&](int first, std::uint64_t seed, std::uint32_t iteration) { return family.train(data, same, first, {seed, iteration}); };
    EXPECT_EQ(member(0, 1, 0), member(0, 1, 0));
    EXPECT_NE(member(0, 1, 0), member(1, 1, 0));
    EXPECT_NE(member(0, 1, 0), member(0, 2, 0));
    EXPECT_NE(member(0, 1, 0), member(0, 1, 1));
}

TEST(Mlp, PredictsTwoLayersOfRectifiedUnits)
{
    // One feature, two units, one target. Per member: first weights [1, 2], biases [2], second [2, 2], [2], third [2, 1], [1].
    const std::vector<Member> members = {{1, -1, 0, 1, /**/ 1, 2, 3, -1, 0, 0.5F, /**/ 1, 10, 0.25F},  //
                                         {2, 0, -1, 0, /**/ 1, 0, 0, 1, 0, 3, /**/ -1, 1, 0}};
    TrainingSet data;
    data.columns = data.targets = 1;
    const std::vector<float> features = {2, -3};
    std::vector<float> out(4);
    mlp({{"width", std::int64_t{2}}}).predictor(members, data, parallel::Place::host)(features.data(), 2, out.data());
    // Member 0 at 2: (2, 0) -> (2, 4.5) -> 47.25; at -3: (0, 4) -> (12, 0) -> 12.25. Member 1 at 2: (3, 0) -> (3, 3) -> 0; at -3: (0, 0) -> (0, 3) -> 3.
    EXPECT_EQ(out, (std::vector<float>{47.25F, 0, 12.25F, 3}));
}

}  // namespace sluice::models
