#include "fusion/fuse/box_decomposition.hpp"
#include "fusion/fuse/expected_hypervolume_improvement.hpp"
#include "fusion/fuse/hypervolume.hpp"
#include "fusion/fuse/pareto_front.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <fstream>

namespace sluice::fusion {

namespace {

/// Written by tests/golden/hypervolume.py.
const nlohmann::json& golden()
{
    static const nlohmann::json file = nlohmann::json::parse(std::ifstream(SLUICE_GOLDEN "/hypervolume.json"));
    return file;
}

/// Calls work(case, number of targets) for every case.
template <typename Work>
void for_each_case(const Work& work)
{
    ASSERT_EQ(golden()["cases"].size(), 9);
    for (const auto& c : golden()["cases"]) {
        with_targets(c["targets"].get<std::size_t>(), [&](auto targets) { work(c, targets); });
    }
}

}  // namespace

TEST(HypervolumeGolden, FrontsVolumesAndContributionsAreThoseOfMoocoreAndBotorch)
{
    for_each_case([](const auto& c, auto targets) {
        const auto front = pareto_front(c["points"].template get<Points<targets>>());
        EXPECT_EQ(front, c["front"].template get<Points<targets>>());
        const auto reference = c["reference"].template get<Point<targets>>();
        EXPECT_NEAR(hypervolume(front, reference), c["hypervolume"].template get<double>(), 1e-12);
        const auto contribution = exclusive_contributions(front, reference);
        const auto expected = c["contributions"].template get<std::vector<double>>();
        ASSERT_EQ(contribution.size(), expected.size());
        for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(contribution[i], expected[i], 1e-12);
    });
}

TEST(HypervolumeGolden, ImprovementsAreThoseOfBotorchsPartitioning)
{
    for_each_case([](const auto& c, auto targets) {
        const auto boxes = undominated_boxes(c["front"].template get<Points<targets>>(), c["reference"].template get<Point<targets>>());
        for (std::size_t i = 0; i < c["samples"].size(); ++i) {
            EXPECT_NEAR(hypervolume_improvement(boxes, c["samples"][i].template get<Point<targets>>()), c["improvements"][i].template get<double>(), 1e-12);
        }
    });
}

TEST(HypervolumeGolden, SampledExpectationsApproachBotorchsClosedForm)
{
    constexpr std::uint32_t repeats = 400;
    for_each_case([](const auto& c, auto targets) {
        constexpr std::size_t T = targets;
        std::vector<double> labelled, mean, deviation, correlation(T * T, 0.0);
        for (const auto& p : c["front"]) {
            for (const double x : p) labelled.push_back(-x);
        }
        for (std::size_t t = 0; t < T; ++t) correlation[t * T + t] = 1;
        const std::size_t rows = c["means"].size();
        for (std::size_t i = 0; i < rows; ++i) {
            for (std::size_t t = 0; t < T; ++t) {
                mean.push_back(-c["means"][i][t].template get<double>());
                deviation.push_back(c["deviations"][i][t].template get<double>());
            }
        }
        const std::vector<double> reliability(T, 1.0);
        const std::vector<std::optional<double>> no_window(T);
        std::vector<double> sum(rows, 0.0), squares(rows, 0.0);
        for (std::uint32_t repeat = 0; repeat < repeats; ++repeat) {
            const auto draws = improvement_draws(1, repeat, 0, T);
            const auto value = expected_hypervolume_improvement({mean, deviation, correlation, reliability}, labelled, no_window, draws, 0);
            for (std::size_t i = 0; i < rows; ++i) {
                sum[i] += value[i];
                squares[i] += value[i] * value[i];
            }
        }
        for (std::size_t i = 0; i < rows; ++i) {
            const double average = sum[i] / repeats;
            const double standard_error = std::sqrt((squares[i] / repeats - average * average) / repeats);
            EXPECT_NEAR(average, c["expected_improvements"][i].template get<double>(), 4 * standard_error);
        }
    });
}

}  // namespace sluice::fusion
