#include "campaign/testing/test_error.hpp"
#include "support/draws.hpp"
#include "support/world.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace sluice {

using test::ranks;

namespace {

constexpr std::size_t members = 3, classes = 4;

/// An ensemble whose probabilities are a function of the single feature, which is the point's number: drawn; every seventh point sure of class 2, every fifth torn between 1 and 3.
models::Ensemble ensemble()
{
    models::Ensemble made{.members = members};
    made.predict = [](const float* x, std::int64_t count, float* out) {
        for (std::int64_t i = 0; i < count; ++i) {
            const auto point = static_cast<std::uint64_t>(x[i]);
            const auto u = test::uniforms(point, members * classes);
            for (std::size_t m = 0; m < members; ++m) {
                double sum = 0;
                for (std::size_t c = 0; c < classes; ++c) sum += u[m * classes + c];
                for (std::size_t c = 0; c < classes; ++c) {
                    float p = static_cast<float>(u[m * classes + c] / sum);
                    if (point % 7 == 0) p = c == 2 ? 1 : 0;
                    else if (point % 5 == 0) p = c == 1 || c == 3 ? 0.5F : 0;
                    *out++ = p;
                }
            }
        }
    };
    return made;
}

problems::TestSet numbered_points(std::int64_t rows)
{
    problems::TestSet test{.rows = rows};
    for (std::int64_t i = 0; i < rows; ++i) {
        test.x.push_back(static_cast<float>(i));
        test.y.push_back(static_cast<double>((i * 7 / 3) % 4));
    }
    return test;
}

}  // namespace

TEST(ClassFigures, AreTheDefinitionsOnAnyNumberOfRanks)
{
    for (const std::int64_t rows : {1, 5, 700}) {  // fewer points than ranks; a ragged last tile
        const auto test = numbered_points(rows);
        double right = 0, loss = 0;
        for (std::int64_t i = 0; i < rows; ++i) {
            std::vector<float> said(members * classes);
            const auto x = static_cast<float>(i);
            ensemble().predict(&x, 1, said.data());
            std::size_t best = 0;
            std::vector<double> mean(classes);
            for (std::size_t c = 0; c < classes; ++c) {
                for (std::size_t m = 0; m < members; ++m) mean[c] += static_cast<double>(said[m * classes + c]) / members;
                if (mean[c] > mean[best]) best = c;
            }
            const auto truth = static_cast<std::size_t>(test.y[static_cast<std::size_t>(i)]);
            right += best == truth ? 1 : 0;
            loss -= mean[truth] > 0 ? std::log(mean[truth]) : std::log(1e-15);
        }
        const auto found = campaign::class_figures(ensemble(), classes, pool::Scaling::identity(1), test, ranks());
        ASSERT_EQ(found.size(), 2U);
        EXPECT_EQ(found[0].first, "test_accuracy");
        EXPECT_DOUBLE_EQ(found[0].second, right / static_cast<double>(rows));
        EXPECT_EQ(found[1].first, "test_log_loss");
        EXPECT_NEAR(found[1].second, loss / static_cast<double>(rows), 1e-12 * loss + 1e-15);
        EXPECT_EQ(found, campaign::class_figures(ensemble(), classes, pool::Scaling::identity(1), test, ranks().split(-1))) << "the same bits as on one rank";
    }
}

}  // namespace sluice
