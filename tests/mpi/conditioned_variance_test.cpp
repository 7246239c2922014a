#include "selection/conditioned_variance.hpp"

#include "models/ensemble.hpp"
#include "models/gaussian_process/gaussian_process.hpp"
#include "problems/problem.hpp"
#include "support/draws.hpp"
#include "support/feature_shard.hpp"
#include "support/training.hpp"

#include <Eigen/Dense>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace sluice {

namespace {

using models::Kernel;
using pool::RowState;

/// A pool of which some rows are labelled, and a process with given parameters.
struct Case {
    RowId rows = 301, columns = 3, tile_rows = 32;
    std::vector<RowId> labelled = {3, 77, 290};
    std::int64_t count = 12;
    Kernel kernel = Kernel::squared_exponential;
    models::KernelParameters parameters = {1.5, 1.25, 0.0625};  // exact in single precision
    int distinct = 0;  ///< > 0: features are whole numbers below this, so that rows repeat

    std::vector<float> features() const
    {
        std::vector<float> x;
        for (const double v : test::normals(5, static_cast<std::size_t>(rows * columns))) x.push_back(static_cast<float>(distinct > 0 ? std::fmod(std::floor(10 * std::abs(v)), distinct) : v));
        return x;
    }
    models::TrainingSet known() const
    {
        models::TrainingSet data{.rows = labelled, .columns = columns, .targets = 1, .x = {}, .y = std::vector<double>(labelled.size(), 1.0)};
        const auto x = features();
        for (const RowId row : labelled) data.x.insert(data.x.end(), x.begin() + row * columns, x.begin() + (row + 1) * columns);
        return data;
    }
};

std::vector<RowId> by_sluice(const Case& c, const Communicator& ranks)
{
    const auto all = c.features();
    pool::Shard like;
    like.info.rows = c.rows;
    like.info.tile_rows = c.tile_rows;
    like.share = share_of(like.info.tiling(), ranks.rank(), ranks.size());
    auto shard = pool::shard_of_features(like, c.columns);
    std::copy_n(all.begin() + shard.share.first_row * c.columns, shard.floats().size(), shard.floats().begin());
    const auto scaling = pool::Scaling::identity(c.columns);
    std::vector<RowState> state;
    for (RowId row = shard.share.first_row; row < shard.share.end_row; ++row) {
        state.push_back(std::find(c.labelled.begin(), c.labelled.end(), row) == c.labelled.end() ? RowState::unlabelled : RowState::labelled);
    }
    const auto posterior = models::gaussian_process({.kernel = c.kernel}).posterior({models::to_member(c.parameters, 0)}, c.known());
    Work work;
    selection::SelectionInput input{shard, scaling, {}, state, c.labelled, c.count, ranks, work};
    input.posterior = &posterior;
    return selection::conditioned_variance(input);
}

/// Variances of all rows given some, by the definition and another library.
Eigen::VectorXd variances(const Case& c, const std::vector<RowId>& given)
{
    const auto x = c.features();
    const auto covariance = [&](RowId a, RowId b) {
        double square = 0;
        for (RowId k = 0; k < c.columns; ++k) square += std::pow(static_cast<double>(x[static_cast<std::size_t>(a * c.columns + k)]) - static_cast<double>(x[static_cast<std::size_t>(b * c.columns + k)]), 2);
        const double r = std::sqrt(square) / c.parameters.length;
        if (c.kernel == Kernel::squared_exponential) return c.parameters.amplitude * std::exp(-0.5 * r * r);
        return c.parameters.amplitude * (1 + std::sqrt(5) * r + 5 * r * r / 3) * std::exp(-std::sqrt(5) * r);
    };
    const auto n = static_cast<Eigen::Index>(given.size());
    Eigen::MatrixXd k(n, n), towards(n, c.rows);
    for (Eigen::Index i = 0; i < n; ++i) {
        for (Eigen::Index j = 0; j < n; ++j) k(i, j) = covariance(given[static_cast<std::size_t>(i)], given[static_cast<std::size_t>(j)]) + (i == j ? c.parameters.noise : 0);
        for (RowId row = 0; row < c.rows; ++row) towards(i, row) = covariance(given[static_cast<std::size_t>(i)], row);
    }
    const Eigen::MatrixXd half = k.llt().matrixL().solve(towards);
    return c.parameters.amplitude - half.colwise().squaredNorm().transpose().array();
}

/// Each pick has the largest variance given the labelled rows and the picks before it; rows that are equal may differ by rounding.
void expect_greedy(const Case& c)
{
    const auto batch = by_sluice(c, test::ranks());
    EXPECT_EQ(batch, by_sluice(c, test::ranks().split(-1))) << "on one rank";
    auto given = c.labelled;
    for (const RowId row : batch) {
        auto variance = variances(c, given);
        for (const RowId known : given) variance[known] = -1;
        EXPECT_NEAR(variance[row], variance.maxCoeff(), 1e-9) << row << " after " << given.size();
        given.push_back(row);
    }
    const auto left = c.rows - static_cast<RowId>(c.labelled.size());
    EXPECT_EQ(batch.size(), static_cast<std::size_t>(std::min(c.count, left)));
    std::sort(given.begin(), given.end());
    EXPECT_EQ(std::adjacent_find(given.begin(), given.end()), given.end()) << "chosen twice";
}

}  // namespace

