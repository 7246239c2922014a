#include "represent/latent_pool.hpp"

#include "pool/standardise.hpp"
#include "pool/write_pool.hpp"
#include "represent/motion/spiral_pools.hpp"
#include "represent/quality_text.hpp"
#include "represent/training/training_rows.hpp"
#include "support/learnable_rows.hpp"
#include "support/pools.hpp"
#include "support/world.hpp"

#include <Eigen/Dense>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <array>
#include <cmath>
#include <fstream>
#include <set>

namespace sluice::represent {

namespace {

using test::ranks;

std::string content(const std::filesystem::path& path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// Correlated columns, two targets, one of them not always known, and ids of several lengths.
std::string pool_with_ids(const test::RandomPool& pool, const std::filesystem::path& path)
{
    pool::PoolInfo info;
    info.path = path;
    info.rows = pool.rows;
    info.columns = pool.columns;
    info.tile_rows = pool.tile_rows;
    info.provenance = "random";
    info.has_ids = true;
    info.target_names = {"y0", "y1"};
    info.target_units = {"eV", ""};
    pool::write_pool(info, 12, [&](RowId first, RowId count) {
        pool::StoredRows rows;
        rows.features.resize(static_cast<std::size_t>(count) * info.row_bytes());
        auto* features = reinterpret_cast<float*>(rows.features.data());
        for (RowId row = first; row < first + count; ++row) {
            for (RowId c = 0; c < info.columns; ++c) *features++ = static_cast<float>(test::feature_of(pool, row, c) + (c > 0 ? 2 * test::feature_of(pool, row, 0) : 0));
            rows.targets.insert(rows.targets.end(), {test::target_of(pool, row, 0), row % 3 == 0 ? std::nan("") : test::target_of(pool, row, 1)});
            rows.ids.push_back("row " + std::to_string(row * row));
        }
        return rows;
    }, ranks());
    return path.string();
}

struct Result {
    std::string path;
    Representation representation;
    Quality quality;
};

Options few_steps(std::int64_t units)
{
    Options options(recipe_options());
    const auto set = [&](const char* name, const OptionValue& value) {
        for (const auto& spec : recipe_options()) {
            if (spec.name == name) options.set(spec, value);
        }
    };
    set("units", units);
    set("hidden", std::vector<double>{8});
    set("batch", std::int64_t{64});
    set("learning-rate", 0.01);
    set("inner", std::int64_t{3});
    set("descents", std::int64_t{3});
    set("samplings", std::int64_t{2});
    set("temperature", 1e-4);
    set("chains", std::int64_t{3});
    set("encoders", std::int64_t{6});
    set("equilibration", std::int64_t{10});
    set("thinning", std::int64_t{3});
    set("training-rows", std::int64_t{400});
    return options;
}

Result represent_pool(const std::string& pool_path, Method method, const std::string& output, pool::Residency::Kind residency, const Communicator& all, std::int64_t units = 3)
{
    const auto options = few_steps(units);
    const auto shard = pool::read_shard(pool_path, all, false, pool::MissingFeatures::error, {residency});
    const auto standardising = pool::standardising(pool::column_statistics(shard, all));
    const auto recipe = recipe_of(options, method, shard.info.columns);
    const auto rows = draw_subsample(shard, standardising, {options.whole("training-rows"), recipe.seed}, all);
    const auto learned = learn(method, recipe, rows, {}, all);
    Result result{output, learned.representation, {}};
    const auto principal = learn(Method::principal_components, recipe, rows, {}, all).representation;
    result.quality = scale_and_judge(result.representation, method, &principal, rows.judging(), all);
    const auto about = quality_text("entropic-autoencoder", recipe, rows.training.rows, learned, result.quality);
    write_latent_pool(shard, standardising, result.representation, "test", about, "pictures", output, all);
    return result;
}

constexpr std::array methods = {Method::principal_components, Method::variational, Method::entropic};

}  // namespace

TEST(RepresentPool, HasTheSameBytesOnOneRankAndOnAllInMemoryAndStreamed)
{
    const test::SharedFolder folder;
    const auto alone = ranks().split(-1);
    const auto pool = pool_with_ids({.rows = 413, .columns = 6, .tile_rows = 64, .seed = 3}, folder.path / "pool.h5");
    for (const auto method : methods) {
        const auto of_all = folder.path / "all.h5", streamed = folder.path / "streamed.h5", of_one = folder.path / ("one" + std::to_string(ranks().rank()) + ".h5");
        represent_pool(pool, method, of_all, pool::Residency::memory, ranks());
        represent_pool(pool, method, streamed, pool::Residency::stream, ranks());
        represent_pool(pool, method, of_one, pool::Residency::memory, alone);
        EXPECT_TRUE(content(of_one) == content(of_all)) << static_cast<int>(method);
        EXPECT_TRUE(content(streamed) == content(of_all)) << static_cast<int>(method);
        ranks().barrier();
    }
}

TEST(RepresentPool, IsAPoolWithTheIdsAndTargetsOfTheFirst)
{
    const test::SharedFolder folder;
    const test::RandomPool random{.rows = 333, .columns = 6, .tile_rows = 64, .seed = 3};
    const auto pool = pool_with_ids(random, folder.path / "pool.h5");
    represent_pool(pool, Method::entropic, folder.path / "latent.h5", pool::Residency::memory, ranks());
    const auto shard = pool::read_shard(folder.path / "latent.h5", ranks(), true, pool::MissingFeatures::error);
    EXPECT_EQ(shard.info.rows, 333);
    EXPECT_EQ(shard.info.columns, 3);
    EXPECT_EQ(shard.info.tile_rows, 64);
    EXPECT_EQ(shard.info.column_names, (std::vector<std::string>{"z0", "z1", "z2"}));
    EXPECT_EQ(shard.info.target_names, (std::vector<std::string>{"y0", "y1"}));
    EXPECT_EQ(shard.info.target_units, (std::vector<std::string>{"eV", ""}));
    EXPECT_EQ(pool::read_ids(shard.info, {0, 7, 332}), (std::vector<std::string>{"row 0", "row 49", "row 110224"}));
    const auto targets = pool::gather_targets(shard, std::vector<RowId>{1, 3, 332}, ranks());
    EXPECT_EQ(targets[0], test::target_of(random, 1, 0));
    EXPECT_EQ(targets[1], test::target_of(random, 1, 1));
    EXPECT_TRUE(std::isnan(targets[3]));
    EXPECT_EQ(targets[4], test::target_of(random, 332, 0));
    on_root(ranks(), [&] {
        const auto spread = hdf5::File::open(folder.path / "latent.h5").read_all<float>("/spread", hdf5::Type::float32);
        EXPECT_EQ(spread.size(), 333U);
        for (const float s : spread) EXPECT_GT(s, 0);
    });
}

TEST(RepresentPool, ByPrincipalComponentsHasTheScoresOfAnotherEigensolver)
{
    const test::SharedFolder folder;
    const auto pool = pool_with_ids({.rows = 400, .columns = 6, .tile_rows = 64, .seed = 4}, folder.path / "pool.h5");
    const auto result = represent_pool(pool, Method::principal_components, folder.path / "latent.h5", pool::Residency::memory, ranks(), 4);
    EXPECT_EQ(result.quality.r1, result.quality.principal);
    const auto alone = ranks().split(-1);
    const auto shard = pool::read_shard(pool, alone, false, pool::MissingFeatures::error);
    const auto standardising = pool::standardising(pool::column_statistics(shard, alone));
    const auto trained = draw_subsample(shard, standardising, {400, 0}, alone).training;
    const auto to_matrix = [](const float* x, Eigen::Index rows) { return Eigen::MatrixXd(Eigen::Map<const Eigen::Matrix<float, -1, -1, Eigen::RowMajor>>(x, rows, 6).cast<double>()); };
    const Eigen::MatrixXd sample = to_matrix(trained.x.data(), trained.rows);
    const Eigen::RowVectorXd mean = sample.colwise().mean();
    const Eigen::JacobiSVD<Eigen::MatrixXd> svd(sample.rowwise() - mean, Eigen::ComputeThinV);
    std::vector<float> all(400 * 6);
    pool::decode(shard, standardising, 0, 400, all.data());
    const Eigen::MatrixXd scores = (to_matrix(all.data(), 400).rowwise() - mean) * svd.matrixV().leftCols(4);
    const auto latent = pool::read_shard(folder.path / "latent.h5", alone, false, pool::MissingFeatures::error);
    for (Eigen::Index u = 0; u < 4; ++u) {
        Eigen::Index largest = 0;
        svd.matrixV().col(u).cwiseAbs().maxCoeff(&largest);
        const double sign = svd.matrixV()(largest, u) < 0 ? -1 : 1;
        for (Eigen::Index i = 0; i < 400; ++i) EXPECT_NEAR(static_cast<double>(latent.floats()[static_cast<std::size_t>(4 * i + u)]), sign * scores(i, u), 2e-5) << i << ", " << u;
    }
}

TEST(RepresentPool, OfPackedBitsIsThatOfTheSameBytes)
{
    const test::SharedFolder folder;
    test::RandomPool bits{.rows = 500, .columns = 21, .tile_rows = 64, .type = pool::FeatureType::bits, .targets = 0, .seed = 6};
    auto bytes = bits;
    bytes.type = pool::FeatureType::uint8;
    bytes.distinct = 2;
    for (const auto method : {Method::principal_components, Method::entropic}) {
        represent_pool(test::write_pool(bits, folder.path / "bits.h5", ranks()), method, folder.path / "a.h5", pool::Residency::stream, ranks());
        represent_pool(test::write_pool(bytes, folder.path / "bytes.h5", ranks()), method, folder.path / "b.h5", pool::Residency::memory, ranks());
        EXPECT_TRUE(content(folder.path / "a.h5") == content(folder.path / "b.h5"));
        ranks().barrier();
    }
}

TEST(RepresentPool, SaysWhatMadeItAndHowGoodItIs)
{
    const test::SharedFolder folder;
    const auto pool = pool_with_ids({.rows = 333, .columns = 6, .tile_rows = 64, .seed = 3}, folder.path / "pool.h5");
    represent_pool(pool, Method::entropic, folder.path / "latent.h5", pool::Residency::memory, ranks());
    const auto text = hdf5::File::open(folder.path / "latent.h5", ranks()).read_texts("/representation").front();
    const auto about = nlohmann::json::parse(text);
    EXPECT_EQ(about.at("method"), "entropic-autoencoder");
    EXPECT_EQ(about.at("temperature"), 1e-4);
    EXPECT_EQ(about.at("encoders"), 6);
    EXPECT_GT(about.at("error").get<double>(), about.at("error_of_mean_reconstruction").get<double>());
}

TEST(RepresentPool, PixelsAreBytesOver255)
{
    const test::SharedFolder folder;
    const test::RandomPool images{.rows = 200, .columns = 5, .tile_rows = 64, .type = pool::FeatureType::uint8, .seed = 8};
    const auto shard = pool::read_shard(test::write_pool(images, folder.path / "images.h5", ranks()), ranks(), false, pool::MissingFeatures::error);
    const auto drawn = draw_subsample(shard, scaling_of(shard, FeatureScale::pixels, ranks()), {200, 1}, ranks());
    std::multiset<float> found(drawn.training.x.begin(), drawn.training.x.end()), all;
    found.insert(drawn.held_out.x.begin(), drawn.held_out.x.end());
    for (RowId i = 0; i < 200; ++i) {
        for (RowId c = 0; c < 5; ++c) all.insert(static_cast<float>(test::feature_of(images, i, c)) * (1.0F / 255));
    }
    EXPECT_EQ(found, all);
    const auto floats = pool::read_shard(test::write_pool({.rows = 10, .columns = 2}, folder.path / "floats.h5", ranks()), ranks(), false, pool::MissingFeatures::error);
    EXPECT_THROW(scaling_of(floats, FeatureScale::pixels, ranks()), Agreed);
}

TEST(RepresentPool, OfFewerRowsThanRanksAndOfConstantColumns)
{
    const test::SharedFolder folder;
    const auto alone = ranks().split(-1);
    const auto path = test::write_pool({.rows = 3, .columns = 5, .tile_rows = 1, .targets = 0, .distinct = 1}, folder.path / "pool.h5", ranks());
    for (const auto method : {Method::principal_components, Method::autoencoder}) {
        represent_pool(path, method, folder.path / "all.h5", pool::Residency::memory, ranks());
        represent_pool(path, method, folder.path / ("one" + std::to_string(ranks().rank()) + ".h5"), pool::Residency::memory, alone);
        EXPECT_TRUE(content(folder.path / ("one" + std::to_string(ranks().rank()) + ".h5")) == content(folder.path / "all.h5"));
        ranks().barrier();
    }
}

TEST(Subsample, HoldsOutTheLastRowsIfAskedToAndBringsTheirDerivatives)
{
    const test::SharedFolder folder;
    const test::RandomPool random{.rows = 300, .columns = 2, .tile_rows = 64, .seed = 3}, other{.rows = 300, .columns = 2, .tile_rows = 64, .seed = 4};
    const auto shard = pool::read_shard(test::write_pool(random, folder.path / "pool.h5", ranks()), ranks(), false, pool::MissingFeatures::error);
    const auto rates = pool::read_shard(test::write_pool(other, folder.path / "rates.h5", ranks()), ranks(), false, pool::MissingFeatures::error);
    auto scaling = pool::Scaling::identity(2);
    scaling.shift = {5, 0};
    scaling.factor = {2, 1};
    const auto drawn = draw_subsample(shard, scaling, {1000, 1, 100}, ranks(), &rates);
    EXPECT_EQ(drawn.training.rows, 200);
    ASSERT_EQ(drawn.held_out.rows, 100);
    const auto features = pool::gather_rows(shard, scaling, std::vector<RowId>{200, 299, 7}, ranks());
    for (std::size_t c = 0; c < 2; ++c) {
        EXPECT_EQ(drawn.held_out.x[c], std::clamp(features[c], -10.0F, 10.0F));
        EXPECT_EQ(drawn.held_out.x[99 * 2 + c], std::clamp(features[2 + c], -10.0F, 10.0F));
        EXPECT_EQ(drawn.training.x[7 * 2 + c], std::clamp(features[4 + c], -10.0F, 10.0F)) << "all others, in their order";
        EXPECT_EQ(drawn.held_out.rate[c], (c == 0 ? 2.0F : 1.0F) * static_cast<float>(test::feature_of(other, 200, static_cast<RowId>(c)))) << "scaled, not shifted";
    }
    EXPECT_EQ(drawn.training.rate.size(), 400U);
    EXPECT_EQ(draw_subsample(shard, scaling, {50, 1, 100}, ranks()).training.rows, 50);
    EXPECT_THROW(draw_subsample(shard, scaling, {50, 1, 300}, ranks()), Agreed);
}

TEST(SpiralPools, HaveTheSameBytesOnOneRankAndOnAll)
{
    const test::SharedFolder folder;
    const auto alone = ranks().split(-1);
    const auto own = std::to_string(ranks().rank());
    write_spiral_pools(folder.path / "all.h5", folder.path / "all-rates.h5", 5, 20, 1, ranks());
    write_spiral_pools(folder.path / (own + ".h5"), folder.path / (own + "-rates.h5"), 5, 20, 1, alone);
    EXPECT_TRUE(content(folder.path / (own + ".h5")) == content(folder.path / "all.h5"));
    EXPECT_TRUE(content(folder.path / (own + "-rates.h5")) == content(folder.path / "all-rates.h5"));
    const auto shard = pool::read_shard(folder.path / "all.h5", alone, false, pool::MissingFeatures::error);
    EXPECT_EQ(shard.info.rows, 5);
    ASSERT_EQ(shard.info.columns, 25);
    auto wave = spiral_wave();
    for (std::size_t row = 0; row < 5; ++row) {
        advance(wave);
        const double seen = static_cast<double>(shard.floats()[25 * row + 7]), x = -10 + 0.2 * 40, y = -10 + 0.2 * 20;
        EXPECT_NEAR(seen, std::exp(-0.01 * (x * x + y * y)) * fields_of(wave).w[20 * 100 + 40].real(), 1e-5) << "row 1, column 2 of 5 x 5";
    }
    ranks().barrier();
}

TEST(Subsample, IsDrawnFromAllRowsAndPartsDoNotOverlap)
{
    const test::SharedFolder folder;
    const auto shard = pool::read_shard(test::write_pool({.rows = 1000, .columns = 1, .tile_rows = 64}, folder.path / "pool.h5", ranks()), ranks(), false, pool::MissingFeatures::error);
    const auto drawn = draw_subsample(shard, pool::Scaling::identity(1), {300, 1}, ranks()), other = draw_subsample(shard, pool::Scaling::identity(1), {300, 2}, ranks());
    EXPECT_EQ(drawn.training.rows, 300);
    EXPECT_EQ(drawn.held_out.rows, 30);
    std::set<float> values(drawn.training.x.begin(), drawn.training.x.end());
    values.insert(drawn.held_out.x.begin(), drawn.held_out.x.end());
    EXPECT_EQ(values.size(), 330U);
    EXPECT_NE(drawn.training.x, other.training.x);
    EXPECT_EQ(draw_subsample(shard, pool::Scaling::identity(1), {5000, 1}, ranks()).training.rows, 900);

    const auto with_trials = draw_subsample(shard, pool::Scaling::identity(1), {.training_rows = 300, .seed = 1, .has_trials = true}, ranks());
    EXPECT_EQ(with_trials.held_out.x, drawn.held_out.x);
    EXPECT_EQ(with_trials.trial.rows, 30);
    std::set<float> learned(with_trials.training.x.begin(), with_trials.training.x.end());
    learned.insert(with_trials.trial.x.begin(), with_trials.trial.x.end());
    EXPECT_EQ(learned, std::set<float>(drawn.training.x.begin(), drawn.training.x.end())) << "set aside from the training rows";
}

}  // namespace sluice::represent
