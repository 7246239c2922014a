#include "models/mixture_density/training.hpp"

#include "base/wide_vectors.hpp"
#include "models/mixture_density/likelihood.hpp"
#include "models/mixture_density/minibatch.hpp"
#include "parallel/for_each_tile.hpp"

#include <cmath>

namespace sluice::models::mixture_density {

namespace {

/// Blocks are tiles of members.
Tiling blocks_of(const Recipe& recipe)
{
    return {recipe.members, recipe.member_block};
}

struct Optimiser {
    float rate;
    float decay;        ///< rate x weight decay
    float mean_scale;   ///< corrections of the biases towards zero
    float square_scale;
};

constexpr double keep_mean = 0.9, keep_square = 0.999;

/// Multiplies a member's gradient by the factors of its units.
void clip(const Units& units, const float* factors, float* gradient)
{
    for (const auto& segment : units.segments) {
        const float* __restrict factor = factors + segment.unit;
        for (std::size_t row = 0; row < segment.count; row += segment.period) {
            float* __restrict g = gradient + segment.first + row;
            for (std::size_t i = 0; i < segment.period; ++i) g[i] *= factor[i];
        }
    }
}

/// AdamW on `count` parameters. Source: Loshchilov and Hutter 2019.
inline void update(const Optimiser& optimiser, std::int64_t count, const float* __restrict gradient, float* __restrict mean, float* __restrict square, float* __restrict parameters)
{
    constexpr auto km = static_cast<float>(keep_mean), ks = static_cast<float>(keep_square), epsilon = 1e-8F;
    for (std::int64_t i = 0; i < count; ++i) {
        mean[i] = km * mean[i] + (1 - km) * gradient[i];
        square[i] = ks * square[i] + (1 - ks) * gradient[i] * gradient[i];
        parameters[i] -= optimiser.rate * (mean[i] * optimiser.mean_scale) / (std::sqrt(square[i] * optimiser.square_scale) + epsilon) + optimiser.decay * parameters[i];
    }
}

SLUICE_WIDE_VECTORS void update_wide(const Optimiser& optimiser, std::int64_t count, const float* gradient, float* mean, float* square, float* parameters)
{
    update(optimiser, count, gradient, mean, square, parameters);
}

/// The gradient of the mean negative log-likelihood over all members and the minibatch.
void find_gradient(Block& block, const Shape& shape, const Recipe& recipe, std::span<const std::int64_t> drawn, const torch::Tensor& x, const torch::Tensor& y)
{
    const auto members = block.layers.table.size(0), rows = x.size(0), targets = shape.targets;
    const auto activations = forward(shape, block.layers, x.unsqueeze(0).expand({members, rows, shape.columns}));
    const auto derivative = torch::empty_like(activations.outputs);
    thread_local LikelihoodRoom room;
    const auto* outputs = activations.outputs.data_ptr<float>();
    const auto* truth = y.data_ptr<float>();
    auto* out = derivative.data_ptr<float>();
    const float scale = 1.0F / static_cast<float>(recipe.members * rows);
    const auto width = shape.outputs();
    const auto first_member = block.number * recipe.member_block;
    for (std::int64_t i = 0; i < members * rows; ++i) {
        const bool is_seen = !recipe.holds_out(first_member + i / rows, drawn[static_cast<std::size_t>(i % rows)]);
        negative_log_likelihood(shape, outputs + i * width, truth + (i % rows) * targets, 0, is_seen ? scale : 0, out + i * width, room);
    }
    backward(shape, block.layers, activations, derivative, block.gradient);
}

/// Sums of squares per unit of parameters, then of gradients.
struct Squares {
    std::vector<float> sums;  ///< [2, units]

