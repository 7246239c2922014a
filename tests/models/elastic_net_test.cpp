#include "models/ensemble.hpp"
#include "support/training.hpp"

#include <gtest/gtest.h>

#include <Eigen/Dense>

namespace sluice::models {

namespace {

struct Centred {
    Eigen::MatrixXd x;
    Eigen::VectorXd y;
};

Centred centred(const TrainingSet& data, const Bootstrap& rows, std::int64_t target)
{
    Centred c{Eigen::MatrixXd(static_cast<Eigen::Index>(rows.size()), data.columns), Eigen::VectorXd(static_cast<Eigen::Index>(rows.size()))};
    for (Eigen::Index i = 0; i < c.y.size(); ++i) {
        const auto row = rows[static_cast<std::size_t>(i)];
        for (Eigen::Index j = 0; j < data.columns; ++j) c.x(i, j) = static_cast<double>(data.x[static_cast<std::size_t>(row * data.columns + j)]);
        c.y[i] = data.y[static_cast<std::size_t>(row * data.targets + target)];
    }
    c.x.rowwise() -= c.x.colwise().mean().eval();
    c.y.array() -= c.y.mean();
    return c;
}

/// How far weights are from the conditions of optimality of |y - X w|^2 / (2 n) + alpha l1 |w|_1 + alpha (1 - l1) |w|^2 / 2, relative to alpha.
double violation(const Centred& c, const Eigen::VectorXd& w, double alpha, double l1)
{
    const Eigen::VectorXd gradient = -c.x.transpose() * (c.y - c.x * w) / static_cast<double>(c.y.size()) + alpha * (1 - l1) * w;
    double largest = 0;
    for (Eigen::Index j = 0; j < w.size(); ++j) {
        largest = std::max(largest, w[j] == 0 ? std::abs(gradient[j]) - alpha * l1 : std::abs(gradient[j] + std::copysign(alpha * l1, w[j])));
    }
    return largest / alpha;
}

Eigen::VectorXd weights_of(const Member& member, std::int64_t target, std::int64_t columns)
{
    return Eigen::Map<const Eigen::VectorXf>(member.data() + target * columns, columns).cast<double>();
}

}  // namespace

TEST(ElasticNet, MeetsTheConditionsOfOptimality)
{
    for (const std::int64_t columns : {4, 60}) {  // fewer and more columns than rows
        const auto data = test::smooth_labels(40, columns);
        const std::vector<Bootstrap> bags = {draw_bootstrap(40, 0, {}), {0, 1, 2, 3, 4, 5, 6, 7, 8}};
        for (const double l1 : {1.0, 0.4}) {
            const auto family = l1 == 1 ? test::family("lasso-ensemble", {{"alpha", 0.05}}) : test::family("elastic-net-ensemble", {{"alpha", 0.05}, {"l1_ratio", l1}});
            const auto members = family.train(data, bags, 0, {});
            for (std::size_t m = 0; m < bags.size(); ++m) {
                for (std::int64_t t = 0; t < 2; ++t) {
                    const auto w = weights_of(members[m], t, columns);
                    EXPECT_LT(violation(centred(data, bags[m], t), w, 0.05, l1), 0.2) << columns << " columns, l1 " << l1 << ", member " << m;
                    if (l1 == 1 && columns == 60) {
                        EXPECT_LT((w.array() != 0).count(), 40) << "some weights are exactly zero";
                    }
                }
            }
        }
    }
}

TEST(ElasticNet, SolvesOneFeatureByHand)
{
    // x = +-1, y = +-2: pull per row 2; the lasso shrinks it by alpha, the elastic net divides by 1 + alpha (1 - l1) too.
    TrainingSet data;
    data.rows = {0, 1};
    data.columns = data.targets = 1;
    data.x = {4, 2};
    data.y = {7, 3};
    const std::vector<Bootstrap> bags = {{0, 1}};
    const auto lasso = test::family("lasso-ensemble", {{"alpha", 0.5}}).train(data, bags, 0, {});
    EXPECT_NEAR(lasso[0][0], 1.5, 1e-6);
    EXPECT_NEAR(lasso[0][1], 5 - 1.5 * 3, 1e-6) << "intercept";
    const auto net = test::family("elastic-net-ensemble", {{"alpha", 0.5}, {"l1_ratio", 0.5}}).train(data, bags, 0, {});
    EXPECT_NEAR(net[0][0], (2 - 0.25) / 1.25, 1e-6);
    const auto none = test::family("lasso-ensemble", {{"alpha", 2.5}}).train(data, bags, 0, {});
    EXPECT_EQ(none[0][0], 0) << "a penalty above the largest pull leaves the mean";
    EXPECT_NEAR(none[0][1], 5, 1e-6);
}

}  // namespace sluice::models
