#include "base/signals.hpp"
#include "models/linear/additive_terms.hpp"
#include "models/linear/linear.hpp"

#include <Eigen/Dense>

#include <cmath>

namespace sluice::models {

namespace {

/// |y - X w - c|^2 / (2 n) + alpha l1_ratio |w|_1 + alpha (1 - l1_ratio) |w|^2 / 2.
struct Penalty {
    double alpha;
    double l1_ratio;
};

/// One resample, centred; a column of `x` is a feature.
struct CentredSample {
    Eigen::MatrixXd x;
    Eigen::VectorXd y;
    Eigen::VectorXd x_mean;
    double y_mean;
};

CentredSample centred_sample(const TrainingSet& data, const Bootstrap& rows, std::int64_t target)
{
    CentredSample sample;
    const auto n = static_cast<Eigen::Index>(rows.size());
    sample.x.resize(n, data.columns);
    sample.y.resize(n);
    for (Eigen::Index i = 0; i < n; ++i) {
        const auto row = rows[static_cast<std::size_t>(i)];
        const float* features = data.x.data() + row * data.columns;
        for (Eigen::Index c = 0; c < data.columns; ++c) sample.x(i, c) = static_cast<double>(features[c]);
        sample.y[i] = data.y[static_cast<std::size_t>(row * data.targets + target)];
    }
    sample.x_mean = sample.x.colwise().mean();
    sample.y_mean = sample.y.mean();
    sample.x.rowwise() -= sample.x_mean.transpose();
    sample.y.array() -= sample.y_mean;
    return sample;
}

/// Gap between the objective and that of the scaled residual in the dual problem, both times n: an upper bound of what is left to gain.
/// Source: Friedman, Hastie and Tibshirani 2010 for the descent; Fercoq, Gramfort and Salmon 2015 for the gap.
double duality_gap(const CentredSample& sample, const Eigen::VectorXd& weights, const Eigen::VectorXd& residual, double l1, double l2)
{
    const double largest = (sample.x.transpose() * residual - l2 * weights).lpNorm<Eigen::Infinity>();
    const double squares = residual.squaredNorm();
    const double scale = largest > l1 ? l1 / largest : 1;
    return 0.5 * squares * (1 + scale * scale) + l1 * weights.lpNorm<1>() - scale * residual.dot(sample.y) + 0.5 * l2 * (1 + scale * scale) * weights.squaredNorm();
}

/// Cyclic coordinate descent: sweeps over all features, and between them over those with a weight until these have settled. At most 1,000 sweeps;
/// ends when the duality gap is below 1e-4 of |y|^2.
Eigen::VectorXd descend(const CentredSample& sample, const Penalty& penalty)
{
    constexpr int most_sweeps = 1000;
    constexpr double tolerance = 1e-4;
    const auto n = static_cast<double>(sample.x.rows());
    const auto columns = sample.x.cols();
    const double l1 = penalty.alpha * penalty.l1_ratio * n, l2 = penalty.alpha * (1 - penalty.l1_ratio) * n;
    const Eigen::VectorXd squares = sample.x.colwise().squaredNorm();
    const double enough = tolerance * sample.y.squaredNorm();
    Eigen::VectorXd weights = Eigen::VectorXd::Zero(columns), residual = sample.y;

    double largest_weight = 0, largest_change = 0;
    const auto update = [&](Eigen::Index c) {
        if (squares[c] == 0) return;
        const double before = weights[c];
        const double pull = sample.x.col(c).dot(residual) + squares[c] * before;
        const double after = std::copysign(std::max(std::abs(pull) - l1, 0.0), pull) / (squares[c] + l2);
        if (after != before) residual += (before - after) * sample.x.col(c);
        weights[c] = after;
        largest_weight = std::max(largest_weight, std::abs(after));
        largest_change = std::max(largest_change, std::abs(after - before));
    };
    const auto has_settled = [&] { return largest_weight == 0 || largest_change < tolerance * largest_weight; };
    std::vector<Eigen::Index> active;
    for (int sweep = 0; sweep < most_sweeps && !stop_requested(); ++sweep) {
        largest_weight = largest_change = 0;
        for (Eigen::Index c = 0; c < columns; ++c) update(c);
        if (has_settled() && duality_gap(sample, weights, residual, l1, l2) < enough) break;
        active.clear();
        for (Eigen::Index c = 0; c < columns; ++c) {
            if (weights[c] != 0) active.push_back(c);
        }
        do {
            largest_weight = largest_change = 0;
            for (const auto c : active) update(c);
        } while (!has_settled() && ++sweep < most_sweeps);
    }
    return weights;
}

/// \return  a member: weights [targets, columns], then intercepts [targets], as ridge has them
std::vector<Member> train_elastic_net(const TrainingSet& data, std::span<const Bootstrap> bootstraps, const Penalty& penalty)
{
    std::vector<Member> members;
    for (const auto& rows : bootstraps) {
        Member member;
        std::vector<float> intercepts;
        for (std::int64_t t = 0; t < data.targets; ++t) {
            const auto sample = centred_sample(data, rows, t);
            const Eigen::VectorXd weights = descend(sample, penalty);
            for (const double w : weights) member.push_back(static_cast<float>(w));
            intercepts.push_back(static_cast<float>(sample.y_mean - weights.dot(sample.x_mean)));
        }
        member.insert(member.end(), intercepts.begin(), intercepts.end());
        members.push_back(std::move(member));
    }
    return members;
}

Family elastic_net_family(const Penalty& penalty)
{
    return {
        .train = [penalty](const TrainingSet& data, std::span<const Bootstrap> bootstraps, int, const FitKey&) { return train_elastic_net(data, bootstraps, penalty); },
        .predictor = linear_predictor,
        .flops_per_row = linear_flops,
    };
}

const OptionSpec alpha = real("alpha", 0.01).above(0).help("penalty on the weights");

const FamilyRegistration lasso{"lasso-ensemble", "bootstrap ensemble of lasso regressions", with_terms_options({alpha}),
                               [](const Options& options) { return with_terms(elastic_net_family({options.real("alpha"), 1}), options); }};

const FamilyRegistration elastic_net{
    "elastic-net-ensemble",
    "bootstrap ensemble of elastic-net regressions",
    with_terms_options({alpha, real("l1_ratio", 0.5).at_least(0).at_most(1).help("share of the penalty on absolute weights; the rest is on squared ones")}),
    [](const Options& options) { return with_terms(elastic_net_family({options.real("alpha"), options.real("l1_ratio")}), options); }};

}  // namespace

}  // namespace sluice::models
