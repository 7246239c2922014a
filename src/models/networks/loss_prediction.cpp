#include "models/networks/loss_prediction.hpp"

#include "base/signals.hpp"
#include "models/networks/deep_mlp.hpp"
#include "models/networks/plateau.hpp"

#include <cmath>
#include <numeric>

namespace sluice::models {

namespace {

constexpr std::int64_t head_units = 10, most_heads = 3;
constexpr double margin = 1, flowing_share = 0.6;  ///< of the epochs in which the network learns from the head too

/// The head's layers: of each of the last hidden layers, then the last one.
struct Head {
    std::vector<torch::Tensor> weight, bias;  ///< [width, head_units], [1, head_units]; last [heads x head_units, 1], [1, 1]

    std::size_t heads() const { return weight.size() - 1; }
};

std::int64_t heads_of(const DeepMlpOptions& options)
{
    return std::min(options.depth, most_heads);
}

std::vector<std::pair<std::int64_t, std::int64_t>> head_shapes(const DeepMlpOptions& options)
{
    std::vector<std::pair<std::int64_t, std::int64_t>> shapes(static_cast<std::size_t>(heads_of(options)), {options.width, head_units});
    shapes.emplace_back(heads_of(options) * head_units, 1);
    return shapes;
}

std::int64_t head_length(const DeepMlpOptions& options)
{
    std::int64_t length = 0;
    for (const auto& [in, out] : head_shapes(options)) length += (in + 1) * out;
    return length;
}

/// Views of a flat list.
Head head_of(const DeepMlpOptions& options, const torch::Tensor& list)
{
    Head head;
    std::int64_t at = 0;
    for (const auto& [in, out] : head_shapes(options)) {
        head.weight.push_back(list.narrow(0, at, in * out).view({in, out}));
        head.bias.push_back(list.narrow(0, at + in * out, out).view({1, out}));
        at += (in + 1) * out;
    }
    return head;
}

torch::Tensor random_head(const DeepMlpOptions& options, int member, const FitKey& key)
{
    const auto list = torch::empty({head_length(options)});
    auto* value = list.data_ptr<float>();
    auto random = key.draws(Purpose::loss_head, member);
    for (const auto& [in, out] : head_shapes(options)) {
        const double bound = 1 / std::sqrt(static_cast<double>(in));  // as torch.nn.Linear begins
        for (std::int64_t i = 0; i < (in + 1) * out; ++i) *value++ = static_cast<float>(bound * (2 * random.uniform() - 1));
    }
    return list;
}

struct HeadPassage {
    torch::Tensor joined;     ///< [rows, heads x head_units], rectified
    torch::Tensor predicted;  ///< [rows, 1]
};

/// \param hidden  outputs of the network's hidden layers [rows, width], of which the last are looked at
HeadPassage forward(const Head& head, std::span<const torch::Tensor> hidden)
{
    const auto looked_at = hidden.last(head.heads());
    std::vector<torch::Tensor> units;
    for (std::size_t h = 0; h < head.heads(); ++h) units.push_back(torch::addmm(head.bias[h], looked_at[h], head.weight[h]).relu_());
    HeadPassage passage{torch::cat(units, 1), {}};
    passage.predicted = torch::addmm(head.bias.back(), passage.joined, head.weight.back());
    return passage;
}

/// Fills the head's gradient. \return  derivatives by the hidden layers' outputs, undefined for those not looked at
std::vector<torch::Tensor> backward(const Head& head, std::span<const torch::Tensor> hidden, const HeadPassage& passage, const torch::Tensor& by_predicted,
                                    const Head& gradient)
{
    gradient.weight.back().copy_(torch::mm(passage.joined.t(), by_predicted));
    gradient.bias.back().copy_(by_predicted.sum(0, true));
    const auto by_joined = torch::mm(by_predicted, head.weight.back().t()) * (passage.joined > 0);
    std::vector<torch::Tensor> by_hidden(hidden.size());
    const auto first = hidden.size() - head.heads();
    for (std::size_t h = 0; h < head.heads(); ++h) {
        const auto derivative = by_joined.narrow(1, static_cast<std::int64_t>(h) * head_units, head_units);
        gradient.weight[h].copy_(torch::mm(hidden[first + h].t(), derivative));
        gradient.bias[h].copy_(derivative.sum(0, true));
        by_hidden[first + h] = torch::mm(derivative, head.weight[h].t());
    }
    return by_hidden;
}

/// How wrong the order of predicted losses is, on pairs of rows: the mean of max(0, margin - sign(l_i - l_j) (p_i - p_j)).
/// \param derivative  [rows, 1], by the predictions
double ranking_loss(const torch::Tensor& predicted, const torch::Tensor& true_loss, const std::vector<std::int64_t>& order, const torch::Tensor& derivative)
{
    derivative.zero_();
    const auto pairs = order.size() / 2;
    if (pairs == 0) return 0;
    const float *p = predicted.data_ptr<float>(), *l = true_loss.data_ptr<float>();
    float* d = derivative.data_ptr<float>();
    double sum = 0;
    for (std::size_t k = 0; k < pairs; ++k) {
        const auto i = order[k], j = order[k + pairs];
        const float sign = l[i] > l[j] ? 1.0F : l[i] < l[j] ? -1.0F : 0.0F;
        const double short_of = margin - static_cast<double>(sign * (p[i] - p[j]));
        if (short_of <= 0) continue;
        sum += short_of;
        d[i] -= sign / static_cast<float>(pairs);
        d[j] += sign / static_cast<float>(pairs);
    }
    return sum / static_cast<double>(pairs);
}

Member train_network(const TrainingSet& data, int member, const FitKey& key, const DeepMlpOptions& options, double ranking_weight)
{
    const auto shape = options.shape(data);
    const auto x = as_tensor(data.x, {data.count(), data.columns}).clone(), y = as_tensor(data.y, {data.count(), data.targets}).to(torch::kFloat32);
    // The averages that are kept for prediction come last, behind all that is learned.
    const auto drawn = random_networks(shape, 1, member, key)[0];
    const auto network = drawn.clone(), head_list = random_head(options, member, key);
    const auto gradient_list = torch::empty({shape.learned() + head_list.size(0)});
    const auto net = network_of(shape, network), gradient = gradient_of(shape, gradient_list);
    const auto head = head_of(options, head_list), head_gradient = head_of(options, gradient_list.narrow(0, shape.learned(), head_list.size(0)));
    const auto learned = network.narrow(0, 0, shape.learned());
    Adam adam(learned), head_adam(head_list);
    Plateau plateau{options.learning_rate};
    Passage passage(shape, data.count());
    passage.input[0] = x;
    std::vector<std::int64_t> order(static_cast<std::size_t>(data.count()));
    std::iota(order.begin(), order.end(), std::int64_t{0});
    auto random = key.draws(Purpose::loss_pairs, member);
    const auto by_predicted = torch::empty({data.count(), 1});
    for (std::int64_t epoch = 0; epoch < options.epochs && !stop_requested(); ++epoch) {
        forward(net, passage);
        const auto hidden = std::span<const torch::Tensor>(passage.input).subspan(1);
        const auto heads = forward(head, hidden);
        const auto error = passage.output - y, true_loss = error.square().mean(1);
        for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.below(static_cast<std::uint32_t>(i))]);
        const double ranking = ranking_loss(heads.predicted, true_loss, order, by_predicted);
        by_predicted.mul_(ranking_weight);
        auto by_hidden = backward(head, hidden, heads, by_predicted, head_gradient);
        if (static_cast<double>(epoch) >= flowing_share * static_cast<double>(options.epochs)) by_hidden.clear();
        passage.derivative.back().copy_(error * (2 / static_cast<double>(error.numel())));
        backward(net, passage, gradient, by_hidden);
        auto of_net = gradient_list.narrow(0, 0, shape.learned()), of_head = gradient_list.narrow(0, shape.learned(), head_list.size(0));
        adam.step(learned, of_net.add_(learned, options.l2), plateau.rate);
        head_adam.step(head_list, of_head.add_(head_list, options.l2), plateau.rate);
        plateau.look(true_loss.mean().item<double>() + ranking_weight * ranking);
    }
    return to_members(torch::cat({network, head_list}).unsqueeze(0))[0];
}

