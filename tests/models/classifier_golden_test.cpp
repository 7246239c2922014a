#include "models/ensemble.hpp"
#include "support/draws.hpp"
#include "support/training.hpp"
#include "support/world.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <fstream>

namespace sluice::models {

namespace {

/// Labels as shares of classes.
TrainingSet classed(const std::vector<float>& x, std::int64_t columns, const std::vector<std::size_t>& labels, std::size_t classes)
{
    TrainingSet data;
    data.columns = columns;
    data.targets = static_cast<std::int64_t>(classes);
    data.x = x;
    for (std::size_t i = 0; i < labels.size(); ++i) {
        data.rows.push_back(static_cast<RowId>(i));
        for (std::size_t c = 0; c < classes; ++c) data.y.push_back(c == labels[i] ? 1 : 0);
    }
    return data;
}

std::vector<float> normal_points(std::uint64_t seed, std::size_t count)
{
    const auto drawn = test::normals(seed, count);
    return {drawn.begin(), drawn.end()};
}

/// Two features; a class by the quarter of the circle that a row is in.
TrainingSet quarters(std::size_t rows)
{
    const auto x = normal_points(3, 2 * rows);
    std::vector<std::size_t> labels;
    for (std::size_t i = 0; i < rows; ++i) labels.push_back((x[2 * i] > 0 ? 1U : 0U) + (x[2 * i + 1] > 0 ? 2U : 0U));
    return classed(x, 2, labels, 4);
}

double accuracy(const Ensemble& ensemble, const TrainingSet& data)
{
    const auto width = static_cast<std::size_t>(ensemble.width()), classes = static_cast<std::size_t>(data.targets), rows = static_cast<std::size_t>(data.count());
    std::vector<float> said(rows * width * classes);
    ensemble.predict(data.x.data(), data.count(), said.data());
    double right = 0;
    for (std::size_t i = 0; i < rows; ++i) {
        std::vector<double> mean(classes);
        for (std::size_t m = 0; m < width; ++m) {
            double sum = 0;
            for (std::size_t c = 0; c < classes; ++c) {
                const double p = static_cast<double>(said[(i * width + m) * classes + c]);
                EXPECT_GE(p, 0);
                sum += p;
                mean[c] += p;
            }
            EXPECT_NEAR(sum, 1, 1e-6);
        }
        right += data.y[i * classes + static_cast<std::size_t>(std::max_element(mean.begin(), mean.end()) - mean.begin())];
    }
    return right / static_cast<double>(rows);
}

}  // namespace

/// Without hidden layers the loss has one least value, whatever the way to it.
TEST(ClassifierGolden, WithoutHiddenLayersIsLogisticRegression)
{
    const auto golden = nlohmann::json::parse(std::ifstream(SLUICE_GOLDEN "/classification.json"))["fitted"];
    ASSERT_EQ(golden.size(), 3u);
    for (const auto& c : golden) {
        const auto number = c["number"].get<std::uint64_t>();
        const auto rows = c["rows"].get<std::size_t>(), columns = c["columns"].get<std::size_t>(), classes = c["classes"].get<std::size_t>();
        const auto data = classed(normal_points(500 + number, rows * columns), static_cast<std::int64_t>(columns), c["labels"].get<std::vector<std::size_t>>(), classes);
        const auto resamples = c["resamples"].get<std::vector<Bootstrap>>();
        const auto family = test::family("classifier-ensemble", {{"depth", std::int64_t{0}}, {"epochs", std::int64_t{6000}}, {"l2", c["l2"].get<double>()}});
        const auto members = family.train(data, resamples, 0, {1, 1});
        constexpr std::size_t tested = 10;
        std::vector<float> said(tested * resamples.size() * classes);
        family.predictor(members, data, parallel::Place::host)(data.x.data(), tested, said.data());
        for (std::size_t i = 0; i < tested; ++i) {
            for (std::size_t m = 0; m < resamples.size(); ++m) {
                for (std::size_t k = 0; k < classes; ++k) {
                    EXPECT_NEAR(static_cast<double>(said[(i * resamples.size() + m) * classes + k]), c["said"][m][i][k].get<double>(), 1e-3) << "case " << number << ", row " << i << ", member " << m;
                }
            }
        }
    }
}

TEST(Classifier, LearnsWhatNoStraightLineParts)
{
    const auto data = quarters(300);
    const auto family = test::family("classifier-ensemble", {});
    const auto ensemble = fit_ensemble(family, data, 4, 2, {1, 1}, test::ranks().split(-1));
    EXPECT_EQ(ensemble.width(), 4);
    EXPECT_TRUE(ensemble.out_of_bag_r2.empty());
    EXPECT_GT(accuracy(ensemble, data), 0.95);
}

TEST(Classifier, AMembersRowsAreThoseOfItsResample)
{
    const auto data = quarters(30);
    const auto family = test::family("classifier-ensemble", {{"epochs", std::int64_t{20}}});
    TrainingSet few = data;  // rows 0 to 9, of which the resample draws
    few.rows.resize(10), few.x.resize(20), few.y.resize(40);
    const std::vector<Bootstrap> resample = {{1, 1, 4, 7}};
    const auto of_all = family.train(data, resample, 0, {1, 1})[0], of_few = family.train(few, resample, 0, {1, 1})[0];
    ASSERT_EQ(of_all.size(), of_few.size());
    for (std::size_t i = 0; i < of_all.size(); ++i) EXPECT_NEAR(static_cast<double>(of_all[i]), static_cast<double>(of_few[i]), 1e-4) << "rows out of the resample count nothing";
}

TEST(Classifier, OfOneClassIsSureOfItAndFinite)
{
    const auto data = classed(normal_points(4, 24), 2, std::vector<std::size_t>(12, 1), 3);
    for (const char* kind : {"classifier-ensemble", "mc-dropout-classifier"}) {
        const auto ensemble = fit_ensemble(test::family(kind, {}), data, 2, 1, {1, 1}, test::ranks().split(-1));
        EXPECT_EQ(accuracy(ensemble, data), 1) << kind;
    }
}

TEST(McDropoutClassifier, SaysEachPassAndLearnsFromAllRows)
{
    const auto data = quarters(300);
    const auto family = test::family("mc-dropout-classifier", {{"passes", std::int64_t{7}}, {"dropout", 0.2}, {"learning_rate", 0.01}});
    const auto ensemble = fit_ensemble(family, data, 2, 1, {1, 1}, test::ranks().split(-1));
    EXPECT_EQ(ensemble.width(), 14);
    EXPECT_EQ(ensemble.form, Form::members);
    EXPECT_GT(accuracy(ensemble, data), 0.95);
    std::vector<float> said(14 * 4);
    ensemble.predict(data.x.data(), 1, said.data());
    EXPECT_NE(std::vector<float>(said.begin(), said.begin() + 4), std::vector<float>(said.begin() + 4, said.begin() + 8)) << "other units are left out in another pass";
}

}  // namespace sluice::models
