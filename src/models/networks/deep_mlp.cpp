#include "models/networks/deep_mlp.hpp"

#include "base/signals.hpp"
#include "models/networks/output_change.hpp"
#include "models/networks/plateau.hpp"
#include "parallel/runtime.hpp"

#include <Kokkos_Core.hpp>

#include <bit>
#include <cmath>
#include <optional>

namespace sluice::models {

namespace {

/// The rows of each gradient step of an epoch: all of them, or as many as fit, in an order drawn anew.
class Minibatches {
public:
    Minibatches(const TrainingSet& data, std::int64_t most, const FitKey& key)
        : x_(as_tensor(data.x, {data.count(), data.columns}).clone()),  // aligned as all tensors are
          y_(as_tensor(data.y, {data.count(), data.targets}).to(torch::kFloat32)),
          most_(most),
          order_(torch::arange(data.count())),
          random_(key.draws(Purpose::minibatch, 0))
    {
    }

    template <typename Step>
    void epoch(const Step& step)
    {
        const auto rows = x_.size(0);
        if (rows <= most_) {
            step(x_, y_);
            return;
        }
        auto* order = order_.data_ptr<std::int64_t>();
        for (std::int64_t i = rows; i > 1; --i) std::swap(order[i - 1], order[random_.below(static_cast<std::uint32_t>(i))]);
        for (std::int64_t first = 0; first < rows; first += most_) {
            const auto index = order_.narrow(0, first, std::min(most_, rows - first));
            step(x_.index_select(0, index), y_.index_select(0, index));
        }
    }

private:
    torch::Tensor x_, y_;
    std::int64_t most_;
    torch::Tensor order_;
    RandomStream random_;
};

/// A network on its way: what its gradient steps need. It lies in memory of its own: products round by how their operands are aligned, which must not depend on which
/// other networks a rank has.
struct Learner {
    torch::Tensor list;          ///< [shape.length()]
    NormalisedNet net;
    torch::Tensor learned;       ///< [shape.learned()], of the network
    torch::Tensor gradient_list; ///< alike
    NormalisedNet gradient;
    Adam adam;

    Learner(const NormalisedShape& shape, const torch::Tensor& network)
        : list(network.clone()),
          net(network_of(shape, list)),
          learned(list.narrow(0, 0, shape.learned())),
          gradient_list(torch::empty_like(learned)),
          gradient(gradient_of(shape, gradient_list)),
          adam(learned)
    {
    }

