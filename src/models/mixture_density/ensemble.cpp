#include "models/mixture_density/ensemble.hpp"

#include "base/elementary.hpp"
#include "base/signals.hpp"
#include "models/ensemble.hpp"
#include "models/mixture_density/training.hpp"
#include "models/mixture_density/training_file.hpp"

#include <chrono>
#include <cmath>

namespace sluice::models::mixture_density {

namespace {

template <typename T>
Normalisation normalisation_of(const std::vector<T>& values, std::int64_t columns)
{
    constexpr double least = 1e-6;
    const auto width = static_cast<std::size_t>(columns);
    const auto rows = static_cast<double>(values.size() / width);
    Normalisation result{std::vector<double>(width, 0.0), std::vector<double>(width, 0.0)};
    for (std::size_t i = 0; i < values.size(); ++i) result.shift[i % width] += static_cast<double>(values[i]) / rows;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const double deviation = static_cast<double>(values[i]) - result.shift[i % width];
        result.scale[i % width] += deviation * deviation / rows;
    }
    for (auto& scale : result.scale) scale = std::sqrt(scale) + least;
    return result;
}

template <typename T>
std::vector<float> normalised(const std::vector<T>& values, const Normalisation& by)
{
    std::vector<float> result(values.size());
    const auto width = by.shift.size();
    for (std::size_t i = 0; i < values.size(); ++i) result[i] = static_cast<float>((static_cast<double>(values[i]) - by.shift[i % width]) / by.scale[i % width]);
    return result;
}

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

/// The network's layers with the head's outputs grouped.
Layers grouped(const Shape& shape, const torch::Tensor& table)
{
    auto layers = layers_of(table, shape.layers());
    const auto order = grouped_order(shape);
    for (auto& weights : layers.weights) weights = weights.contiguous();
    layers.weights.back() = layers.weights.back().index_select(2, order).contiguous();
    layers.biases.back() = layers.biases.back().index_select(2, order).contiguous();
    return layers;
}

void predict_heads(const Shape& shape, const Layers& layers, const Normalisation& x, float floor, const float* features, bool with_embedding, Heads& heads)
{
    const torch::NoGradGuard no_gradients;
    const auto members = layers.weights[0].size(0);
    auto scaled = torch::empty({Heads::rows, shape.columns});
    auto* out = scaled.data_ptr<float>();
    for (std::int64_t i = 0; i < Heads::rows * shape.columns; ++i) {
        const auto c = static_cast<std::size_t>(i % shape.columns);
        out[i] = static_cast<float>((static_cast<double>(features[i]) - x.shift[c]) / x.scale[c]);
    }
    const auto prediction = predict(shape, layers, scaled.unsqueeze(0).expand({members, Heads::rows, shape.columns}));
    heads.shape = shape;
    const auto* values = prediction.outputs.data_ptr<float>();
    heads.values.assign(values, values + prediction.outputs.numel());
    const auto variances = shape.components * shape.targets, first = shape.components + variances;
    for (std::int64_t i = 0; i < members * Heads::rows; ++i) {
        float* variance = heads.values.data() + i * shape.outputs() + first;
        for (std::int64_t j = 0; j < variances; ++j) variance[j] = elementary::softplus(variance[j]) + floor;
    }
    if (!with_embedding) return;
    const auto* embedding = prediction.embedding.data_ptr<float>();  // member 0 comes first
    heads.embedding.assign(embedding, embedding + Heads::rows * shape.width);
}

/// Trains in stretches, between which ranks agree whether to stop and whether it is time to write the state.
void run_training(Training& training, const Shape& shape, const Recipe& recipe, const NormalisedSet& set, const FitKey& key, const TrainingFile& file,
                  const std::string& stamp, const Communicator& ranks)
{
    constexpr std::int64_t stretch = 100;
    using Clock = std::chrono::steady_clock;
    const auto steps = recipe.steps(set.rows);
    auto saved = Clock::now();
    while (training.step < steps) {
        train_until(std::min(steps, training.step + stretch), training, shape, recipe, set, key, ranks);
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
    ensemble.x = normalisation_of(data.x, shape.columns);
    ensemble.y = normalisation_of(data.y, shape.targets);
    const NormalisedSet set{data.rows, normalised(data.x, ensemble.x), normalised(data.y, ensemble.y)};

    auto training = begin_training(shape, recipe, key, ranks);
    const auto stamp = stamp_of(shape, recipe, set, key);
    if (!file.path.empty() && !read_training(file.path, stamp, training, ranks)) training = begin_training(shape, recipe, key, ranks);
    run_training(training, shape, recipe, set, key, file, stamp, ranks);

    std::vector<Member> own;
    for (const auto& block : training.blocks) {
        auto part = to_members(block.layers.table);
        std::move(part.begin(), part.end(), std::back_inserter(own));
    }
    const auto layers = grouped(shape, stack_members(gather_members(own, ranks)));
    const auto floor = static_cast<float>(recipe.variance_floor);
    ensemble.predict = [shape, layers, x = ensemble.x, floor](const float* features, bool with_embedding, Heads& heads) {
        predict_heads(shape, layers, x, floor, features, with_embedding, heads);
    };
    ensemble.flops_per_row = static_cast<double>(recipe.members) * perceptron_flops(shape.layers());
    return ensemble;
}

}  // namespace sluice::models::mixture_density
