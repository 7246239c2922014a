#include "models/mixture_density/ensemble.hpp"
#include "models/mixture_density/minibatch.hpp"
#include "support/draws.hpp"
#include "support/world.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>

namespace sluice::models::mixture_density {

namespace {

using test::ranks;

const Shape shape{.columns = 2, .targets = 1, .components = 2, .width = 16, .depth = 3};

RawSet two_branches(std::int64_t rows)
{
    RawSet data;
    data.rows = rows;
    const auto u = test::uniforms(5, static_cast<std::size_t>(3 * rows));
    const auto noise = test::normals(6, static_cast<std::size_t>(rows));
    for (std::size_t i = 0; i < static_cast<std::size_t>(rows); ++i) {
        data.x.push_back(static_cast<float>(u[3 * i]));
        data.x.push_back(static_cast<float>(u[3 * i + 1]));
        data.y.push_back((u[3 * i + 2] < 0.5 ? -1 : 1) + u[3 * i] + 0.1 * noise[i]);
    }
    return data;
}

Recipe recipe(std::int64_t members, std::int64_t block, Clipping clipping, std::int64_t steps)
{
    Recipe r;
    r.members = members;
    r.member_block = block;
    r.minibatch = 32;
    r.steps_least = r.steps_most = steps;
    r.learning_rate = 5e-3;
    r.clipping = clipping;
    return r;
}

std::vector<float> predictions(const Ensemble& ensemble)
{
    std::vector<float> features(static_cast<std::size_t>(Heads::rows * shape.columns));
    for (std::size_t i = 0; i < features.size(); ++i) features[i] = static_cast<float>(i) / static_cast<float>(features.size());
    Heads heads;
    ensemble.predict(features.data(), true, heads);
    auto all = heads.values;
    all.insert(all.end(), heads.embedding.begin(), heads.embedding.end());
    return all;
}

/// A name that all ranks know, in a folder of the test's own.
std::filesystem::path training_path()
{
    const auto path = std::filesystem::temp_directory_path() / fmt::format("sluice_training_{}.h5", ranks().broadcast(std::to_string(::getpid()), 0));
    on_root(ranks(), [&] { std::filesystem::remove(path); });
    return path;
}

}  // namespace

TEST(MixtureDensityEnsemble, HasTheSameBitsOnOneRankAndOnAll)
{
    const auto alone = ranks().split(-1);
    const auto data = two_branches(50);
    for (const auto clipping : {Clipping::coupled, Clipping::per_member}) {
        for (const auto& [members, block] : {std::pair{5, 2}, {2, 2}, {3, 1}}) {
            const auto r = recipe(members, block, clipping, 30);
            EXPECT_EQ(predictions(fit(shape, r, data, {1, 2}, {}, ranks())), predictions(fit(shape, r, data, {1, 2}, {}, alone)));
        }
    }
}

TEST(MixtureDensityEnsemble, GoesOnFromItsTrainingFileToTheSameBits)
{
    const auto path = training_path();
    const auto data = two_branches(50);
    const auto r = recipe(5, 2, Clipping::coupled, 230);
    const FitKey key{1, 2};
    const auto whole = predictions(fit(shape, r, data, key, {}, ranks()));

    // A training that stopped after its second stretch: written by all ranks, taken up by each alone and by all.
    const TrainingFile every_stretch{path, 0};
    EXPECT_EQ(predictions(fit(shape, r, data, key, every_stretch, ranks())), whole);
    ASSERT_TRUE(ranks().any(std::filesystem::exists(path)));
    EXPECT_EQ(predictions(fit(shape, r, data, key, {path}, ranks())), whole);
    if (ranks().is_root()) EXPECT_EQ(predictions(fit(shape, r, data, key, {path}, ranks().split(-1))), whole);
    else ranks().split(-1);

    // Another training's file, and a damaged one, are passed over.
    ranks().barrier();
    EXPECT_NE(predictions(fit(shape, r, data, {1, 3}, {path}, ranks())), whole);
    on_root(ranks(), [&] {
        std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(-64, std::ios::end);
        file.write("damage..", 8);
    });
    ranks().barrier();
    EXPECT_EQ(predictions(fit(shape, r, data, key, {path}, ranks())), whole);
    ranks().barrier();
    on_root(ranks(), [&] { std::filesystem::remove(path); });
}

TEST(DrawMinibatch, GivesDistinctRowsOrAll)
{
    EXPECT_EQ(draw_minibatch(3, 5, 0, {1, 1}), (std::vector<std::int64_t>{0, 1, 2}));
    std::vector<int> counts(20, 0);
    for (std::int64_t step = 0; step < 2000; ++step) {
        const auto rows = draw_minibatch(20, 5, step, {1, 1});
        ASSERT_EQ(rows.size(), 5);
        EXPECT_TRUE(std::adjacent_find(rows.begin(), rows.end(), std::greater_equal<>()) == rows.end());
        for (const auto row : rows) ++counts[static_cast<std::size_t>(row)];
    }
    for (const int count : counts) EXPECT_NEAR(count, 500, 4 * std::sqrt(2000 * 0.25 * 0.75));
}

}  // namespace sluice::models::mixture_density
