#include "acquisition/mi_lb.hpp"
#include "acquisition/mi_lb_on_device.hpp"
#include "models/mixture_density/ensemble.hpp"
#include "support/draws.hpp"
#include "support/world.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace sluice {

namespace mdn = models::mixture_density;

namespace {

struct Sizes {
    std::int64_t members, components, targets;
    double spread;  ///< of means: components that lie together, or so far apart that their overlaps underflow
};

void PrintTo(const Sizes& s, std::ostream* out)
{
    *out << s.members << " members, " << s.components << " components, " << s.targets << " targets, spread " << s.spread;
}

class DeviceMiLb : public ::testing::TestWithParam<Sizes> {};

}  // namespace

TEST_P(DeviceMiLb, IsThatOfTheHost)
{
    const auto [members, components, targets, spread] = GetParam();
    const mdn::Shape shape{.columns = 1, .targets = targets, .components = components, .width = 1, .depth = 1};
    constexpr std::int64_t rows = 37;
    const auto outputs = static_cast<std::size_t>(shape.outputs()), heads = static_cast<std::size_t>(members * rows);
    const auto normals = test::normals(5, heads * outputs), uniforms = test::uniforms(6, heads * outputs);
    std::vector<float> values(heads * outputs);
    const auto first_variance = static_cast<std::size_t>(components * (1 + targets));
    for (std::size_t i = 0; i < values.size(); ++i) {
        const auto place = i % outputs;
        if (place < static_cast<std::size_t>(components)) values[i] = 2 * static_cast<float>(normals[i]);
        else values[i] = static_cast<float>(place < first_variance ? spread * normals[i] : uniforms[i]);  // some variances are below the floor
    }
    values[0] = -1e4F;  // a component without weight
    const std::vector<double> floors(static_cast<std::size_t>(targets), 0.05);
    acquisition::MiLbOnDevice score(static_cast<int>(members), static_cast<int>(components), floors);
    const auto there = parallel::to_device("test/heads", std::span<const float>(values));
    const parallel::DeviceArray<double> scores("test/scores", rows);
    score(there.data(), rows, scores.data());
    std::vector<double> log_delta(rows);
    parallel::to_host(scores, std::span(log_delta));
    acquisition::EnsembleMixture mixture(static_cast<std::size_t>(members), static_cast<std::size_t>(components), static_cast<std::size_t>(targets));
    for (std::int64_t row = 0; row < rows; ++row) {
        for (std::int64_t e = 0; e < members; ++e) {
            const float* head = values.data() + static_cast<std::size_t>(e * rows + row) * outputs;
            mixture.set_member(static_cast<std::size_t>(e), head, head + components, head + first_variance, floors.data());
        }
        mixture.weigh_members();
        const double expected = acquisition::mi_lb_log_delta(mixture);
        EXPECT_NEAR(log_delta[static_cast<std::size_t>(row)], expected, 1e-10 * std::max(1.0, std::abs(expected))) << row;
    }
}

INSTANTIATE_TEST_SUITE_P(Sizes, DeviceMiLb, ::testing::Values(Sizes{8, 5, 16, 1}, Sizes{8, 8, 20, 0.1}, Sizes{3, 4, 1, 5}, Sizes{2, 1, 2, 40}, Sizes{4, 3, 41, 100}));

TEST(DeviceMixtures, AreThoseOfTheHost)
{
    const mdn::Shape shape{.columns = 3, .targets = 2, .components = 4, .width = 16, .depth = 3};
    mdn::Recipe recipe;
    recipe.members = 4;
    recipe.steps_least = 50;
    recipe.folds = 2;
    const std::int64_t labelled = 40;
    mdn::RawSet data{labelled, {}, {}};
    const auto x = test::normals(1, 3 * 40), noise = test::normals(2, 2 * 40);
    for (const double value : x) data.x.push_back(static_cast<float>(10 + 3 * value));
    for (std::size_t i = 0; i < noise.size(); ++i) data.y.push_back(-100 + 20 * std::sin(x[i / 2 * 3]) + noise[i]);
    const auto ensemble = mdn::fit(shape, recipe, data, {7, 0}, {}, test::ranks());

    std::vector<float> points;
    for (const double value : test::normals(3, 3 * mdn::Heads::rows)) points.push_back(static_cast<float>(10 + 3 * value));
    points[0] = 1e4F;  // beyond the bound of inputs
    mdn::Heads host;
    ensemble.predict(points.data(), false, host);
    const auto features = parallel::to_device("test/features", std::span<const float>(points));
    const parallel::DeviceArray<float> heads("test/heads", host.values.size());
    ensemble.predict_on_device(features.data(), mdn::Heads::rows, heads.data());
    Kokkos::fence();
    std::vector<float> device(host.values.size());
    parallel::to_host(heads, std::span(device));
    for (std::size_t i = 0; i < device.size(); ++i) ASSERT_NEAR(device[i], host.values[i], 2e-5F * std::max(1.0F, std::abs(host.values[i]))) << i;
}

}  // namespace sluice