    explicit Squares(std::size_t units) : sums(2 * units, 0.0F) {}
    void add(const Units& units, const float* parameters, const float* gradient)
    {
        add_squares(units, parameters, sums.data());
        add_squares(units, gradient, sums.data() + units.count);
    }
    void factors(std::span<float> out) const
    {
        const std::span all(sums);
        clipping_factors(all.first(all.size() / 2), all.last(all.size() / 2), out);
    }
};

}  // namespace

Training begin_training(const Shape& shape, const Recipe& recipe, const FitKey& key, const Communicator& ranks)
{
    Training training;
    const auto blocks = blocks_of(recipe);
    const auto share = share_of(blocks, ranks.rank(), ranks.size());
    for (auto b = share.first_tile; b < share.end_tile; ++b) {
        Block block;
        block.number = b;
        block.layers = initial_layers(shape, blocks.rows_in(b), static_cast<int>(blocks.first_row(b)), key);
        block.gradient = layers_of(torch::empty_like(block.layers.table), shape.layers());
        block.mean = torch::zeros_like(block.layers.table);
        block.square = torch::zeros_like(block.layers.table);
        block.best = recipe.folds > 0 ? block.layers.table.clone() : torch::empty({0, shape.parameters()});
        training.blocks.push_back(std::move(block));
    }
    return training;
}

void train_until(std::int64_t last, Training& training, const Shape& shape, const Recipe& recipe, const NormalisedSet& data, const FitKey& key, const Communicator& ranks)
{
    const auto units = units_of(shape, recipe.clipping);
    const auto steps = recipe.steps(data.rows);
    const auto parameters = shape.parameters();
    const auto x = as_tensor(data.x, {data.rows, shape.columns}), y = as_tensor(data.y, {data.rows, shape.targets});
    const Share own{0, static_cast<RowId>(training.blocks.size()), 0, 0};
    const bool coupled = recipe.clipping == Clipping::coupled;
    std::vector<float> shared_factors(units.count);

    for (; training.step < last; ++training.step) {
        const auto rows = draw_minibatch(data.rows, recipe.minibatch, training.step, key);
        const auto index = as_tensor(rows, {static_cast<std::int64_t>(rows.size())});
        const auto x_batch = x.index_select(0, index), y_batch = y.index_select(0, index);

        std::vector<Squares> block_squares(training.blocks.size(), Squares(coupled ? units.count : 0));
        parallel::for_each_tile("models/gradient", own, [&](RowId b) {
            const torch::NoGradGuard no_gradients;
            auto& block = training.blocks[static_cast<std::size_t>(b)];
            find_gradient(block, shape, recipe, rows, x_batch, y_batch);
            const auto* values = block.layers.table.data_ptr<float>();
            const auto* gradient = block.gradient.table.data_ptr<float>();
            for (std::int64_t m = 0; coupled && m < block.layers.table.size(0); ++m) {
                block_squares[static_cast<std::size_t>(b)].add(units, values + m * parameters, gradient + m * parameters);
            }
        });
        if (coupled) {
            std::vector<float> sums;
            for (const auto& squares : block_squares) sums.insert(sums.end(), squares.sums.begin(), squares.sums.end());
            if (ranks.size() > 1) sums = ranks.gather(std::span<const float>(sums));
            Squares all(units.count);
            for (std::size_t at = 0; at < sums.size(); at += all.sums.size()) {
                for (std::size_t i = 0; i < all.sums.size(); ++i) all.sums[i] += sums[at + i];
            }
            all.factors(shared_factors);
        }

        const double rate = recipe.rate(training.step, steps), taken = static_cast<double>(training.step + 1);
        const Optimiser optimiser{static_cast<float>(rate), static_cast<float>(rate * recipe.weight_decay), static_cast<float>(1 / (1 - std::pow(keep_mean, taken))),
                                  static_cast<float>(1 / (1 - std::pow(keep_square, taken)))};
        parallel::for_each_tile("models/update", own, [&](RowId b) {
            auto& block = training.blocks[static_cast<std::size_t>(b)];
            thread_local std::vector<float> own_factors;
            own_factors.resize(units.count);
            auto* values = block.layers.table.data_ptr<float>();
            auto* gradient = block.gradient.table.data_ptr<float>();
            for (std::int64_t m = 0; m < block.layers.table.size(0); ++m) {
                const auto at = m * parameters;
                if (!coupled) {
                    Squares member(units.count);
                    member.add(units, values + at, gradient + at);
                    member.factors(own_factors);
                }
                clip(units, coupled ? shared_factors.data() : own_factors.data(), gradient + at);
                (has_wide_vectors() ? update_wide : update)(optimiser, parameters, gradient + at, block.mean.data_ptr<float>() + at, block.square.data_ptr<float>() + at, values + at);
            }
        });
    }
}

}  // namespace sluice::models::mixture_density
