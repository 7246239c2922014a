#include "models/ensemble.hpp"
#include "models/trees/tree_family.hpp"
#include "parallel/for_each_tile.hpp"
#include "support/training.hpp"
#include "support/world.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <fstream>

namespace sluice::models {

namespace {

using test::family;

float random_feature(RandomStream& random, std::uint32_t levels)
{
    return levels > 0 ? static_cast<float>(random.below(levels)) - 1 : static_cast<float>(random.normal());
}

/// Labels with features that are normal, or whole numbers if there are `levels` of them, so that values and splits tie.
TrainingSet random_labels(std::int64_t count, std::int64_t columns, std::uint32_t levels, std::int64_t targets = 1)
{
    TrainingSet data;
    data.columns = columns;
    data.targets = targets;
    RandomStream random(3, Purpose::random_score, 0, 0);
    for (std::int64_t i = 0; i < count; ++i) {
        data.rows.push_back(i);
        for (std::int64_t c = 0; c < columns; ++c) data.x.push_back(random_feature(random, levels));
        const float* x = data.x.data() + i * columns;
        for (std::int64_t t = 0; t < targets; ++t) {
            data.y.push_back(static_cast<double>(x[t % columns] + x[1 % columns] * x[2 % columns]) / (levels * levels + 2) + 0.3 * random.normal());
        }
    }
    return data;
}

std::vector<float> random_pool(std::int64_t rows, std::int64_t columns, std::uint32_t levels)
{
    std::vector<float> pool;
    RandomStream random(8, Purpose::random_score, 0, 0);
    for (std::int64_t i = 0; i < rows * columns; ++i) pool.push_back(random_feature(random, levels));
    return pool;
}

std::vector<float> predictions(const Family& family, const std::vector<Member>& members, const TrainingSet& data, const std::vector<float>& pool)
{
    const auto rows = static_cast<std::int64_t>(pool.size()) / data.columns;
    std::vector<float> out(static_cast<std::size_t>(rows * data.targets) * members.size());
    family.predictor(members, data, parallel::Place::host)(pool.data(), rows, out.data());
    return out;
}

/// A linear congruential generator, as in golden/trees.py.
struct Numbers {
    std::uint32_t state;

