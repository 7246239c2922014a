#include "base/signals.hpp"
#include "models/networks/mlp_layers.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace sluice::models {

namespace {

/// As scikit-learn's MLPRegressor has them.
struct AdamMlpOptions {
    std::vector<std::int64_t> widths;
    Activation activation;
    std::int64_t batch;
    double learning_rate;
    double l2;
    std::int64_t epochs;
    std::int64_t patience;
    double hold_out;
    bool in_span;
};

constexpr double smallest_gain = 1e-4;

/// Glorot and Bengio 2010.
double glorot_bound(double in, double out)
{
    return std::sqrt(6 / (in + out));
}

std::vector<std::int64_t> layer_sizes(const TrainingSet& data, const AdamMlpOptions& options)
{
    std::vector<std::int64_t> sizes = {data.columns};
    sizes.insert(sizes.end(), options.widths.begin(), options.widths.end());
    sizes.push_back(data.targets);
    return sizes;
}

/// Coordinates of the labelled rows along the directions in which they differ. A first layer on all columns would keep, in every other direction, the weights
/// that it was drawn with: noise for the rest of the pool. With fewer rows than columns it is also smaller.
struct Span {
    torch::Tensor mean;      ///< [1, columns]
    torch::Tensor basis;     ///< [columns, directions], scaled so that coordinates have unit mean square
    torch::Tensor rows;      ///< [rows, directions]
};

Span span_of(const torch::Tensor& x)
{
    constexpr double negligible = 1e-10;
    const auto x64 = x.to(torch::kFloat64);
    const auto mean = x64.mean(0, true), centred = x64 - mean;
    const auto [values, vectors] = at::linalg_eigh(torch::mm(centred, centred.t()));
    const auto largest = values.max().item<double>();
    const auto kept = std::max<std::int64_t>((values > negligible * std::max(largest, 1e-300)).sum().item<std::int64_t>(), 1);
    const auto u = vectors.narrow(1, values.size(0) - kept, kept), s = values.narrow(0, values.size(0) - kept, kept).clamp_min(1e-300).sqrt();
    const double unit = std::sqrt(static_cast<double>(x.size(0) * kept) / std::max(s.square().sum().item<double>(), 1e-300));
    return {mean.to(torch::kFloat32), (torch::mm(centred.t(), u) / s * unit).to(torch::kFloat32).contiguous(), (u * s * unit).to(torch::kFloat32).contiguous()};
}

/// The same network on all columns. \param table  members on the coordinates of the span
torch::Tensor on_all_columns(const torch::Tensor& table, const Span& span, std::vector<std::int64_t> sizes)
{
    const auto reduced = layers_of(table, sizes);
    const auto members = table.size(0);
    const auto first = torch::matmul(span.basis, reduced.weights[0]);                         // [members, columns, width]
    const auto bias = reduced.biases[0] - torch::matmul(span.mean, first);
    const auto rest = table.narrow(1, (sizes[0] + 1) * sizes[1], table.size(1) - (sizes[0] + 1) * sizes[1]);
    return torch::cat({first.reshape({members, -1}), bias.reshape({members, -1}), rest}, 1);
}

void shuffle(std::vector<std::int64_t>& rows, RandomStream& random)
{
    for (std::size_t i = rows.size(); i > 1; --i) std::swap(rows[i - 1], rows[random.below(static_cast<std::uint32_t>(i))]);
}

/// The rows of all members, padded to the longest with rows of weight zero.
struct PaddedRows {
    torch::Tensor index;   ///< [members, longest]
    torch::Tensor weight;  ///< [members, longest, 1]
};

PaddedRows pad(const std::vector<std::vector<std::int64_t>>& rows)
{
    std::size_t longest = 0;
    for (const auto& own : rows) longest = std::max(longest, own.size());
    const auto shape = {static_cast<std::int64_t>(rows.size()), static_cast<std::int64_t>(longest)};
    PaddedRows padded{torch::zeros(shape, torch::kInt64), torch::zeros(shape)};
    for (std::size_t m = 0; m < rows.size(); ++m) {
        std::copy(rows[m].begin(), rows[m].end(), padded.index.data_ptr<std::int64_t>() + m * longest);
        std::fill_n(padded.weight.data_ptr<float>() + m * longest, rows[m].size(), 1.0F);
    }
    padded.weight.unsqueeze_(2);
    return padded;
}

/// Whether each member still gains: on its held-out rows where there are some, else in its loss. A member that has not gained for `patience` epochs keeps
/// what it had, the others go on.
struct Progress {
    std::vector<double> best;
    std::vector<std::int64_t> idle;
    std::vector<bool> stopped;
    torch::Tensor kept;  ///< [members, parameters]

