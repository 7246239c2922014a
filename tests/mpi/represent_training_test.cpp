#include "represent/training/training_file.hpp"

#include "base/signals.hpp"
#include "represent/motion/motion.hpp"
#include "represent/representation.hpp"
#include "support/learnable_rows.hpp"
#include "support/pools.hpp"
#include "support/world.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

namespace sluice::represent {

namespace {

using test::ranks;

Recipe recipe(std::int64_t chains, std::int64_t descents)
{
    Recipe r;
    r.shape = {.columns = 7, .hidden = {9}, .units = 3};
    r.seed = 5;
    r.batch = 32;
    r.inner = 4;
    r.learning_rate = 0.01;
    r.chains = chains;
    r.descents = descents;
    if (chains == 0) return r;
    r.temperature = descents < 8 ? 1e-4 : 0;
    r.samplings = 6;
    r.equilibration = 11;
    r.collected = 3;
    r.thinning = 4;
    r.links = 4;
    r.refresh_every = 10;
    return r;
}

/// Its temperature is found by trials, and some are tried to be shown.
Recipe calibrated()
{
    auto r = recipe(3, 8);
    r.temperature = 0;
    r.is_calibrated = true;
    r.scan = {1e-5, 1e-3};
    return r;
}

Recipe variational()
{
    auto r = recipe(0, 6);
    r.shape.is_variational = true;
    return r;
}

/// Its latents obey an equation of motion.
Recipe moving()
{
    auto r = recipe(3, 4);
    r.shape.units = 2;
    r.shape.rate_weight = 0.5;
    return r;
}

/// Images of 8 x 4 points in place of rows, with convolutions.
Recipe convolutional(std::int64_t chains, bool is_variational)
{
    auto r = recipe(chains, 3);
    r.shape = {.columns = 32, .units = 3, .activation = Activation::relu, .is_variational = is_variational, .image = {8, 4, 1}, .filters = {4, 6}, .decoder_filters = {5}};
    r.samplings = 2;
    r.time_step = 0.02;
    return r;
}

/// Rows with time derivatives, which are those of other rows.
Subsample moving_rows()
{
    Subsample rows{test::surface(101, 7), test::surface(20, 7, 2)};
    rows.training.rate = test::surface(101, 7, 3).x;
    rows.held_out.rate = test::surface(20, 7, 4).x;
    return rows;
}

/// Everything that a training ends with, of all chains.
std::vector<double> result(const Training& training, const Communicator& all)
{
    std::vector<double> own;
    for (std::size_t c = 0; c < training.chains.size(); ++c) {
        const auto& chain = training.chains[c];
        for (const auto* list : {&chain.theta, &chain.velocity, &training.collected[c]}) own.insert(own.end(), list->begin(), list->end());
        for (const auto* list : {&chain.thermostat.position, &chain.thermostat.momentum, &chain.thermostat.mass}) own.insert(own.end(), list->begin(), list->end());
        own.insert(own.end(), {chain.energy, chain.start, chain.jumps, chain.sums.energy, chain.sums.temperature, chain.sums.friction, static_cast<double>(chain.steps)});
    }
    auto everything = all.gather(std::span<const double>(own));
    for (const auto* net : {&training.encoder, &training.decoder}) {
        for (const auto* list : {&net->values, &net->mean, &net->square}) everything.insert(everything.end(), list->begin(), list->end());
    }
    everything.insert(everything.end(), {training.temperature, training.time_step});
    everything.insert(everything.end(), training.descended_decoder.begin(), training.descended_decoder.end());
    auto trials = training.trials;
    trials.insert(trials.end(), training.runs.begin(), training.runs.end());
    for (const auto& t : trials) everything.insert(everything.end(), {t.temperature, t.error, t.error_of_mean, t.active, t.informed, t.information, t.kinetic, t.friction});
    return everything;
}

std::string content(const std::filesystem::path& path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST(RepresentTraining, HasTheSameBitsOnOneRankAndOnAll)
{
    const auto alone = ranks().split(-1);
    const Subsample rows{test::surface(101, 7), test::surface(20, 7, 2)};
    for (const auto& r : {recipe(3, 8), recipe(5, 0), recipe(1, 2), recipe(0, 6), variational(), calibrated()}) {
        const auto mine = result(train(r, rows, {}, alone), alone);
        EXPECT_EQ(result(train(r, rows, {}, ranks()), ranks()), mine);
        for (const double value : mine) ASSERT_TRUE(std::isfinite(value));
    }
}

TEST(RepresentTraining, WithAnEquationOfMotionItHasTheSameBitsOnAllRanksAndAfterStops)
{
    const test::SharedFolder folder;
    const auto alone = ranks().split(-1);
    const auto rows = moving_rows();
    for (const auto& r : {moving(), [] {
             auto plain = recipe(0, 5);
             plain.shape.rate_weight = 0.5;
             return plain;
         }()}) {
        const auto training = train(r, rows, {}, alone);
        const auto mine = result(training, alone);
        for (const double value : mine) ASSERT_TRUE(std::isfinite(value));
        EXPECT_EQ(result(train(r, rows, {}, ranks()), ranks()), mine);
        const TrainingFile file{folder.path / ("moving" + std::to_string(r.chains) + ".h5"), 0};
        int stops = 0;
        for (double seconds = 1e-3;; seconds *= 3) {
            stop_after_seconds(seconds);
            try {
                const auto whole = train(r, rows, file, ranks());
                stop_after_seconds(1e9);
                EXPECT_EQ(result(whole, ranks()), mine);
                break;
            } catch (const Interrupted&) {
                ++stops;
            }
        }
        EXPECT_GT(stops, 0);

        auto other = rows;
        other.training.rate[0] += 1;
        EXPECT_NE(stamp_of(r, other), stamp_of(r, rows)) << "a file of other derivatives is not gone on from";

        const auto found = motion_of(representation_of(training, r, alone), rows.held_out, alone), of_all = motion_of(representation_of(training, r, alone), rows.held_out, ranks());
        EXPECT_EQ(found.coefficients, of_all.coefficients);
        EXPECT_EQ(found.coefficients.size(), r.chains > 0 ? 9U : 1U);
        EXPECT_EQ(found.mean, of_all.mean);
        EXPECT_EQ(found.mode, of_all.mode);
        EXPECT_EQ(found.unexplained_rates, of_all.unexplained_rates);
        ranks().barrier();
    }
}

TEST(RepresentTraining, OfImagesByConvolutionsItHasTheSameBitsOnAllRanksAndAfterAStop)
{
    const test::SharedFolder folder;
    const auto alone = ranks().split(-1);
    const Subsample rows{test::surface(50, 32), test::surface(20, 32, 2)};
    for (const auto& r : {convolutional(3, false), convolutional(0, false), convolutional(0, true)}) {
        const auto mine = result(train(r, rows, {}, alone), alone);
        for (const double value : mine) ASSERT_TRUE(std::isfinite(value));
        EXPECT_EQ(result(train(r, rows, {}, ranks()), ranks()), mine);
        const auto path = folder.path / (std::to_string(r.chains) + std::to_string(r.shape.is_variational) + ".h5");
        auto training = begin_training(r);
        while (training.iteration < r.iterations() / 2) advance(training, r, rows.training, ranks());
        write_training(path, stamp_of(r, rows), training, r, ranks());
        EXPECT_EQ(result(train(r, rows, {path, 1e9}, ranks()), ranks()), mine);
    }
}

TEST(RepresentTraining, ACalibratedOneThatMissesIsMadeOnceMore)
{
    const Subsample rows{test::surface(101, 7), test::surface(20, 7, 2)};
    const auto training = train(calibrated(), rows, {}, ranks());
    EXPECT_EQ(training.runs.size(), 2U) << "so that the tests of ranks and restarts see a repetition";
    EXPECT_EQ(training.runs.back().temperature, training.temperature);
}

TEST(RepresentTraining, FewerRowsThanPartsOfAMinibatchAreNoTrouble)
{
    const auto alone = ranks().split(-1);
    const Subsample rows{test::surface(3, 7), {}};
    const auto r = recipe(2, 4);
    EXPECT_EQ(result(train(r, rows, {}, ranks()), ranks()), result(train(r, rows, {}, alone), alone));
}

TEST(RepresentTraining, StoppedAnywhereItGoesOnToTheSameBits)
{
    const test::SharedFolder folder;
    const Subsample rows{test::surface(101, 7), test::surface(20, 7, 2)};
    for (const auto& r : {recipe(3, 5), variational(), calibrated()}) {
        const auto whole = result(train(r, rows, {}, ranks()), ranks());
        const TrainingFile file{folder.path / ("training" + std::to_string(r.chains) + std::to_string(r.is_calibrated) + ".h5"), 0};  // written after every iteration, too
        int stops = 0;
        for (double seconds = 1e-4;; seconds *= 1.3) {  // until it is long enough
            stop_after_seconds(seconds);
            try {
                const auto training = train(r, rows, file, ranks());
                stop_after_seconds(1e9);
                EXPECT_EQ(result(training, ranks()), whole);
                break;
            } catch (const Interrupted&) {
                ++stops;
            }
        }
        EXPECT_GT(stops, 1);
    }
}

TEST(RepresentTraining, EveryIterationCanBeGoneOnFromOnAnyNumberOfRanks)
{
    const test::SharedFolder folder;
    const auto alone = ranks().split(-1);
    const Subsample rows{test::surface(101, 7), test::surface(20, 7, 2)};
    const auto r = recipe(3, 2);
    const auto whole = result(train(r, rows, {}, ranks()), ranks());
    const auto stamp = stamp_of(r, rows);
    auto training = begin_training(r);
    const auto path = folder.path / "training.h5", of_alone = folder.path / ("alone" + std::to_string(ranks().rank()) + ".h5");
    while (training.iteration < r.iterations()) {
        advance(training, r, rows.training, ranks());
        write_training(path, stamp, training, r, ranks());
        Training taken, mine;
        ASSERT_TRUE(read_training(path, stamp, taken, r, ranks()));
        ASSERT_TRUE(read_training(path, stamp, mine, r, alone));
        ranks().barrier();
        EXPECT_EQ(result(taken, ranks()), result(training, ranks())) << "after iteration " << training.iteration;
        write_training(of_alone, stamp, mine, r, alone);
        EXPECT_EQ(content(of_alone), content(path)) << "nothing in the file depends on the ranks";
        training = std::move(taken);
    }
    EXPECT_EQ(result(training, ranks()), whole);
}

TEST(RepresentTraining, AFileOfAnotherTrainingOrADamagedOneIsPassedOver)
{
    const test::SharedFolder folder;
    const Subsample rows{test::surface(101, 7), test::surface(20, 7, 2)};
    const auto path = folder.path / "training.h5";
    const auto r = recipe(2, 2);
    train(r, rows, {path, 1e9}, ranks());
    auto other = r;
    other.temperature = 1e-3;
    auto training = begin_training(other);
    EXPECT_FALSE(read_training(path, stamp_of(other, rows), training, other, ranks()));
    EXPECT_EQ(training.iteration, 0);
    auto whole = begin_training(r);
    ASSERT_TRUE(read_training(path, stamp_of(r, rows), whole, r, ranks()));
    on_root(ranks(), [&] {
        const std::string weights(reinterpret_cast<const char*>(whole.decoder.values.data()), whole.decoder.values.size() * sizeof(float));
        const auto at = content(path).find(weights);
        ASSERT_NE(at, std::string::npos);
        std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(static_cast<std::streamoff>(at + weights.size() / 2));
        file.write("damaged!", 8);
    });
    EXPECT_FALSE(read_training(path, stamp_of(r, rows), training, r, ranks()));
    EXPECT_EQ(training.iteration, 0);
}

}  // namespace sluice::represent
