#include "models/ensemble.hpp"
#include "parallel/device_array.hpp"
#include "support/training.hpp"

#include <gtest/gtest.h>

namespace sluice::models {

namespace {

/// Predictions [rows, members, targets] that a family's device gives, brought back.
std::vector<float> on_device(const Family& family, const std::vector<Member>& members, const TrainingSet& data, const TrainingSet& questions)
{
    const auto x = parallel::to_device("test/x", std::span<const float>(questions.x));
    std::vector<float> out(static_cast<std::size_t>(questions.count() * data.targets) * members.size());
    const parallel::DeviceArray<float> predicted("test/predicted", out.size());
    family.predictor(members, data, parallel::Place::device)(x.data(), questions.count(), predicted.data());
    Kokkos::fence();
    parallel::to_host(predicted, std::span(out));
    return out;
}

struct Case {
    const char* kind;
    std::map<std::string, OptionValue> options;
    double tolerance;  ///< 0: the same bits, as the arithmetic is the same
};

void PrintTo(const Case& c, std::ostream* out)
{
    *out << c.kind;
}

class DeviceFamilies : public ::testing::TestWithParam<Case> {};

}  // namespace

TEST_P(DeviceFamilies, SayWhatTheHostSays)
{
    const auto& c = GetParam();
    const auto data = test::smooth_labels(40, 5, 2), questions = test::smooth_labels(301, 5, 2);
    const auto family = test::family(c.kind, c.options);
    std::vector<Bootstrap> bags;
    for (int m = 0; m < 3; ++m) bags.push_back(draw_bootstrap(40, m, {}));
    const auto members = family.train(data, bags, 0, {});
    std::vector<float> host(301 * 3 * 2);
    family.predictor(members, data, parallel::Place::host)(questions.x.data(), 301, host.data());
    const auto device = on_device(family, members, data, questions);
    ASSERT_EQ(device.size(), host.size());
    for (std::size_t i = 0; i < host.size(); ++i) ASSERT_NEAR(device[i], host[i], c.tolerance) << "prediction " << i;
}

INSTANTIATE_TEST_SUITE_P(All, DeviceFamilies,
                         ::testing::Values(Case{"ridge-ensemble", {}, 1e-5}, Case{"ridge-ensemble", {{"terms", std::string("squares")}}, 1e-5},
                                           Case{"ridge-ensemble", {{"terms", std::string("splines")}, {"knots", std::int64_t{7}}}, 1e-5}, Case{"elastic-net-ensemble", {}, 1e-5},
                                           Case{"lasso-ensemble", {}, 1e-5}, Case{"knn-ensemble", {{"neighbours", std::int64_t{1}}}, 1e-6},
                                           Case{"knn-ensemble", {{"neighbours", std::int64_t{100}}}, 1e-6}, Case{"gaussian-kernel-ensemble", {}, 1e-5}, Case{"mlp-ensemble", {}, 1e-5},
                                           Case{"tree-ensemble", {}, 0}, Case{"xgboost-ensemble", {}, 0}, Case{"lightgbm-ensemble", {}, 0}));

}  // namespace sluice::models