    Progress(std::int64_t members, const torch::Tensor& table)
        : best(static_cast<std::size_t>(members), -std::numeric_limits<double>::infinity()), idle(best.size(), 0), stopped(best.size(), false), kept(table.clone())
    {
    }

    /// \param gain       per member: larger is better  \param keep_best  whether a member ends with its best parameters or with its last
    void look(const torch::Tensor& gain, const torch::Tensor& table, std::int64_t patience, bool keep_best)
    {
        const auto* now = gain.data_ptr<float>();
        for (std::size_t m = 0; m < best.size(); ++m) {
            if (stopped[m]) continue;
            const auto value = static_cast<double>(now[m]);
            idle[m] = value < best[m] + smallest_gain ? idle[m] + 1 : 0;
            const bool is_better = value > best[m];
            if (is_better) best[m] = value;
            if (is_better || !keep_best) kept[static_cast<std::int64_t>(m)].copy_(table[static_cast<std::int64_t>(m)]);
            stopped[m] = idle[m] > patience;
        }
    }
    bool all_stopped() const { return std::all_of(stopped.begin(), stopped.end(), [](bool s) { return s; }); }
};

/// Half the mean squared error plus l2 |W|^2 / (2 batch), by Adam over shuffled batches.
std::vector<Member> train_adam_mlp(const TrainingSet& data, std::span<const Bootstrap> bootstraps, int first_member, const FitKey& key, const AdamMlpOptions& options)
{
    const torch::NoGradGuard no_gradients;
    const auto members = static_cast<std::int64_t>(bootstraps.size());
    auto x = as_tensor(data.x, {data.count(), data.columns});
    const auto y = as_tensor(data.y, {data.count(), data.targets}).to(torch::kFloat32);
    auto sizes = layer_sizes(data, options);
    Span span;
    if (options.in_span) {
        span = span_of(x);
        x = span.rows;
        sizes[0] = x.size(1);
    }
    const auto layers = random_layers(sizes, members, first_member, key, glorot_bound);
    const auto gradient = layers_of(torch::empty_like(layers.table), sizes);

    std::vector<std::vector<std::int64_t>> rows, held;
    std::vector<RandomStream> order;
    for (std::int64_t m = 0; m < members; ++m) {
        rows.emplace_back(bootstraps[static_cast<std::size_t>(m)]);
        order.push_back(key.draws(Purpose::minibatch, first_member + static_cast<int>(m)));
        auto random = key.draws(Purpose::hold_out, first_member + static_cast<int>(m));
        if (options.hold_out > 0) shuffle(rows.back(), random);
        const auto out = static_cast<std::ptrdiff_t>(std::ceil(options.hold_out * static_cast<double>(rows.back().size())));
        held.emplace_back(rows.back().end() - out, rows.back().end());
        rows.back().resize(rows.back().size() - static_cast<std::size_t>(out));
    }
    const auto fetch = [&](const torch::Tensor& from, const torch::Tensor& index) { return from.index_select(0, index.reshape({-1})).reshape({members, index.size(1), -1}); };
    const bool holds_out = !held[0].empty();
    const auto held_rows = pad(held);
    torch::Tensor held_x, held_y, held_count, held_spread;
    if (holds_out) {
        held_x = fetch(x, held_rows.index);
        held_y = fetch(y, held_rows.index);
        held_count = held_rows.weight.sum({1, 2});
        const auto mean = (held_y * held_rows.weight).sum(1, true) / held_count.reshape({members, 1, 1});
        held_spread = ((held_y - mean).square() * held_rows.weight).sum({1, 2}).clamp_min(1e-12);
    }
    Adam adam(layers.table);
    Progress progress(members, layers.table);
    for (std::int64_t epoch = 0; epoch < options.epochs && !progress.all_stopped() && !stop_requested(); ++epoch) {
        for (std::size_t m = 0; m < rows.size(); ++m) shuffle(rows[m], order[m]);
        const auto epoch_rows = pad(rows);
        auto loss = torch::zeros({members});
        for (std::int64_t begin = 0; begin < epoch_rows.index.size(1); begin += options.batch) {
            const auto count = std::min(options.batch, epoch_rows.index.size(1) - begin);
            const auto index = epoch_rows.index.narrow(1, begin, count).contiguous();
            const auto weight = epoch_rows.weight.narrow(1, begin, count);
            const auto in_batch = weight.sum({1, 2}).clamp_min(1).reshape({members, 1, 1});
            const auto inputs = forward(layers, fetch(x, index), options.activation);
            const auto residual = (inputs.back() - fetch(y, index)).mul_(weight);
            loss += residual.square().sum({1, 2});
            backward(layers, inputs, residual / in_batch, options.activation, gradient);
            for (std::size_t l = 0; l < layers.count(); ++l) gradient.weights[l].addcdiv_(layers.weights[l], in_batch, options.l2);
            adam.step(layers.table, gradient.table, options.learning_rate);
        }
        if (holds_out) {
            const auto residual = (forward(layers, held_x, options.activation).back() - held_y).mul_(held_rows.weight);
            progress.look(1 - residual.square().sum({1, 2}) / held_spread, layers.table, options.patience, true);
        } else {
            progress.look(loss / (-2 * epoch_rows.weight.sum({1, 2})), layers.table, options.patience, false);
        }
    }
    return to_members(options.in_span ? on_all_columns(progress.kept, span, sizes) : progress.kept);
}

std::vector<std::int64_t> whole_numbers(const std::vector<double>& list)
{
    std::vector<std::int64_t> widths;
    for (const double width : list) widths.push_back(std::max<std::int64_t>(1, std::llround(width)));
    if (widths.empty()) widths = {64, 64};
    return widths;
}

const FamilyRegistration adam_mlp{
    "adam-mlp-ensemble",
    "bootstrap ensemble of multilayer perceptrons of any depth, trained by Adam in epochs, stopping early",
    {
        numbers("widths").help("units of each hidden layer; by default [64, 64]"),
        text("activation", "relu").one_of({"relu", "tanh"}).help("of the hidden units"),
        whole("minibatch", 32).at_least(1).at_most(65536).help("labelled rows in a gradient step"),
        real("learning_rate", 1e-3).above(0).help("of Adam"),
        real("l2", 1e-4).at_least(0).help("penalty on half the squared weights, over the rows in a batch"),
        whole("epochs", 200).at_least(1).help("passes over the resample at most"),
        whole("patience", 10).at_least(1).help("epochs without a gain of 1e-4 after which a member stops"),
        flag("in_span", false).help("train in the directions in which labelled rows differ, so that the others keep no random weights"),
        real("hold_out", 0).at_least(0).at_most(0.5).help("share of the resample on which the gain is measured (R2); 0: the loss itself"),
    },
    [](const Options& o) {
        const AdamMlpOptions options{whole_numbers(o.numbers("widths")), o.text("activation") == "relu" ? Activation::relu : Activation::tanh,
                                     o.whole("minibatch"), o.real("learning_rate"), o.real("l2"), o.whole("epochs"), o.whole("patience"), o.real("hold_out"), o.flag("in_span")};
        return Family{
            .train = [options](const TrainingSet& data, std::span<const Bootstrap> bootstraps, int first_member,
                               const FitKey& key) { return train_adam_mlp(data, bootstraps, first_member, key, options); },
            .predictor = [options](const std::vector<Member>& members, const TrainingSet& data, parallel::Place place) {
                return perceptron_predictor(members, layer_sizes(data, options), options.activation, place);
            },
            .flops_per_row = [options](const TrainingSet& data, std::int64_t members) { return static_cast<double>(members) * perceptron_flops(layer_sizes(data, options)); },
        };
    }};

}  // namespace

}  // namespace sluice::models