TEST(ConditionedVariance, PicksWhatIsLeastKnownGivenThePicksBefore)
{
    expect_greedy({});
    expect_greedy({.kernel = Kernel::matern52});
    expect_greedy({.rows = 200, .columns = 1, .tile_rows = 16, .labelled = {3, 77}, .count = 20});
}

TEST(ConditionedVariance, ServesEqualRowsEmptyShardsAndAllThereIs)
{
    expect_greedy({.rows = 200, .columns = 2, .tile_rows = 16, .labelled = {5}, .count = 20, .distinct = 3});
    expect_greedy({.rows = 9, .tile_rows = 8, .labelled = {8}, .count = 20});
}

TEST(ConditionedVariance, NeedsAProcess)
{
    const auto shard = test::feature_shard(std::vector<float>(6), 1, 2);
    const auto scaling = pool::Scaling::identity(1);
    const std::vector<RowState> state(static_cast<std::size_t>(shard.share.rows()), RowState::unlabelled);
    Work work;
    EXPECT_THROW(selection::conditioned_variance({shard, scaling, {}, state, {}, 1, test::ranks(), work}), Agreed);
}

/// Paper 001's laboratory: variance sampling must ask in the gap of the labels first.
TEST(ConditionedVariance, AsksFirstInTheGapOfTheLabels)
{
    const auto* entry = problems::ProblemRegistration::all().at("toy");
    const auto toy = *entry->make(Options(entry->options)).simulator;
    constexpr std::size_t rows = 500, known = 10;
    std::vector<float> x(rows);
    std::vector<double> y(rows);
    for (std::size_t i = 0; i < rows; ++i) {
        toy.draw(1, problems::Population::pool, static_cast<RowId>(i), std::span(x).subspan(i, 1));
        toy.answer(1, problems::Population::pool, static_cast<RowId>(i), std::span(x).subspan(i, 1), std::span(y).subspan(i, 1));
    }
    models::TrainingSet data{.rows = std::vector<RowId>(known), .columns = 1, .targets = 1, .x = {x.begin(), x.begin() + known}, .y = {y.begin(), y.begin() + known}};
    const auto process = models::fit_ensemble(test::family("gaussian-process", {}), data, 4, 2, {1, 1}, test::ranks());
    std::vector<double> variance(rows);
    process.posterior->variance(x.data(), rows, variance.data());
    const auto best = static_cast<std::size_t>(std::max_element(variance.begin(), variance.end()) - variance.begin());
    EXPECT_NEAR(static_cast<double>(x[best]), 0.75, 0.5) << "the gap is [0, 1.5]";
}

/// Starts of the search are shared by ranks; all know the best.
TEST(GaussianProcess, FitsTheSameOnOneRankAndOnAll)
{
    const auto data = test::smooth_labels(80);
    const auto family = test::family("gaussian-process", {{"kernel", std::string("matern-5/2")}});
    std::vector<float> on_all(80 * 4), on_one(80 * 4);
    models::fit_ensemble(family, data, 5, 2, {1, 1}, test::ranks()).predict(data.x.data(), 80, on_all.data());
    models::fit_ensemble(family, data, 5, 2, {1, 1}, test::ranks().split(-1)).predict(data.x.data(), 80, on_one.data());
    EXPECT_EQ(on_all, on_one);
}

}  // namespace sluice
