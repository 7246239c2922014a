#include "represent/training/chains.hpp"

#include "represent/representation.hpp"
#include "support/learnable_rows.hpp"
#include "support/world.hpp"

#include <Eigen/Dense>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

/// Claims of the specification of the entropic autoencoder, section 11.3.
namespace sluice::represent {

namespace {

using test::ranks;

Recipe entropic(std::int64_t columns, std::int64_t units, std::vector<std::int64_t> hidden)
{
    Recipe recipe;
    recipe.shape = {.columns = columns, .hidden = std::move(hidden), .units = units};
    recipe.chains = 2;
    recipe.descents = 0;
    recipe.batch = 1 << 20;
    recipe.samplings = 1;
    recipe.inner = 1;
    return recipe;
}

Training run(const Recipe& recipe, const TrainingRows& rows)
{
    auto training = begin_training(recipe);
    while (training.iteration < recipe.iterations()) advance(training, recipe, rows, ranks());
    return training;
}

double mean_energy(const Training& training)
{
    double sum = 0, steps = 0;
    for (const auto& chain : training.chains) {
        sum += chain.sums.energy;
        steps += chain.sums.steps;
    }
    return sum / steps;
}

/// Gradients by the decoder under each collected encoder, all rows a batch. \return  [draws][P], mean over the chains of a draw
std::vector<std::vector<double>> decoder_gradients(const Training& training, const Recipe& recipe, const TrainingRows& rows)
{
    const auto size = training.encoder.values.size(), chains = training.collected.size();
    Floats gradient(training.decoder.values.size()), by_encoder(size);
    std::vector<std::vector<double>> draws(static_cast<std::size_t>(recipe.collected), std::vector<double>(gradient.size(), 0.0));
    for (std::size_t i = 0; i < draws.size(); ++i) {
        for (std::size_t c = 0; c < chains; ++c) {
            energy_and_gradient(recipe.shape, training.collected[c].data() + i * size, training.decoder.values.data(), {rows.x.data(), rows.rows, rows.rows}, by_encoder.data(), gradient.data());
            for (std::size_t p = 0; p < gradient.size(); ++p) draws[i][p] += static_cast<double>(gradient[p]) / static_cast<double>(chains);
        }
    }
    return draws;
}

/// Of a component over draws; the squared standard error of the mean from the means of 20 blocks.
std::pair<double, double> mean_and_squared_error(const std::vector<std::vector<double>>& draws, std::size_t component)
{
    constexpr std::size_t blocks = 20;
    const auto length = draws.size() / blocks;
    double sum = 0, squares = 0;
    for (std::size_t b = 0; b < blocks; ++b) {
        double mean = 0;
        for (std::size_t i = b * length; i < (b + 1) * length; ++i) mean += draws[i][component] / static_cast<double>(length);
        sum += mean / blocks;
        squares += mean * mean / blocks;
    }
    return {sum, (squares - sum * sum) / (blocks - 1)};
}

/// Sum over components of the variance over draws.
double total_variance(const std::vector<std::vector<double>>& draws)
{
    double total = 0;
    for (std::size_t p = 0; p < draws[0].size(); ++p) {
        double sum = 0, squares = 0;
        for (const auto& draw : draws) {
            sum += draw[p] / static_cast<double>(draws.size());
            squares += draw[p] * draw[p] / static_cast<double>(draws.size());
        }
        total += squares - sum * sum;
    }
    return total;
}

}  // namespace

TEST(EntropicTraining, ChainsAreIndependentSoThatTheirMeanGradientHasAVarianceSmallerByTheirNumber)
{
    const auto rows = test::surface(60, 3);
    auto recipe = entropic(3, 2, {});
    recipe.chains = 6;
    recipe.learning_rate = 0;
    recipe.temperature = 0.02;
    recipe.equilibration = 300;
    recipe.collected = 200;
    recipe.thinning = 15;
    recipe.refresh_every = 15;
    const auto training = run(recipe, rows);
    double single = 0;
    for (std::size_t c = 0; c < 6; ++c) {
        Training one;
        one.encoder = training.encoder;
        one.decoder = training.decoder;
        one.collected = {training.collected[c]};
        single += total_variance(decoder_gradients(one, recipe, rows)) / 6;
    }
    // Six variances of some 100 independent draws are known to 6 per cent, that of their mean to 14.
    EXPECT_NEAR(single / total_variance(decoder_gradients(training, recipe, rows)), 6, 2.5);
}

TEST(EntropicTraining, HotItHardlyTellsRowsApart)
{
    const auto rows = test::surface(256, 8);
    auto recipe = entropic(8, 2, {16});
    recipe.chains = 16;
    recipe.descents = 40;
    recipe.inner = 20;
    recipe.learning_rate = 2e-2;
    recipe.samplings = 150;
    recipe.equilibration = 200;
    recipe.collected = 10;
    recipe.thinning = 50;
    const auto variance_of_reconstructions = [&](double temperature, std::uint64_t seed) {
        recipe.temperature = temperature;
        recipe.seed = seed;
        const auto training = run(recipe, rows);
        const auto r = representation_of(training, recipe, ranks());
        Codes codes;
        encode_block(r, rows.x.data(), codes);
        Floats z(codes.mean.begin(), codes.mean.end()), back(static_cast<std::size_t>(256 * 8));
        decode(r.shape, r.decoder.data(), z.data(), 256, back.data());
        double total = 0;
        for (std::size_t c = 0; c < 8; ++c) {
            double sum = 0, squares = 0;
            for (std::size_t i = 0; i < 256; ++i) {
                const auto value = static_cast<double>(back[8 * i + c]);
                sum += value / 256;
                squares += value * value / 256;
            }
            total += (squares - sum * sum) / 8;
        }
        return total;  // columns have variance 1
    };
    // Hot, a decoder follows what few chains happen to say, and how far it does varies from run to run: the more chains, the less.
    std::array<double, 3> hot;
    for (std::uint64_t seed = 0; seed < hot.size(); ++seed) hot[seed] = variance_of_reconstructions(0.3, seed);
    std::ranges::sort(hot);
    EXPECT_LT(hot[1], 0.2);
    EXPECT_GT(variance_of_reconstructions(1e-6, 0), 0.9);
}

TEST(EntropicTraining, ALinearEncoderHasTheGaussianDistributionThatFollowsFromItsDecoder)
{
    constexpr std::int64_t d = 3, units = 2, n = 60;
    constexpr double temperature = 0.02;
    const auto rows = test::surface(n, d);
    auto recipe = entropic(d, units, {});
    recipe.learning_rate = 0;  // the decoder stays
    recipe.temperature = temperature;
    recipe.equilibration = 1000;
    recipe.collected = 800;
    recipe.thinning = 20;
    recipe.refresh_every = 20;
    const auto training = run(recipe, rows);

    Eigen::Matrix<double, d, units> v;
    for (int l = 0; l < units; ++l) {
        for (int c = 0; c < d; ++c) v(c, l) = static_cast<double>(training.decoder.values[static_cast<std::size_t>(l * d + c)]);
    }
    Eigen::MatrixXd x(n, d);
    for (std::int64_t i = 0; i < n; ++i) {
        for (std::int64_t c = 0; c < d; ++c) x(i, c) = static_cast<double>(rows.x[static_cast<std::size_t>(i * d + c)]);
    }
    const Eigen::MatrixXd inverse = (v.transpose() * v).inverse(), best = inverse * v.transpose(), precision = (x.transpose() * x / n).inverse();
    const double least = (x - x * best.transpose() * v.transpose()).squaredNorm() / (n * d);
    Eigen::VectorXd mean = Eigen::VectorXd::Zero(d * units), exact_mean(d * units);
    Eigen::MatrixXd covariance = Eigen::MatrixXd::Zero(d * units, d * units), exact(d * units, d * units);
    const auto at = [](int c, int l) { return c * static_cast<int>(units) + l; };
    for (int b = 0; b < d; ++b) {
        for (int a = 0; a < units; ++a) {
            exact_mean[at(b, a)] = best(a, b);
            for (int b2 = 0; b2 < d; ++b2) {
                for (int a2 = 0; a2 < units; ++a2) exact(at(b, a), at(b2, a2)) = temperature * d / 2 * inverse(a, a2) * precision(b, b2);
            }
        }
    }
    const double count = 2.0 * static_cast<double>(recipe.collected);
    for (const auto& chain : training.collected) {
        for (std::size_t first = 0; first < chain.size(); first += (d + 1) * units) {
            const Eigen::VectorXd gap = Eigen::Map<const Eigen::VectorXf>(chain.data() + first, d * units).cast<double>() - exact_mean;
            mean += gap / count;
            covariance += gap * gap.transpose() / count;
        }
    }
    const Eigen::LLT<Eigen::MatrixXd> factor(exact);
    // In units of the exact deviations: errors of 1/sqrt(draws); draws that are 20 steps apart count for an eighth at least.
    EXPECT_LT(factor.matrixL().solve(mean).norm(), 4 * std::sqrt(d * units / (count / 8)));
    const Eigen::MatrixXd half = factor.matrixL().solve(covariance), whitened = factor.matrixL().solve(half.transpose());
    EXPECT_LT((whitened - Eigen::MatrixXd::Identity(d * units, d * units)).norm(), 3 * std::sqrt(2.0) * d * units / std::sqrt(count / 8));
    EXPECT_NEAR((mean_energy(training) - least) / ((d + 1) * units * temperature / 2), 1, 0.05) << "half a temperature per weight and bias";

    // The decoder's mean gradient is that of the free energy  E_min + (T/2) (d + 1) log det V'V, whose second part shrinks the decoder. Specification section 2.5.
    const auto gradients = decoder_gradients(training, recipe, rows);
    const Eigen::Matrix<double, d, d> outside = Eigen::Matrix<double, d, d>::Identity() - v * inverse * v.transpose();
    const Eigen::MatrixXd of_entropy = temperature * (d + 1) * v * inverse, of_free_energy = -2.0 / d * outside * (x.transpose() * x / n) * v * inverse + of_entropy;
    double off = 0, error = 0, off_without = 0;
    for (int l = 0; l < units; ++l) {
        for (int c = 0; c < d; ++c) {
            const auto [average, squared_error] = mean_and_squared_error(gradients, static_cast<std::size_t>(l * d + c));
            off += std::pow(average - of_free_energy(c, l), 2);
            off_without += std::pow(average - of_free_energy(c, l) + of_entropy(c, l), 2);
            error += squared_error;
        }
    }
    EXPECT_LT(off, 9 * error) << "root of the summed squares: three standard errors";
    EXPECT_GT(off_without, 25 * error) << "so small that the entropy's part is seen";

    // The spread of a row's code is its leverage: Cov(z | x) = (T d / 2) (1 + x' C^-1 x) (V'V)^-1, the 1 being the biases'. Specification section 10.3.
    Representation ensemble{.shape = recipe.shape, .decoder = training.decoder.values};
    for (const auto& chain : training.collected) {
        for (auto first = chain.begin(); first != chain.end(); first += (d + 1) * units) ensemble.encoders.emplace_back(first, first + (d + 1) * units);
    }
    Floats block(static_cast<std::size_t>(block_rows * d), 0.0F);
    std::copy(rows.x.begin(), rows.x.end(), block.begin());
    Codes codes;
    encode_block(ensemble, block.data(), codes);
    Eigen::VectorXd variance(n), leverage(n);
    for (std::int64_t i = 0; i < n; ++i) {
        variance[i] = codes.variance[static_cast<std::size_t>(i * units)] + codes.variance[static_cast<std::size_t>(i * units + 1)];
        leverage[i] = x.row(i) * precision * x.row(i).transpose();
    }
    const Eigen::VectorXd v0 = variance.array() - variance.mean(), l0 = leverage.array() - leverage.mean();
    EXPECT_GT(v0.dot(l0) / (v0.norm() * l0.norm()), 0.98) << "some 200 independent draws know variances to a tenth";
    EXPECT_NEAR(variance.mean() / (temperature * d / 2 * inverse.trace() * (1 + leverage.mean())), 1, 0.15);
}

TEST(EntropicTraining, WithOneStepAndOneChainTheDecoderDescendsByThePlainGradient)
{
    const auto rows = test::surface(50, 5);
    auto recipe = entropic(5, 2, {4});
    recipe.chains = 1;
    recipe.temperature = 1e-4;
    recipe.batch = 16;
    recipe.time_step = 0.1;
    auto training = begin_training(recipe);
    auto by_hand = descent_from(training.decoder.values);
    advance(training, recipe, rows, ranks());

    const auto batch = Minibatches(50, 16, recipe.seed, 0).rows_of(1);
    Floats x, gradient(by_hand.values.size()), by_encoder(training.encoder.values.size());
    copy_rows(rows, batch, x);
    energy_and_gradient(recipe.shape, training.chains[0].theta.data(), by_hand.values.data(), {x.data(), 16, 16}, by_encoder.data(), gradient.data());
    descend(by_hand, gradient, recipe.learning_rate);
    EXPECT_EQ(training.decoder.values, by_hand.values);
}

TEST(EntropicTraining, TheLedgerStaysFlatWithFullBatches)
{
    const auto rows = test::surface(64, 6);
    auto recipe = entropic(6, 2, {8});
    recipe.temperature = 1e-3;
    recipe.inner = 50;
    recipe.samplings = 20;
    recipe.refresh_every = 70;
    recipe.learning_rate = 1e-2;
    recipe.time_step = 0.03;
    const auto training = run(recipe, rows);
    for (const auto& chain : training.chains) {
        const double scale = static_cast<double>(chain.theta.size()) * recipe.temperature;
        EXPECT_EQ(chain.steps, 1000);
        EXPECT_LT(std::abs(ledger_drift(chain, training)), 0.02 * scale);
        EXPECT_GT(std::abs(chain.jumps), 0.1 * scale) << "without the ledger it is not flat";
    }
}

TEST(EntropicTraining, TheEnergyRisesWithTheTemperatureFromThatOfThePlainAutoencoder)
{
    const auto rows = test::surface(256, 8);
    auto recipe = entropic(8, 2, {16});
    recipe.descents = 40;
    recipe.inner = 20;
    recipe.learning_rate = 5e-3;
    recipe.samplings = 40;
    recipe.equilibration = 200;
    recipe.collected = 1;
    recipe.thinning = 200;
    std::vector<double> energies;
    for (const double temperature : {1e-9, 3e-5, 1e-4, 3e-4, 1e-3}) {
        recipe.temperature = temperature;
        energies.push_back(mean_energy(run(recipe, rows)));
    }
    recipe.chains = 0;
    const auto plain = run(recipe, rows);
    const double descended = energy_and_gradient(recipe.shape, plain.encoder.values.data(), plain.decoder.values.data(), {rows.x.data(), 256, 256}, nullptr, nullptr);
    EXPECT_LT(descended, 0.3);
    EXPECT_LT(energies[0], 1.1 * descended) << "cold, it is as good as the plain one";
    EXPECT_TRUE(std::is_sorted(energies.begin(), energies.end()));
    EXPECT_GT(energies[4], 2 * energies[0]);
}

TEST(EntropicTraining, AToleratedExcessOfTheEnergySetsTheTemperature)
{
    const auto rows = test::surface(256, 8);
    auto recipe = entropic(8, 2, {16});
    recipe.descents = 40;
    recipe.inner = 20;
    recipe.learning_rate = 5e-3;
    recipe.excess_energy = 0.1;
    recipe.equilibration = 500;
    recipe.collected = 1;
    recipe.thinning = 1000;
    const auto training = run(recipe, rows);
    const double descended = energy_and_gradient(recipe.shape, training.encoder.values.data(), training.decoder.values.data(), {rows.x.data(), 256, 256}, nullptr, nullptr);
    const double dimension = static_cast<double>(recipe.shape.encoder_parameters());
    EXPECT_NEAR(training.temperature * dimension / 2, 0.1 * (1 - descended), 1e-3);
    EXPECT_GT(mean_energy(training), descended);
    EXPECT_LT(mean_energy(training), descended + 0.1) << "not every direction is stiff";
}

TEST(VariationalTraining, LowersItsBoundAndSilencesUnitsThatAreNotNeeded)
{
    const auto rows = test::surface(256, 8);
    auto recipe = entropic(8, 6, {16});
    recipe.chains = 0;
    recipe.shape.is_variational = true;
    recipe.shape.noise_variance = 0.1;
    recipe.descents = 100;
    recipe.inner = 20;
    recipe.learning_rate = 5e-3;
    recipe.batch = 64;
    const auto trained = run(recipe, rows);
    Floats code(256 * 12);
    encode(recipe.shape, trained.encoder.values.data(), rows.x.data(), 256, code.data());
    int active = 0;
    for (std::size_t u = 0; u < 6; ++u) {
        double mean = 0, square = 0;
        for (std::size_t i = 0; i < 256; ++i) {
            const auto z = static_cast<double>(code[12 * i + u]);
            mean += z / 256;
            square += z * z / 256;
        }
        active += square - mean * mean > 0.01;
    }
    EXPECT_GE(active, 2);
    EXPECT_LE(active, 4) << "the rows lie on a surface of two dimensions";
}

}  // namespace sluice::represent