/// Networks without their heads, for prediction.
std::vector<Member> bodies(const std::vector<Member>& members, const NormalisedShape& shape)
{
    std::vector<Member> networks;
    for (const auto& member : members) networks.emplace_back(member.begin(), member.begin() + static_cast<std::ptrdiff_t>(shape.length()));
    return folded(networks, shape);
}

RowScore predicted_loss(const std::vector<Member>& members, const TrainingSet& data, const DeepMlpOptions& options)
{
    const auto shape = options.shape(data);
    const auto layers = layers_of(stack_members({bodies(members, shape)[0]}), shape.sizes);
    const auto list = as_tensor(members[0], {static_cast<std::int64_t>(members[0].size())}).narrow(0, shape.length(), head_length(options)).clone();
    return [layers, head = head_of(options, list), columns = data.columns](const float* features, std::int64_t rows, double* out) {
        const torch::NoGradGuard no_gradients;
        auto passed = forward(layers, from_features(features, rows, columns).unsqueeze(0), Activation::relu);
        std::vector<torch::Tensor> hidden;
        for (std::size_t l = 1; l < layers.count(); ++l) hidden.push_back(passed[l][0]);
        std::copy_n(forward(head, hidden).predicted.data_ptr<float>(), rows, out);
    };
}

}  // namespace

std::vector<OptionSpec> loss_prediction_options()
{
    auto options = deep_mlp_options();
    std::erase_if(options, [](const OptionSpec& option) { return option.name == "minibatch" || option.name == "patience"; });
    options.push_back(real("ranking_weight", 0.001).at_least(0).help("of the loss of pairs of rows in the wrong order, beside the mean squared error"));
    return options;
}

Family loss_prediction(const Options& o)
{
    const DeepMlpOptions options{
        .width = o.whole("width"), .depth = o.whole("depth"), .epochs = o.whole("epochs"), .learning_rate = o.real("learning_rate"), .l2 = o.real("l2")};
    return {
        .train = [options, ranking_weight = o.real("ranking_weight")](const TrainingSet& data, std::span<const Bootstrap> members, int first_member, const FitKey& key) {
            const torch::NoGradGuard no_gradients;
            std::vector<Member> trained;
            for (std::size_t m = 0; m < members.size(); ++m) trained.push_back(train_network(data, first_member + static_cast<int>(m), key, options, ranking_weight));
            return trained;
        },
        .predictor = [options](const std::vector<Member>& members, const TrainingSet& data, parallel::Place place) {
            const auto shape = options.shape(data);
            return perceptron_predictor(bodies(members, shape), shape.sizes, Activation::relu, place);
        },
        .flops_per_row = [options](const TrainingSet& data, std::int64_t members) { return static_cast<double>(members) * perceptron_flops(options.shape(data).sizes); },
        .resamples = false,
        .predicted_loss = [options](const std::vector<Member>& members, const TrainingSet& data) { return predicted_loss(members, data, options); },
    };
}

}  // namespace sluice::models