    std::uint32_t below(std::uint32_t bound)
    {
        state = state * 1664525U + 1013904223U;
        return static_cast<std::uint32_t>(std::uint64_t{state >> 8} * bound >> 24);
    }
    float feature(std::uint32_t levels)
    {
        if (levels > 0) return static_cast<float>(below(levels)) * 4 / static_cast<float>(levels) - 2;
        return static_cast<float>(below(1U << 24)) / static_cast<float>(1 << 22) - 2;
    }
};

}  // namespace

TEST(TreeFamilies, PredictWhatThePythonPackagesPredict)
{
    const auto golden = nlohmann::json::parse(std::ifstream(SLUICE_GOLDEN "/trees.json"));
    for (const auto& c : golden["cases"]) {
        SCOPED_TRACE(c.dump().substr(0, 150));
        Numbers numbers{c["seed"].get<std::uint32_t>()};
        const auto levels = c["levels"].get<std::uint32_t>();
        TrainingSet data;
        data.columns = c["columns"];
        data.targets = 1;
        for (std::int64_t i = 0; i < c["rows"].get<std::int64_t>(); ++i) {
            data.rows.push_back(i);
            for (std::int64_t f = 0; f < data.columns; ++f) data.x.push_back(numbers.feature(levels));
        }
        for (std::int64_t i = 0; i < data.count(); ++i) {
            const float* x = data.x.data() + i * data.columns;
            const double product = 0.5 * static_cast<double>(x[1 % data.columns]) * static_cast<double>(x[2 % data.columns]);
            data.y.push_back(static_cast<double>(x[0]) + product + numbers.below(1024) / 2048.0);
        }
        Bootstrap bag;
        for (std::int64_t i = 0; i < data.count(); ++i) bag.push_back(numbers.below(static_cast<std::uint32_t>(data.count())));
        const auto expected = c["predictions"].get<std::vector<double>>();
        std::vector<float> pool;
        for (std::size_t i = 0; i < expected.size() * static_cast<std::size_t>(data.columns); ++i) pool.push_back(numbers.feature(levels));
        std::map<std::string, OptionValue> options = {{"depth", c["depth"].get<std::int64_t>()}};
        for (const auto* name : {"trees", "min_rows_per_leaf"}) {
            if (c.contains(name)) options[name] = c[name].get<std::int64_t>();
        }
        if (c.contains("learning_rate")) options["learning_rate"] = c["learning_rate"].get<double>();
        const auto model = family(c["kind"], options);
        const auto own = predictions(model, model.train(data, {&bag, 1}, 0, {}), data, pool);
        ASSERT_EQ(own.size(), expected.size());
        for (std::size_t i = 0; i < own.size(); ++i) EXPECT_NEAR(own[i], expected[i], 1e-6) << "row " << i;
    }
}

TEST(DecisionTree, TellsApartAllRowsThatDiffer)
{
    auto data = random_labels(80, 6, 0, 2);
    std::copy_n(data.x.begin(), 6, data.x.begin() + 6);  // rows 0 and 1 have the same features
    const auto bag = draw_bootstrap(80, 0, {});
    const auto model = family("tree-ensemble", {});
    const auto own = predictions(model, model.train(data, {&bag, 1}, 0, {}), data, data.x);
    for (const auto row : bag) {
        for (std::int64_t t = 0; t < 2 && row > 1; ++t) {
            const auto at = static_cast<std::size_t>(row * 2 + t);
            EXPECT_NEAR(own[at], data.y[at], 2e-6);
        }
    }
    const Bootstrap twins = {0, 0, 1};
    const auto one_leaf = predictions(model, model.train(data, {&twins, 1}, 0, {}), data, data.x);
    EXPECT_NEAR(one_leaf[0], (2 * data.y[0] + data.y[2]) / 3, 1e-6) << "no column tells the rows apart";
    EXPECT_EQ(one_leaf[0], one_leaf[40]);
}

TEST(TreeFamilies, TrainEachTargetByItself)
{
    const auto both = random_labels(50, 7, 0, 2);
    const auto bag = draw_bootstrap(50, 0, {});
    const auto pool = random_pool(100, 7, 0);
    for (const auto* name : {"xgboost-ensemble", "lightgbm-ensemble", "tree-ensemble"}) {
        const auto model = family(name, {{"depth", std::int64_t{2}}, {"min_rows_per_leaf", std::int64_t{5}}});
        const auto together = predictions(model, model.train(both, {&bag, 1}, 0, {}), both, pool);
        for (std::size_t t = 0; t < 2; ++t) {
            auto one = both;
            one.targets = 1;
            for (std::size_t i = 0; i < 50; ++i) one.y[i] = both.y[i * 2 + t];
            one.y.resize(50);
            const auto alone = predictions(model, model.train(one, {&bag, 1}, 0, {}), one, pool);
            for (std::size_t i = 0; i < 100; ++i) ASSERT_EQ(together[i * 2 + t], alone[i]) << name << ", target " << t;
        }
    }
}

TEST(TreeFamilies, GiveTheSameBitsOnAnyNumberOfThreads)
{
    constexpr int members = 8;
    const auto data = random_labels(60, 20, 0, 2);
    std::vector<Bootstrap> bags;
    for (int m = 0; m < members; ++m) bags.push_back(draw_bootstrap(60, m, {}));
    for (const auto* name : {"xgboost-ensemble", "lightgbm-ensemble", "tree-ensemble"}) {
        const auto model = family(name, {{"min_rows_per_leaf", std::int64_t{5}}});
        const auto one_by_one = model.train(data, bags, 0, {2, 1});
        std::vector<Member> at_once(members);
        parallel::for_each_tile("test/train", {0, members, 0, members}, [&](RowId m) {
            const auto place = static_cast<std::size_t>(m);
            at_once[place] = model.train(data, std::span(bags).subspan(place, 1), static_cast<int>(m), {2, 1}).at(0);
        });
        const auto pool = random_pool(300, 20, 0);
        EXPECT_EQ(predictions(model, one_by_one, data, pool), predictions(model, at_once, data, pool)) << name;
    }
}

TEST(TreeFamilies, SplitOnTheStrongestColumnsOnlyIfTold)
{
    constexpr std::int64_t columns = 40, most = 6;
    auto data = random_labels(60, columns, 0);
    for (std::int64_t i = 0; i < 60; ++i) data.x[static_cast<std::size_t>(i * columns + 9)] = 2;  // says nothing
    const auto bag = draw_bootstrap(60, 0, {});
    const auto sample = resample(data, bag);

    std::vector<std::pair<double, std::int64_t>> by_hand;
    const auto y = sample.target(0);
    const double mean_y = mean_of(y);
    for (std::int64_t c = 0; c < columns; ++c) {
        double mean = 0, xy = 0, xx = 0;
        for (std::int64_t i = 0; i < 60; ++i) mean += static_cast<double>(sample.x[static_cast<std::size_t>(i * columns + c)]) / 60;
        for (std::int64_t i = 0; i < 60; ++i) {
            const double x = static_cast<double>(sample.x[static_cast<std::size_t>(i * columns + c)]) - mean;
            xy += x * (static_cast<double>(y[static_cast<std::size_t>(i)]) - mean_y);
            xx += x * x;
        }
        by_hand.emplace_back(xx > 0 ? -std::abs(xy) / std::sqrt(xx) : 0, c);
    }
    std::sort(by_hand.begin(), by_hand.end());
    std::vector<std::int32_t> expected;
    for (std::int64_t k = 0; k < most; ++k) expected.push_back(static_cast<std::int32_t>(by_hand[static_cast<std::size_t>(k)].second));
    std::sort(expected.begin(), expected.end());
    const auto kept = strongest_columns(sample, 0, most);
    EXPECT_EQ(kept, expected);
    EXPECT_EQ(strongest_columns(sample, 0, 100).size(), static_cast<std::size_t>(columns));

    const auto pool = random_pool(200, columns, 0);
    const auto narrow = [&](const std::vector<float>& x) {
        std::vector<float> result;
        for (auto row = x.begin(); row != x.end(); row += columns) {
            for (const auto c : kept) result.push_back(row[c]);
        }
        return result;
    };
    auto few = data;
    few.columns = most;
    few.x = narrow(data.x);
    for (const auto* name : {"xgboost-ensemble", "lightgbm-ensemble", "tree-ensemble"}) {
        const auto told = family(name, {{"columns", most}, {"min_rows_per_leaf", std::int64_t{5}}}), plain = family(name, {{"min_rows_per_leaf", std::int64_t{5}}});
        const auto of_all = predictions(plain, plain.train(data, {&bag, 1}, 0, {}), data, pool);
        const auto of_strongest = predictions(told, told.train(data, {&bag, 1}, 0, {}), data, pool);
        EXPECT_NE(of_strongest, of_all) << name;
        EXPECT_EQ(of_strongest, predictions(plain, plain.train(few, {&bag, 1}, 0, {}), few, narrow(pool))) << name;
        const auto of_many = family(name, {{"columns", columns}, {"min_rows_per_leaf", std::int64_t{5}}});
        EXPECT_EQ(of_all, predictions(of_many, of_many.train(data, {&bag, 1}, 0, {}), data, pool)) << name;
    }
}

TEST(TreeFamilies, LearnASmoothFunction)
{
    const auto alone = test::ranks().split(-1);
    const auto data = random_labels(200, 5, 0);
    for (const auto* name : {"xgboost-ensemble", "lightgbm-ensemble", "tree-ensemble"}) {
        const auto ensemble = fit_ensemble(family(name, {}), data, 10, 3, {1, 0}, alone);
        EXPECT_GT(ensemble.out_of_bag_r2.at(0), 0.3) << name;
        EXPECT_LT(ensemble.out_of_bag_r2.at(0), 1) << name;
    }
}

TEST(TreeFamilies, RefuseWhatTheyCannotDo)
{
    for (const auto& [name, option, bad] : std::vector<std::tuple<std::string, std::string, OptionValue>>{
             {"xgboost-ensemble", "trees", std::int64_t{0}},
             {"xgboost-ensemble", "depth", std::int64_t{0}},
             {"xgboost-ensemble", "learning_rate", 0.0},
             {"xgboost-ensemble", "learning_rate", 1.5},
             {"lightgbm-ensemble", "min_rows_per_leaf", std::int64_t{0}},
             {"lightgbm-ensemble", "learning_rate", -0.1},
             {"tree-ensemble", "depth", std::int64_t{-1}}}) {
        const auto& specs = FamilyRegistration::all().at(name)->options;
        const auto spec = std::find_if(specs.begin(), specs.end(), [&, wanted = option](const OptionSpec& s) { return s.name == wanted; });
        ASSERT_NE(spec, specs.end());
        EXPECT_NE(spec->complaint(bad), "") << name << " " << option;
    }
}

}  // namespace sluice::models
