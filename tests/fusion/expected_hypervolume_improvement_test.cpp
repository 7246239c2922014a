#include "fusion/fuse/expected_hypervolume_improvement.hpp"

#include "fusion/fuse/hypervolume.hpp"
#include "fusion/random_points.hpp"

#include <Eigen/Dense>

#include <algorithm>

namespace sluice::fusion {

namespace {

template <typename Targets>
class ExpectedHypervolumeImprovement : public ::testing::Test {};
TYPED_TEST_SUITE(ExpectedHypervolumeImprovement, test::TwoToFourTargets);

using Centres = std::vector<std::optional<double>>;

/// A family's moments of some rows, and labelled rows.
struct Setting {
    std::vector<double> mean, deviation, correlation, reliability, labelled;
    Centres centre;

    FamilyScreen family() const { return {mean, deviation, correlation, reliability}; }
    std::size_t targets() const { return centre.size(); }
    std::size_t rows() const { return mean.size() / targets(); }
    std::vector<double> values(std::span<const double> draws, double kappa) const
    {
        return expected_hypervolume_improvement(family(), labelled, centre, draws, kappa);
    }
};

Setting random_setting(std::size_t targets, std::size_t rows, std::uint64_t seed)
{
    RandomStream random(seed, Purpose::random_score, 9, targets);
    const auto many = [&](std::size_t count, const auto& draw) {
        std::vector<double> values(count);
        std::generate(values.begin(), values.end(), draw);
        return values;
    };
    Setting s;
    s.mean = many(rows * targets, [&] { return random.normal(); });
    s.deviation = many(rows * targets, [&] { return 2 * random.uniform(); });
    s.reliability = many(targets, [&] { return random.uniform(); });
    s.labelled = many(30 * targets, [&] { return random.normal() - (seed % 2 == 0 ? 0 : 3.5); });  // with an odd seed most are worse than the least reference
    const auto loading = many(targets, [&] { return 2 * random.uniform() - 1; });  // of one common cause, so that correlations go together
    for (std::size_t i = 0; i < targets; ++i) {
        for (std::size_t j = 0; j < targets; ++j) s.correlation.push_back(i == j ? 1 : loading[i] * loading[j]);
    }
    s.centre.resize(targets);
    return s;
}

/// Section 10.3 as it is written: a hypervolume for every sample.
template <std::size_t T>
double by_hypervolumes(const Setting& s, std::size_t row, const std::vector<double>& draws, double kappa)
{
    using Matrix = Eigen::Matrix<double, T, T>;
    using Vector = Eigen::Matrix<double, T, 1>;
    Points<T> front;
    Point<T> reference;
    reference.fill(3);
    for (std::size_t i = 0; i < s.labelled.size(); i += T) {
        front.emplace_back();
        for (std::size_t t = 0; t < T; ++t) front.back()[t] = -s.labelled[i + t];
    }
    Points<T> undominated;
    for (const auto& p : front) {
        if (std::none_of(front.begin(), front.end(), [&](const auto& q) { return q != p && covers(q, p); })) undominated.push_back(p);
    }
    for (const auto& p : undominated) {
        for (std::size_t t = 0; t < T; ++t) reference[t] = std::max(reference[t], p[t] + 1e-4);
    }
    Point<T> scaled_reference;
    for (std::size_t t = 0; t < T; ++t) scaled_reference[t] = reference[t] * s.reliability[t];
    for (auto& p : undominated) {
        for (std::size_t t = 0; t < T; ++t) p[t] *= s.reliability[t];
    }

    const Vector mean = Eigen::Map<const Vector>(s.mean.data() + row * T), deviation = Eigen::Map<const Vector>(s.deviation.data() + row * T);
    const Matrix correlation = Eigen::Map<const Matrix>(s.correlation.data());
    const Eigen::LLT<Matrix> factor(deviation.asDiagonal() * correlation * deviation.asDiagonal() + 1e-6 * Matrix::Identity());
    if (factor.info() != Eigen::Success) return 0;
    const Matrix lower = factor.matrixL();
    std::vector<double> improvement;
    for (std::size_t j = 0; j < improvement_samples; ++j) {
        Vector normal;
        for (std::size_t t = 0; t < T; ++t) normal[static_cast<Eigen::Index>(t)] = draws[t * improvement_samples + j];
        const Vector minimised = -mean + lower * normal;
        Point<T> z;
        for (std::size_t t = 0; t < T; ++t) {
            const double y = -minimised[static_cast<Eigen::Index>(t)];
            const double merit = s.centre[t] ? -std::abs(y - *s.centre[t]) : y;
            z[t] = std::min(-merit, reference[t] - 1e-6) * s.reliability[t];
        }
        auto joined = undominated;
        joined.push_back(z);
        improvement.push_back(std::max(0.0, hypervolume(joined, scaled_reference) - hypervolume(undominated, scaled_reference)));
    }
    double average = 0, variance = 0;
    for (const double i : improvement) average += i / improvement_samples;
    for (const double i : improvement) variance += (i - average) * (i - average) / improvement_samples;
    return average + kappa * std::sqrt(variance);
}

template <std::size_t T>
void expect_by_hypervolumes(const Setting& s)
{
    const auto draws = improvement_draws(3, 5, 2, T);
    const auto value = s.values(draws, 0.1);
    int positive = 0;
    for (std::size_t row = 0; row < s.rows(); ++row) {
        EXPECT_NEAR(value[row], by_hypervolumes<T>(s, row, draws, 0.1), 1e-10) << "row " << row;
        positive += value[row] > 0 ? 1 : 0;
    }
    EXPECT_GT(positive, static_cast<int>(s.rows()) / 2);
}

}  // namespace

TYPED_TEST(ExpectedHypervolumeImprovement, EqualsAHypervolumePerSample)
{
    constexpr std::size_t T = TypeParam::value;
    for (const std::uint64_t seed : {1U, 2U}) expect_by_hypervolumes<T>(random_setting(T, T == 4 ? 10 : 40, seed));
}

TYPED_TEST(ExpectedHypervolumeImprovement, OfWindowsIsOfTheDistanceToTheirCentres)
{
    constexpr std::size_t T = TypeParam::value;
    auto s = random_setting(T, T == 4 ? 10 : 40, 4);
    s.centre[1] = 0.7;
    if (T > 2) s.centre[2] = -0.2;
    for (std::size_t i = 0; i < s.labelled.size(); ++i) {
        if (s.centre[i % T]) s.labelled[i] = -std::abs(s.labelled[i] - *s.centre[i % T]);
    }
    expect_by_hypervolumes<T>(s);
}

TYPED_TEST(ExpectedHypervolumeImprovement, OfARowDoesNotDependOnTheOtherRows)
{
    constexpr std::size_t T = TypeParam::value;
    const auto s = random_setting(T, 203, 6);
    const auto draws = improvement_draws(1, 1, 1, T);
    const auto together = s.values(draws, 0.1);
    for (std::size_t row = 0; row < s.rows(); ++row) {
        auto alone = s;
        alone.mean.assign(s.mean.data() + row * T, s.mean.data() + (row + 1) * T);
        alone.deviation.assign(s.deviation.data() + row * T, s.deviation.data() + (row + 1) * T);
        EXPECT_EQ(alone.values(draws, 0.1), std::vector<double>{together[row]});
    }
    const Setting no_rows{{}, {}, s.correlation, s.reliability, s.labelled, s.centre};
    EXPECT_TRUE(no_rows.values(draws, 0.1).empty());
}

TYPED_TEST(ExpectedHypervolumeImprovement, GrowsWithMeanAndReliabilityAndIsNothingWithoutReliability)
{
    constexpr std::size_t T = TypeParam::value;
    auto s = random_setting(T, 50, 8);
    const auto draws = improvement_draws(1, 1, 1, T);
    const auto plain = s.values(draws, 0.0);
    auto better = s;
    for (double& m : better.mean) m += 0.1;
    auto halved = s;
    halved.reliability[0] *= 0.5;
    auto without = s;
    without.reliability[1] = 0;
    const auto raised = better.values(draws, 0.0), lowered = halved.values(draws, 0.0);
    for (std::size_t row = 0; row < s.rows(); ++row) {
        EXPECT_GE(raised[row], plain[row]);
        EXPECT_DOUBLE_EQ(lowered[row], 0.5 * plain[row]);
    }
    EXPECT_EQ(without.values(draws, 0.1), std::vector<double>(s.rows(), 0.0));
}

TEST(ExpectedHypervolumeImprovementOfTwo, WithPerfectCorrelationMovesAlongALine)
{
    // One labelled row at (0, 0), reference (3, 3), a mean of (0, 0) and unit deviations. Along the diagonal a step of v > 0 gains (3 + v)^2 - 9; against it
    // nothing is gained. Across (correlation -1) a step of v to either side gains 3 - |v| times |v|, as far as 3.
    const auto draws = improvement_draws(1, 0, 0, 2);
    double along = 0, across = 0;
    for (std::size_t j = 0; j < improvement_samples; ++j) {
        const double v = -draws[j], size = std::min(std::abs(v), 3.0);
        along += (v > 0 ? (3 + v) * (3 + v) - 9 : 0) / improvement_samples;
        across += size * (3 - size) / improvement_samples;
    }
    const auto value = [&](double correlation) {
        return Setting{{0, 0}, {1, 1}, {1, correlation, correlation, 1}, {1, 1}, {0, 0}, Centres(2)}.values(draws, 0.0).at(0);
    };
    // The jitter of 1e-6 in the covariance leaves a deviation of 0.0014 across the line.
    EXPECT_NEAR(value(1), along, 0.01);
    EXPECT_NEAR(value(-1), across, 0.01);
}

TEST(ExpectedHypervolumeImprovementOfTwo, IsNothingWithoutACholeskyFactor)
{
    const auto draws = improvement_draws(1, 0, 0, 2);
    // Two rows: beside a deviation of a million the jitter is lost and the covariance singular; the other row is not affected.
    const auto value = Setting{{5, 5, 5, 5}, {1e6, 1e6, 1, 1}, {1, 1, 1, 1}, {1, 1}, {0, 0}, Centres(2)}.values(draws, 0.1);
    EXPECT_EQ(value[0], 0);
    EXPECT_GT(value[1], 0);
    const auto indefinite = Setting{{5, 5, 5}, {1, 1, 1}, {1, -1, -1, -1, 1, -1, -1, -1, 1}, {1, 1, 1}, {0, 0, 0}, Centres(3)};
    EXPECT_EQ(indefinite.values(improvement_draws(1, 0, 0, 3), 0.1), std::vector<double>{0});
}

TEST(ExpectedHypervolumeImprovementOfTwo, OfACertainRowIsItsImprovement)
{
    // Labelled (1, 0) and (0, 1), maximised, within (3, 3): (1, 1) adds one unit square, (0, 0) nothing. The jitter leaves a deviation of 0.001.
    const Setting s{{1, 1, 0, 0}, {0, 0, 0, 0}, {1, 0, 0, 1}, {1, 1}, {1, 0, 0, 1}, Centres(2)};
    const auto value = s.values(improvement_draws(1, 0, 0, 2), 0.0);
    EXPECT_NEAR(value[0], 1, 0.01);
    EXPECT_NEAR(value[1], 0, 0.01);
}

TEST(ImprovementDraws, AreStandardNormalAndOfTheirOwnFamilyAndIteration)
{
    double sum = 0, squares = 0, product = 0;
    constexpr int families = 500;
    for (std::uint64_t family = 0; family < families; ++family) {
        const auto draws = improvement_draws(1, 1, family, 2);
        for (std::size_t j = 0; j < improvement_samples; ++j) {
            sum += draws[j];
            squares += draws[j] * draws[j];
            product += draws[j] * draws[improvement_samples + j];
        }
    }
    constexpr double count = families * improvement_samples;
    EXPECT_NEAR(sum / count, 0, 4 / std::sqrt(count));
    EXPECT_NEAR(squares / count, 1, 4 * std::sqrt(2 / count));
    EXPECT_NEAR(product / count, 0, 4 / std::sqrt(count));
    EXPECT_EQ(improvement_draws(1, 1, 1, 2), improvement_draws(1, 1, 1, 2));
    EXPECT_NE(improvement_draws(1, 1, 1, 2), improvement_draws(1, 1, 2, 2));
    EXPECT_NE(improvement_draws(1, 1, 1, 2), improvement_draws(1, 2, 1, 2));
    EXPECT_NE(improvement_draws(1, 1, 1, 2), improvement_draws(2, 1, 1, 2));
}

}  // namespace sluice::fusion
