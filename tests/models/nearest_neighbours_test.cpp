#include "models/ensemble.hpp"
#include "support/training.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

namespace sluice::models {

TEST(NearestNeighbours, EqualsTheMeanOfTheNearestOfTheResample)
{
    const auto data = test::smooth_labels(30, 3);
    const auto questions = test::smooth_labels(17, 3);
    std::vector<Bootstrap> bags;
    for (int m = 0; m < 4; ++m) bags.push_back(draw_bootstrap(30, m, {}));
    bags.push_back({7, 7, 7, 2});  // fewer places than some k
    for (const std::int64_t k : {1, 3, 10}) {
        const auto family = test::family("knn-ensemble", {{"neighbours", k}});
        std::vector<float> out(17 * bags.size() * 2);
        family.predictor(family.train(data, bags, 0, {}), data, parallel::Place::host)(questions.x.data(), 17, out.data());
        for (std::size_t i = 0; i < 17; ++i) {
            for (std::size_t m = 0; m < bags.size(); ++m) {
                auto places = bags[m];
                const auto distance = [&](std::int64_t row) {
                    double sum = 0;
                    for (std::size_t c = 0; c < 3; ++c) sum += std::pow(static_cast<double>(data.x[static_cast<std::size_t>(row) * 3 + c]) - static_cast<double>(questions.x[i * 3 + c]), 2);
                    return sum;
                };
                std::sort(places.begin(), places.end(), [&](auto a, auto b) { return distance(a) < distance(b); });
                places.resize(std::min<std::size_t>(places.size(), static_cast<std::size_t>(k)));
                for (std::size_t t = 0; t < 2; ++t) {
                    double mean = 0;
                    for (const auto row : places) mean += data.y[static_cast<std::size_t>(row) * 2 + t] / static_cast<double>(places.size());
                    EXPECT_NEAR(out[(i * bags.size() + m) * 2 + t], mean, 1e-5) << "row " << i << ", member " << m << ", k " << k;
                }
            }
        }
    }
}

TEST(NearestNeighbours, BreaksTiesByTheEarlierRow)
{
    TrainingSet data;
    data.rows = {0, 1, 2};
    data.columns = data.targets = 1;
    data.x = {1, 1, 5};
    data.y = {10, 20, 30};
    const std::vector<Bootstrap> bags = {{1, 0, 2}};
    const auto family = test::family("knn-ensemble", {{"neighbours", std::int64_t{1}}});
    const float question = 1;
    float out = 0;
    family.predictor(family.train(data, bags, 0, {}), data, parallel::Place::host)(&question, 1, &out);
    EXPECT_EQ(out, 10);
}

/// Its distances are infinite, or no numbers, and no scale for the others.
TEST(NearestNeighbours, AreNotDisturbedByALabelledRowThatIsEndlesslyFar)
{
    auto data = test::smooth_labels(30, 3, 1);
    const auto elsewhere = test::smooth_labels(50, 3, 1);
    Bootstrap near(29), all(30);
    std::iota(near.begin(), near.end(), 0);
    std::iota(all.begin(), all.end(), 0);
    const auto family = test::family("knn-ensemble", {{"neighbours", std::int64_t{4}}});
    const auto predict = [&](const Bootstrap& bag) {
        std::vector<float> out(50);
        family.predictor(family.train(data, std::span(&bag, 1), 0, {}), data, parallel::Place::host)(elsewhere.x.data(), 50, out.data());
        return out;
    };
    for (std::size_t c = 87; c < 90; ++c) data.x[c] = 1e30F;
    EXPECT_EQ(predict(all), predict(near));
}

}  // namespace sluice::models
