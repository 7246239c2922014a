// What is done to every row of a pool, one tile and one thread at a time, beside what this core can do at most: products of large matrices, or bytes
// read from memory. Counters: rows per second; "of_products", the share of its time that the operations counted for a kernel would take as products;
// "of_read", the share that its bytes would take to be read.   pool_kernels [--benchmark_filter=…]

#include "acquisition/mi_lb.hpp"
#include "base/normals.hpp"
#include "models/ensemble.hpp"
#include "models/linear/linear.hpp"
#include "models/predictions.hpp"
#include "models/trees/library_calls.hpp"
#include "parallel/aligned_floats.hpp"
#include "parallel/runtime.hpp"
#include "pool/shard.hpp"
#include "problems/problem.hpp"
#include "problems/simulated_pool.hpp"
#include "represent/representation.hpp"
#include "selection/farthest.hpp"

#include <Eigen/Core>
#include <benchmark/benchmark.h>

#include <cstring>
#include <ctime>

namespace {

using namespace sluice;

constexpr RowId tile_rows = 2048;
constexpr int members = 10;

const Communicator* alone = nullptr;

/// Of this thread's processor time, as the counters' are: a busy machine slows neither.
double seconds_of(const std::function<void()>& work)
{
    const auto now = [] {
        timespec time{};
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
        return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
    };
    const double start = now();
    work();
    return now() - start;
}

/// Best of several: operations per second of the library whose products all models use, at the shape of a pool's block: 512 rows of 128 columns by 640
/// coefficients, which stay in the second-level cache.
double product_rate()
{
    static const double rate = [] {
        constexpr std::int64_t rows = 512, columns = 128, wide = 640, repeats = 20;
        parallel::AlignedFloats features, products;
        float* x = features.room_for(rows * columns);
        float* out = products.room_for(rows * wide);
        fill_normals(1, Purpose::random_score, 0, 0, {x, rows * columns});
        std::vector<models::Member> coefficients(wide, models::Member(columns + 1));
        for (std::size_t m = 0; m < coefficients.size(); ++m) fill_normals(1, Purpose::random_score, 0, m, coefficients[m]);
        models::TrainingSet data;
        data.columns = columns;
        data.targets = 1;
        const auto multiply = models::linear_predictor(coefficients, data, parallel::Place::host);
        double best = 0;
        for (int series = 0; series < 20; ++series) {
            const double seconds = seconds_of([&] {
                for (int repeat = 0; repeat < repeats; ++repeat) multiply(x, rows, out);
            });
            best = std::max(best, 2.0 * rows * columns * wide * repeats / seconds);
        }
        return best;
    }();
    return rate;
}

/// Bytes read per second while an array beyond all caches is summed.
double read_rate()
{
    static const double rate = [] {
        const std::vector<float> large(std::size_t{1} << 27, 1.0F);
        double best = 0;
        for (int repeat = 0; repeat < 3; ++repeat) {
            float sum = 0;
            best = std::max(best, static_cast<double>(large.size() * sizeof(float)) / seconds_of([&] { sum = Eigen::Map<const Eigen::VectorXf>(large.data(), static_cast<Eigen::Index>(large.size())).sum(); }));
            benchmark::DoNotOptimize(sum);
        }
        return best;
    }();
    return rate;
}

void count(benchmark::State& state, RowId rows, double operations_per_row, double bytes_per_row)
{
    const auto done = static_cast<double>(state.iterations()) * static_cast<double>(rows);
    state.counters["rows"] = benchmark::Counter(done, benchmark::Counter::kIsRate);
    if (operations_per_row > 0) state.counters["of_products"] = benchmark::Counter(done * operations_per_row / product_rate(), benchmark::Counter::kIsRate);
    if (bytes_per_row > 0) state.counters["of_read"] = benchmark::Counter(done * bytes_per_row / read_rate(), benchmark::Counter::kIsRate);
}

/// An ensemble fitted to some rows of the omol-like law.
struct Fitted {
    models::Predict predict;
    double operations = 0;
};

const problems::Simulator& law()
{
    static const auto simulator = *problems::ProblemRegistration::all().at("omol-like")->make({}).simulator;
    return simulator;
}

const pool::Shard& drawn_pool()
{
    static const auto shard = problems::draw_pool(law(), "omol-like", 8, 64 * tile_rows, *alone);
    return shard;
}

models::TrainingSet labelled_rows(std::int64_t count)
{
    models::TrainingSet data;
    data.columns = 128;
    data.targets = 1;
    for (RowId i = 0; i < count; ++i) {
        data.rows.push_back(i);
        data.x.resize(data.x.size() + 128);
        law().draw(9, problems::Population::pool, i, std::span(data.x).last(128));
        data.y.push_back(0);
        law().answer(9, problems::Population::pool, i, std::span(data.x).last(128), std::span(data.y).last(1));
    }
    return data;
}

std::vector<float> resampled(const models::TrainingSet& data, int member)
{
    std::vector<float> x;
    for (const auto row : models::draw_bootstrap(data.count(), member, {})) x.insert(x.end(), data.x.begin() + row * 128, data.x.begin() + (row + 1) * 128);
    return x;
}

std::vector<float> resampled_labels(const models::TrainingSet& data, int member)
{
    std::vector<float> y;
    for (const auto row : models::draw_bootstrap(data.count(), member, {})) y.push_back(static_cast<float>(data.y[static_cast<std::size_t>(row)]));
    return y;
}

std::vector<float> tile_of_pool()
{
    std::vector<float> x(tile_rows * 128);
    pool::decode(drawn_pool(), pool::Scaling::identity(128), 0, tile_rows, x.data());
    return x;
}

Fitted fit(const std::string& kind, std::int64_t labelled, const std::map<std::string, OptionValue>& values)
{
    Fitted fitted;
    const auto data = labelled_rows(labelled);
    const auto* registered = models::FamilyRegistration::all().at(kind);
    Options options(registered->options);
    for (const auto& spec : registered->options) {
        if (values.contains(spec.name)) options.set(spec, values.at(spec.name));
    }
    const auto family = registered->make(options);
    std::vector<models::Bootstrap> bags;
    for (int m = 0; m < members; ++m) bags.push_back(models::draw_bootstrap(labelled, m, {}));
    fitted.predict = family.predictor(family.train(data, bags, 0, {}), data, parallel::Place::host);
    fitted.operations = family.flops_per_row(data, members);
    return fitted;
}

/// Predictions of a tile by ten members fitted to as many rows as the benchmark's argument says.
void predict(benchmark::State& state, const std::string& kind, const std::map<std::string, OptionValue>& values)
{
    const auto fitted = fit(kind, state.range(0), values);
    parallel::AlignedFloats features, predicted;
    float* x = features.room_for(tile_rows * 128);
    float* out = predicted.room_for(tile_rows * members);
    pool::decode(drawn_pool(), pool::Scaling::identity(128), 0, tile_rows, x);
    for (auto _ : state) fitted.predict(x, tile_rows, out);
    count(state, tile_rows, fitted.operations, 0);
}

/// Ten boosters of XGBoost or LightGBM, trained as members are, predict the same tile themselves, on one thread.
void xgboost_itself(benchmark::State& state)
{
    const auto data = labelled_rows(state.range(0));
    std::vector<models::XgboostBooster> boosters;
    for (int m = 0; m < members; ++m) {
        const auto x = resampled(data, m);
        const std::vector<float> labels = resampled_labels(data, m);
        DMatrixHandle matrix = nullptr;
        BoosterHandle booster = nullptr;
        SLUICE_XGBOOST(XGDMatrixCreateFromMat, x.data(), labels.size(), 128, std::nanf(""), &matrix);
        const models::XgboostMatrix owner(matrix);
        SLUICE_XGBOOST(XGDMatrixSetFloatInfo, matrix, "label", labels.data(), labels.size());
        SLUICE_XGBOOST(XGBoosterCreate, &matrix, 1, &booster);
        boosters.emplace_back(booster);
        for (const auto& [name, value] : {std::pair("nthread", "1"), {"max_depth", "5"}, {"tree_method", "hist"}, {"verbosity", "0"}}) SLUICE_XGBOOST(XGBoosterSetParam, booster, name, value);
        for (int tree = 0; tree < 60; ++tree) SLUICE_XGBOOST(XGBoosterUpdateOneIter, booster, tree, matrix);
    }
    const auto x = tile_of_pool();
    const auto array = fmt::format(R"({{"data": [{}, true], "shape": [{}, 128], "typestr": "<f4", "version": 3}})", reinterpret_cast<std::uintptr_t>(x.data()), tile_rows);
    const char* config = R"({"type": 0, "training": false, "iteration_begin": 0, "iteration_end": 0, "strict_shape": false, "missing": NaN, "cache_id": 0})";
    for (auto _ : state) {
        for (const auto& booster : boosters) {
            const bst_ulong* shape = nullptr;
            bst_ulong dimensions = 0;
            const float* result = nullptr;
            SLUICE_XGBOOST(XGBoosterPredictFromDense, booster.get(), array.c_str(), config, nullptr, &shape, &dimensions, &result);
            benchmark::DoNotOptimize(result);
        }
    }
    count(state, tile_rows, 0, 0);
}

void lightgbm_itself(benchmark::State& state)
{
    const auto data = labelled_rows(state.range(0));
    const char* parameters = "objective=regression num_leaves=31 max_depth=5 min_data_in_leaf=5 num_threads=1 verbosity=-1";
    std::vector<models::LightgbmBooster> boosters;
    std::vector<models::LightgbmDataset> sets;
    for (int m = 0; m < members; ++m) {
        const auto x = resampled(data, m);
        const std::vector<float> labels = resampled_labels(data, m);
        DatasetHandle set = nullptr;
        BoosterHandle booster = nullptr;
        SLUICE_LIGHTGBM(LGBM_DatasetCreateFromMat, x.data(), C_API_DTYPE_FLOAT32, static_cast<std::int32_t>(labels.size()), 128, 1, parameters, nullptr, &set);
        sets.emplace_back(set);
        SLUICE_LIGHTGBM(LGBM_DatasetSetField, set, "label", labels.data(), static_cast<int>(labels.size()), C_API_DTYPE_FLOAT32);
        SLUICE_LIGHTGBM(LGBM_BoosterCreate, set, parameters, &booster);
        boosters.emplace_back(booster);
        int is_finished = 0;
        for (int tree = 0; tree < 60 && is_finished == 0; ++tree) SLUICE_LIGHTGBM(LGBM_BoosterUpdateOneIter, booster, &is_finished);
    }
    const auto x = tile_of_pool();
    std::vector<double> out(tile_rows);
    for (auto _ : state) {
        for (const auto& booster : boosters) {
            std::int64_t length = 0;
            SLUICE_LIGHTGBM(LGBM_BoosterPredictForMat, booster.get(), x.data(), C_API_DTYPE_FLOAT32, static_cast<std::int32_t>(tile_rows), 128, 1, C_API_PREDICT_NORMAL, 0, -1, parameters, &length, out.data());
            benchmark::DoNotOptimize(out.data());
        }
    }
    count(state, tile_rows, 0, 0);
}

void decode(benchmark::State& state)
{
    const auto& shard = drawn_pool();
    auto scaling = pool::Scaling::identity(128);
    std::vector<float> out(tile_rows * 128);
    RowId tile = 0;
    for (auto _ : state) pool::decode(shard, scaling, tile++ % 64 * tile_rows, tile_rows, out.data());
    count(state, tile_rows, 0, 512);
}

void member_moments(benchmark::State& state)
{
    const models::Predictions::View said("said", tile_rows, members, 1);
    fill_normals(1, Purpose::random_score, 0, 0, {said.data(), said.size()});
    for (auto _ : state) {
        double sum = 0;
        for (RowId i = 0; i < tile_rows; ++i) sum += models::moments(said, i, 0).variance;
        benchmark::DoNotOptimize(sum);
    }
    count(state, tile_rows, 0, members * sizeof(float));
}

/// Eight members of five components, sixteen targets: the multimodal problem's.
void mi_lb(benchmark::State& state)
{
    constexpr std::size_t ensemble = 8, components = 5, targets = 16;
    std::vector<float> logits(components), means(components * targets), variances(components * targets, 0.5F);
    const std::vector<double> floors(targets, 1e-8);
    acquisition::EnsembleMixture mixture(ensemble, components, targets);
    for (std::size_t e = 0; e < ensemble; ++e) {
        fill_normals(2, Purpose::random_score, 0, e, means);
        mixture.set_member(e, logits.data(), means.data(), variances.data(), floors.data());
    }
    mixture.weigh_members();
    double sum = 0;
    for (auto _ : state) sum += acquisition::mi_lb_log_delta(mixture);
    benchmark::DoNotOptimize(sum);
    count(state, 1, 0, 0);
}

/// The first of a batch by max-dist: every row is compared with the labelled ones.
void farthest(benchmark::State& state)
{
    const auto& shard = drawn_pool();
    const auto scaling = pool::Scaling::identity(128);
    std::vector<RowId> labelled;
    for (RowId i = 0; i < state.range(0); ++i) labelled.push_back(i);
    const auto centres = pool::gather_rows(shard, scaling, labelled, *alone);
    Work work;
    for (auto _ : state) {
        selection::Farthest search(shard, scaling, {});
        search.add_centres(centres);
        benchmark::DoNotOptimize(search.distances(work));
    }
    count(state, shard.info.rows, 3 * 128 * static_cast<double>(state.range(0)), 0);
}

void fingerprint(benchmark::State& state)
{
    for (auto _ : state) benchmark::DoNotOptimize(pool::fingerprint_of(drawn_pool(), *alone));
    count(state, drawn_pool().info.rows, 0, 512);
}

void draw_omol_like(benchmark::State& state)
{
    std::vector<float> x(128);
    RowId row = 0;
    for (auto _ : state) law().draw(8, problems::Population::pool, row++, x);
    count(state, 1, 2.0 * (15 * 64 + 64 * 128), 0);
}

/// Codes of a block of rows of as many columns as the argument says, by an ensemble of 16 encoders of the default widths.
void encode(benchmark::State& state)
{
    represent::Representation r{.shape = {.columns = state.range(0), .hidden = {256, 128}, .units = 32}};
    const auto size = static_cast<std::size_t>(r.shape.encoder_parameters());
    for (std::uint64_t s = 0; s < 16; ++s) {
        r.encoders.emplace_back(size);
        represent::draw_parameters(r.shape.encoder_layers(), {1, Purpose::encoder_start, 0, s}, r.encoders.back().data());
    }
    represent::Floats x(static_cast<std::size_t>(represent::block_rows * state.range(0)));
    fill_normals(3, Purpose::random_score, 0, 0, x);
    represent::Codes codes;
    for (auto _ : state) represent::encode_block(r, x.data(), codes);
    count(state, represent::block_rows, r.flops_per_row(), 0);
}

BENCHMARK(decode);
BENCHMARK(encode)->Arg(128)->Arg(1024)->Unit(benchmark::kMillisecond);
BENCHMARK(fingerprint)->Unit(benchmark::kMillisecond);
BENCHMARK(draw_omol_like);
BENCHMARK_CAPTURE(predict, linear, "ridge-ensemble", {})->Arg(20)->Arg(120)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(predict, knn, "knn-ensemble", {{"neighbours", std::int64_t{5}}})->Arg(20)->Arg(120)->Arg(500)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(predict, knn_many, "knn-ensemble", {{"neighbours", std::int64_t{50}}})->Arg(120)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(predict, gaussian_kernel, "gaussian-kernel-ensemble", {})->Arg(20)->Arg(120)->Arg(500)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(predict, mlp, "adam-mlp-ensemble", {{"widths", std::vector<double>{64, 32}}})->Arg(120)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(predict, mlp_tanh, "adam-mlp-ensemble", {{"widths", std::vector<double>{64, 32}}, {"activation", std::string("tanh")}})->Arg(120)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(predict, xgboost, "xgboost-ensemble", {{"trees", std::int64_t{60}}, {"depth", std::int64_t{5}}})->Arg(20)->Arg(120)->Arg(500)->Unit(benchmark::kMicrosecond);
BENCHMARK(xgboost_itself)->Arg(20)->Arg(120)->Arg(500)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(predict, lightgbm, "lightgbm-ensemble", {{"trees", std::int64_t{60}}, {"depth", std::int64_t{5}}, {"min_rows_per_leaf", std::int64_t{5}}})->Arg(20)->Arg(120)->Arg(500)->Unit(benchmark::kMicrosecond);
BENCHMARK(lightgbm_itself)->Arg(20)->Arg(120)->Arg(500)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(predict, tree, "tree-ensemble", {{"depth", std::int64_t{8}}})->Arg(120)->Unit(benchmark::kMicrosecond);
BENCHMARK(member_moments)->Unit(benchmark::kMicrosecond);
BENCHMARK(mi_lb);
BENCHMARK(farthest)->Arg(20)->Arg(120)->Unit(benchmark::kMillisecond);

}  // namespace

int main(int argc, char** argv)
{
    sluice::parallel::Runtime runtime(&argc, &argv);
    runtime.start_threads(1);
    const auto world = runtime.world();
    alone = &world;
    benchmark::Initialize(&argc, argv);
    benchmark::AddCustomContext("products, operations per second", fmt::format("{:.3g}", product_rate()));
    benchmark::AddCustomContext("read, bytes per second", fmt::format("{:.3g}", read_rate()));
    benchmark::RunSpecifiedBenchmarks();
}
