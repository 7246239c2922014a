#include "models/mixture_density/ensemble.hpp"

#include "base/elementary.hpp"
#include "base/signals.hpp"
#include "base/wide_vectors.hpp"
#include "models/ensemble.hpp"
#include "models/mixture_density/gelu.hpp"
#include "models/mixture_density/training.hpp"
#include "models/mixture_density/training_file.hpp"

#include <chrono>
#include <cmath>

namespace sluice::models::mixture_density {

namespace {

/// The head's outputs in the order of Heads: all logits, all means, all variances.
torch::Tensor grouped_order(const Shape& shape)
{
    std::vector<std::int64_t> order;
    for (std::int64_t k = 0; k < shape.components; ++k) order.push_back(k * shape.slots());
    for (std::int64_t part = 0; part < 2; ++part) {
        for (std::int64_t k = 0; k < shape.components; ++k) {
            for (std::int64_t j = 0; j < shape.targets; ++j) order.push_back(k * shape.slots() + 1 + part * shape.targets + j);
        }
    }
    return torch::tensor(order);
}

/// What predicts: the activated layers, then one affine map, as the affine layer and the head behind it are one. The affine layer of member 0 is kept beside
/// it, for embeddings. The head's outputs are grouped.
struct Predictor {
    std::vector<torch::Tensor> weights;  ///< [members, in, out]
    std::vector<torch::Tensor> biases;   ///< [members, 1, out]
    torch::Tensor embedding_weights;     ///< [width, width]
    torch::Tensor embedding_bias;        ///< [1, width]
};

Predictor predictor_of(const Shape& shape, const torch::Tensor& table)
{
    const auto layers = layers_of(table, shape.layers());
    const auto order = grouped_order(shape), head = layers.weights.back().index_select(2, order), head_bias = layers.biases.back().index_select(2, order);
    const auto affine = layers.count() - 2;
    Predictor predictor;
    for (std::size_t l = 0; l < affine; ++l) {
        predictor.weights.push_back(layers.weights[l].contiguous());
        predictor.biases.push_back(layers.biases[l].contiguous());
    }
    predictor.weights.push_back(torch::bmm(layers.weights[affine], head));
    predictor.biases.push_back(torch::baddbmm(head_bias, layers.biases[affine], head));
    predictor.embedding_weights = layers.weights[affine][0].contiguous();
    predictor.embedding_bias = layers.biases[affine][0].contiguous();
    return predictor;
}

inline void add_bias(float* row, std::int64_t count, const float* __restrict bias)
{
    for (std::int64_t j = 0; j < count; ++j) row[j] += bias[j];
}

/// Heads from the products of the last layer: the bias is added, what the network gives for variances goes through softplus.
/// \param bias  [members, outputs]
inline void to_heads(const Shape& shape, std::int64_t members, const float* bias, float floor, float* row)
{
    const auto variances = shape.components * shape.targets, outputs = shape.outputs();
    for (std::int64_t m = 0; m < members; ++m, bias += outputs) {
        for (std::int64_t i = 0; i < Heads::rows; ++i, row += outputs) {
            add_bias(row, outputs, bias);
            float* variance = row + outputs - variances;
            for (std::int64_t j = 0; j < variances; ++j) variance[j] = elementary::softplus(variance[j]) + floor;
        }
    }
}

SLUICE_WIDE_VECTORS void to_heads_wide(const Shape& shape, std::int64_t members, const float* bias, float floor, float* row)
{
    to_heads(shape, members, bias, floor, row);
}

/// Adds the bias [members, width] and activates.
void activate(std::int64_t members, std::int64_t width, const float* bias, float* row)
{
    for (std::int64_t m = 0; m < members; ++m, bias += width) {
        for (std::int64_t i = 0; i < Heads::rows; ++i, row += width) {
            add_bias(row, width, bias);
            gelu(row, nullptr, width);
        }
    }
}

void predict_heads(const Shape& shape, const Predictor& predictor, const Normalisation& x, float floor, const float* features, bool with_embedding, Heads& heads)
{
    const torch::NoGradGuard no_gradients;
    const auto members = predictor.weights[0].size(0);
    auto scaled = torch::empty({Heads::rows, shape.columns});
    auto* out = scaled.data_ptr<float>();
    for (std::int64_t i = 0; i < Heads::rows; ++i) {
        for (std::size_t c = 0; c < x.shift.size(); ++c) *out++ = x.of(static_cast<double>(*features++), c);
    }
    torch::Tensor hidden = scaled.unsqueeze(0).expand({members, Heads::rows, shape.columns});
    for (std::size_t l = 0; l + 1 < predictor.weights.size(); ++l) {
        hidden = torch::bmm(hidden, predictor.weights[l]);
        activate(members, shape.width, predictor.biases[l].data_ptr<float>(), hidden.data_ptr<float>());
    }
    heads.shape = shape;
    heads.values.resize(static_cast<std::size_t>(members * Heads::rows * shape.outputs()));
    auto outputs = torch::from_blob(heads.values.data(), {members, Heads::rows, shape.outputs()}, torch::kFloat32);
    torch::bmm_out(outputs, hidden, predictor.weights.back());
    (has_wide_vectors() ? to_heads_wide : to_heads)(shape, members, predictor.biases.back().data_ptr<float>(), floor, heads.values.data());
    if (!with_embedding) return;
    const auto embedding = torch::addmm(predictor.embedding_bias, hidden[0], predictor.embedding_weights);
    heads.embedding.assign(embedding.data_ptr<float>(), embedding.data_ptr<float>() + embedding.numel());
}

/// What predicts, in the device's memory.
struct DevicePredictor {
    std::vector<torch::Tensor> weights, biases;
    torch::Tensor shift, scale, bound;  ///< [columns] as in Normalisation, float64
};

DevicePredictor to_device(const Predictor& predictor, const Normalisation& x)
{
    const auto device = torch_device(parallel::Place::device);
    const auto columns = static_cast<std::int64_t>(x.shift.size());
    const auto copied = [&](const std::vector<double>& values) { return as_tensor(values, {columns}).clone().to(device); };
    DevicePredictor there{{}, {}, copied(x.shift), copied(x.scale), copied(x.bound)};
    for (const auto& weights : predictor.weights) there.weights.push_back(weights.to(device));
    for (const auto& biases : predictor.biases) there.biases.push_back(biases.to(device));
    return there;
}

void predict_heads_on_device(const Shape& shape, const DevicePredictor& predictor, float floor, const float* features, std::int64_t rows, float* heads)
{
    const torch::NoGradGuard no_gradients;
    const auto members = predictor.weights[0].size(0), variances = shape.components * shape.targets;
    const auto raw = from_features(features, rows, shape.columns, parallel::Place::device);
    auto hidden = ((raw.to(torch::kFloat64) - predictor.shift) / predictor.scale).clamp(predictor.bound.neg(), predictor.bound).to(torch::kFloat32).unsqueeze(0).expand({members, rows, shape.columns});
    for (std::size_t l = 0; l + 1 < predictor.weights.size(); ++l) hidden = at::gelu(torch::baddbmm(predictor.biases[l], hidden, predictor.weights[l]), "tanh");
    auto outputs = view_at(heads, {members, rows, shape.outputs()}, parallel::Place::device);
    torch::baddbmm_out(outputs, predictor.biases.back(), hidden, predictor.weights.back());
    const auto variance = outputs.narrow(2, shape.outputs() - variances, variances);
    variance.copy_(at::softplus(variance).add_(floor));
}

/// Trains in stretches, between which ranks agree whether to stop and whether it is time to write the state.
void run_training(Training& training, const Shape& shape, const Recipe& recipe, const NormalisedSet& set, const FitKey& key, const TrainingFile& file,
                  const std::string& stamp, const Communicator& ranks)
{
    using Clock = std::chrono::steady_clock;
    const auto steps = recipe.steps(set.rows);
    const auto stretch = recipe.folds > 0 ? std::max<std::int64_t>(steps / 50, 20) : 100;
    const auto patience = 15 * stretch;
    auto saved = Clock::now();
    while (training.step < steps && (recipe.folds == 0 || training.step - training.validation.best_step < patience)) {
        train_until(std::min(steps, training.step + stretch), training, shape, recipe, set, key, ranks);
        if (recipe.folds > 0) validate(training, shape, recipe, set, ranks);
        if (file.path.empty()) {
            parallel::stop_if_asked(ranks);
            continue;
        }
        const bool stops = ranks.any(stop_requested());
        const bool due = ranks.is_root() && std::chrono::duration<double>(Clock::now() - saved).count() >= file.seconds_between;
        if (stops || ranks.any(due)) {
            write_training(file.path, stamp, training, recipe.members, ranks);
            saved = Clock::now();
        }
        if (stops) parallel::stop_if_asked(ranks);
    }
}

}  // namespace

Ensemble fit(const Shape& shape, const Recipe& recipe, const RawSet& data, const FitKey& key, const TrainingFile& file, const Communicator& ranks)
{
    Ensemble ensemble;
    ensemble.shape = shape;
    ensemble.members = recipe.members;
    constexpr double farthest_input = 10;  // deviations
    const bool robust = recipe.folds > 0;
    ensemble.x = robust ? robust_normalisation_of(data.x, shape.columns, data.pool_deviation, farthest_input) : normalisation_of(data.x, shape.columns);
    ensemble.y = robust ? robust_normalisation_of(data.y, shape.targets) : normalisation_of(data.y, shape.targets);
    ensemble.unit = robust ? ensemble.y.scale : std::vector<double>(ensemble.y.scale.size(), 1.0);
    const NormalisedSet set{data.rows, normalised(data.x, ensemble.x), normalised(data.y, ensemble.y)};

    auto training = begin_training(shape, recipe, key, ranks);
    const auto stamp = stamp_of(shape, recipe, set, key);
    if (!file.path.empty() && !read_training(file.path, stamp, training, ranks)) training = begin_training(shape, recipe, key, ranks);
    run_training(training, shape, recipe, set, key, file, stamp, ranks);

    std::vector<Member> own;
    for (const auto& block : training.blocks) {
        auto part = to_members(recipe.folds > 0 ? block.best : block.layers.table);
        std::move(part.begin(), part.end(), std::back_inserter(own));
    }
    const auto predictor = predictor_of(shape, stack_members(gather_members(own, ranks)));
    const auto floor = static_cast<float>(training.validation.floor);
    ensemble.predict = [shape, predictor, x = ensemble.x, floor](const float* features, bool with_embedding, Heads& heads) {
        predict_heads(shape, predictor, x, floor, features, with_embedding, heads);
    };
    together(ranks, [&] {  // a device may lack the memory
        ensemble.predict_on_device = [shape, there = to_device(predictor, ensemble.x), floor](const float* features, std::int64_t rows, float* heads) {
            predict_heads_on_device(shape, there, floor, features, rows, heads);
        };
    });
    auto sizes = shape.layers();
    sizes.erase(sizes.end() - 2);  // the affine layer
    ensemble.flops_per_row = static_cast<double>(recipe.members) * perceptron_flops(sizes);
    return ensemble;
}

}  // namespace sluice::models::mixture_density