    /// One gradient step. \return  the sum of squared errors before it
    double step(Passage& passage, const torch::Tensor& y, double share, double rate, double l2)
    {
        forward(net, passage);
        auto& error = passage.derivative.back();
        torch::sub_out(error, passage.output, y);
        const double loss = error.square().sum().item<double>();
        error.mul_(2 * share / static_cast<double>(y.numel()));
        backward(net, passage, gradient);
        gradient_list.add_(learned, l2);
        adam.step(learned, gradient_list, rate);
        return loss;
    }
};

struct EpochEnd {
    double loss;      ///< sum over all networks
    bool is_stopped;  ///< somebody was asked to stop
};

/// \param loss  [this rank's networks], which begin with number `first` of `all`
EpochEnd end_of_epoch(const std::vector<double>& loss, int first, int all, const Communicator& ranks)
{
    // One collective: of each network one rank gives the bits of a number, which the others' zeros leave as they are.
    std::vector<std::int64_t> entries(static_cast<std::size_t>(all) + 1, 0);
    for (std::size_t m = 0; m < loss.size(); ++m) entries[static_cast<std::size_t>(first) + m] = std::bit_cast<std::int64_t>(loss[m]);
    entries.back() = stop_requested() ? 1 : 0;
    ranks.sum(entries);
    EpochEnd end{0, entries.back() != 0};
    for (std::size_t m = 0; m < static_cast<std::size_t>(all); ++m) end.loss += std::bit_cast<double>(entries[m]);
    return end;
}

}  // namespace

NormalisedShape DeepMlpOptions::shape(const TrainingSet& data) const
{
    NormalisedShape shape{{data.columns}};
    shape.sizes.insert(shape.sizes.end(), static_cast<std::size_t>(depth), width);
    shape.sizes.push_back(data.targets);
    return shape;
}

void train_together(const torch::Tensor& networks, int first, int all, const TrainingSet& data, const FitKey& key, const DeepMlpOptions& options, const Communicator& ranks)
{
    const auto shape = options.shape(data);
    const auto members = static_cast<std::size_t>(networks.size(0));
    std::vector<Learner> learners;
    for (std::size_t m = 0; m < members; ++m) learners.emplace_back(shape, networks[static_cast<std::int64_t>(m)]);
    const auto threads = std::min(static_cast<std::size_t>(parallel::host_threads()), members);
    std::vector<std::optional<Passage>> passages(threads);
    Minibatches minibatches(data, options.minibatch, key);
    Plateau plateau{options.learning_rate};
    std::vector<double> loss(members);
    bool is_stopped = false;
    for (std::int64_t epoch = 0; epoch < options.epochs && !is_stopped; ++epoch) {
        std::fill(loss.begin(), loss.end(), 0.0);
        minibatches.epoch([&](const torch::Tensor& x, const torch::Tensor& y) {
            Kokkos::parallel_for("models/train_together", Kokkos::RangePolicy<Kokkos::DefaultHostExecutionSpace>(0, threads), [&](std::size_t thread) {
                const torch::NoGradGuard no_gradients;
                auto& passage = passages[thread];
                if (!passage || passage->rows != x.size(0)) passage.emplace(shape, x.size(0));
                passage->input[0] = x;
                const double share = 1 / static_cast<double>(all);
                for (std::size_t m = thread; m < members; m += threads) loss[m] += learners[m].step(*passage, y, share, plateau.rate, options.l2);
            });
        });
        const auto end = end_of_epoch(loss, first, all, ranks);
        is_stopped = end.is_stopped;
        plateau.look(end.loss / static_cast<double>(all * data.count() * data.targets));
        if (options.patience > 0 && plateau.without_gain >= options.patience) break;
    }
    for (std::size_t m = 0; m < members; ++m) networks[static_cast<std::int64_t>(m)].copy_(learners[m].list);
}

std::vector<OptionSpec> deep_mlp_options()
{
    return {
        whole("width", 64).at_least(1).at_most(4096).help("units of a hidden layer, which are normalised over the batch"),
        whole("depth", 4).at_least(1).at_most(64).help("hidden layers"),
        whole("epochs", 500).at_least(1).help("passes over the labelled rows, at most"),
        whole("minibatch", 5000).at_least(2).help("labelled rows in a gradient step; all of them where there are no more"),
        whole("patience", 0).at_least(0).help("passes without a fall of the loss by 1e-4 of it after which training ends; 0: it does not end early"),
        real("learning_rate", 1e-3).above(0).help("of Adam; times 0.8 whenever the loss has not fallen for more than 10 passes"),
        real("l2", 1e-4).at_least(0).help("penalty on half the squared parameters, part of the gradient"),
    };
}

DeepMlpOptions deep_mlp_options_of(const Options& o)
{
    return {o.whole("width"), o.whole("depth"), o.whole("epochs"), o.whole("minibatch"), o.whole("patience"), o.real("learning_rate"), o.real("l2")};
}

namespace {

std::vector<OptionSpec> ensemble_options()
{
    auto options = deep_mlp_options();
    options.push_back(text("start", "scratch").one_of({"scratch", "warm"}).help("what training begins from: weights drawn anew, as published, or those of the batch before"));
    return options;
}

Family make(const Options& chosen)
{
    const auto options = deep_mlp_options_of(chosen);
    Family family{
        .predictor = [options](const std::vector<Member>& members, const TrainingSet& data, parallel::Place place) {
            const auto shape = options.shape(data);
            return perceptron_predictor(folded(members, shape), shape.sizes, Activation::relu, place);
        },
        .flops_per_row = [options](const TrainingSet& data, std::int64_t members) { return static_cast<double>(members) * perceptron_flops(options.shape(data).sizes); },
        .resamples = false,
        .train_together =
            [options](const TrainingSet& data, const MemberShare& own, const std::vector<Member>& before, const FitKey& key, const Communicator& ranks) {
                const torch::NoGradGuard no_gradients;
                const auto networks = before.empty() ? random_networks(options.shape(data), own.count, own.first, key) : stack_members(before);
                train_together(networks, own.first, own.all, data, key, options, ranks);
                return to_members(networks);
            },
        .is_warm = chosen.text("start") == "warm",
    };
    family.output_change = [options](const std::vector<Member>& members, const TrainingSet& data, const ChangeBasis& basis) {
        return expected_output_change(members[0], options.shape(data), basis);
    };
    return family;
}

const FamilyRegistration registration{
    "deep-mlp-ensemble", "deep perceptrons with batch normalisation, which differ in how they begin alone and learn together from all labelled rows", ensemble_options(), make};

}  // namespace

}  // namespace sluice::models
