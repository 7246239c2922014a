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

/// So many labelled rows that only the nearest are sorted; on whole numbers, so that distances are exact and many are equal. More members than are averaged at once.
TEST(NearestNeighbours, AreThoseOfAFullSortBitForBit)
{
    constexpr std::int64_t labelled = 700, questions = 600;
    RandomStream random(5, Purpose::random_score, 0, 0);
    TrainingSet data;
    data.columns = data.targets = 2;
    for (std::int64_t i = 0; i < labelled; ++i) {
        data.rows.push_back(i);
        for (int c = 0; c < 2; ++c) data.x.push_back(static_cast<float>(random.below(i % 3 == 0 ? 4 : 40)));
        for (int t = 0; t < 2; ++t) data.y.push_back(random.uniform());
    }
    std::vector<float> x;
    for (std::int64_t i = 0; i < 2 * questions; ++i) x.push_back(static_cast<float>(random.below(i < questions ? 40 : 6)));
    std::vector<Bootstrap> bags;
    for (int m = 0; m < 19; ++m) bags.push_back(draw_bootstrap(labelled, m, {}));
    std::vector<std::vector<int>> drawn(bags.size(), std::vector<int>(labelled, 0));
    for (std::size_t m = 0; m < bags.size(); ++m) {
        for (const auto row : bags[m]) ++drawn[m][static_cast<std::size_t>(row)];
    }
    for (const std::int64_t k : {1, 6, 60, 400, 900}) {
        const auto family = test::family("knn-ensemble", {{"neighbours", k}});
        std::vector<float> out(static_cast<std::size_t>(questions) * bags.size() * 2);
        family.predictor(family.train(data, bags, 0, {}), data, parallel::Place::host)(x.data(), questions, out.data());
        for (std::size_t i = 0; i < questions; ++i) {
            std::vector<std::size_t> order(labelled);
            std::iota(order.begin(), order.end(), 0U);
            const auto distance = [&](std::size_t row) { return std::pow(data.x[2 * row] - x[2 * i], 2.0F) + std::pow(data.x[2 * row + 1] - x[2 * i + 1], 2.0F); };
            std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return distance(a) < distance(b); });
            for (std::size_t m = 0; m < bags.size(); ++m) {
                double sum[2] = {}, left = static_cast<double>(k);
                for (const auto row : order) {
                    const auto times = static_cast<double>(drawn[m][row]);
                    const double taken = std::min(left, times);
                    for (std::size_t t = 0; t < 2; ++t) sum[t] += taken * data.y[2 * row + t];
                    left -= taken;
                    if (left == 0) break;
                }
                for (std::size_t t = 0; t < 2; ++t) {
                    ASSERT_EQ(out[(i * bags.size() + m) * 2 + t], static_cast<float>(sum[t] / (static_cast<double>(k) - left))) << "row " << i << ", member " << m << ", k " << k;
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
