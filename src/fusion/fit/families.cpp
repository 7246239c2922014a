#include "fusion/fit/families.hpp"

#include <algorithm>
#include <cmath>

namespace sluice::fusion {

namespace {

std::int64_t whole_between(std::int64_t low, std::int64_t high, RandomStream& random)
{
    return low + random.below(static_cast<std::uint32_t>(std::max<std::int64_t>(high - low + 1, 1)));
}

double log_between(double low, double high, RandomStream& random)
{
    return low * std::pow(high / low, random.uniform());
}

template <typename Value>
void set(Options& options, const char* name, Value value)
{
    OptionSpec spec;
    spec.name = name;
    options.set(spec, OptionValue(value));
}

/// One trial in four sees the features alone, the others share squares and, where the range has them, splines.
void draw_terms(Options& options, const SearchSpace& space, RandomStream& random)
{
    if (space.terms == TermRange::linear) return;
    const auto draw = random.below(4);
    const bool spline = space.terms == TermRange::splines && draw >= 2;
    set(options, "terms", std::string(draw == 0 ? "linear" : spline ? "splines" : "squares"));
    if (spline) set(options, "knots", whole_between(5, 33, random));
}

void draw_alpha(Options& options, const SearchSpace& space, RandomStream& random)
{
    set(options, "alpha", log_between(1e-5, 1e3, random));
    draw_terms(options, space, random);
}

void draw_ridge(Options& options, const SearchSpace& space, RandomStream& random)
{
    // The surrogate's penalty is relative to the number of labelled rows, the specification's is not.
    set(options, "lambda", log_between(1e-5, 1e3, random) / static_cast<double>(space.rows));
    draw_terms(options, space, random);
}

void draw_elastic_net(Options& options, const SearchSpace& space, RandomStream& random)
{
    draw_alpha(options, space, random);
    set(options, "l1_ratio", random.uniform());
}

void draw_neighbours(Options& options, const SearchSpace& space, RandomStream& random)
{
    set(options, "neighbours", whole_between(1, std::clamp<std::int64_t>(space.rows / 2, 1, 100), random));
}

/// The share of the budget that a trial may use.
struct Resource {
    std::int64_t rows;
    double share;
};

Resource draw_resource(const SearchSpace& space, RandomStream& random)
{
    const auto most = std::min(3 * space.rows, space.information.budget);
    const auto rows = whole_between(1, most, random);
    return {rows, static_cast<double>(rows) / static_cast<double>(space.information.budget)};
}

std::int64_t deepest(double share)
{
    return static_cast<std::int64_t>(1 + 63 * share);
}

/// Trees of a wide pool split on the columns that say something of the target alone: 8,000 columns take a minute of two cores in every iteration otherwise.
constexpr std::int64_t most_split_columns = 1024;

void draw_tree(Options& options, const SearchSpace& space, RandomStream& random)
{
    const double share = std::min(static_cast<double>(space.rows) / static_cast<double>(space.information.budget), 1.0);
    set(options, "depth", whole_between(1, deepest(share), random));
    if (space.compact) set(options, "columns", most_split_columns);
}

void draw_boosting(Options& options, const SearchSpace& space, const Resource& resource, RandomStream& random)
{
    if (space.compact) {  // beyond these, a few hundred rows have nothing left to split
        set(options, "trees", whole_between(20, 100, random));
        set(options, "depth", whole_between(1, std::min<std::int64_t>(8, deepest(resource.share)), random));
        set(options, "learning_rate", log_between(0.03, 0.5, random));
        set(options, "columns", most_split_columns);
    } else {
        set(options, "trees", std::max<std::int64_t>(10, resource.rows));
        set(options, "depth", whole_between(1, deepest(resource.share), random));
        set(options, "learning_rate", log_between(1e-4, 1, random));
    }
}

void draw_xgboost(Options& options, const SearchSpace& space, RandomStream& random)
{
    draw_boosting(options, space, draw_resource(space, random), random);
}

void draw_lightgbm(Options& options, const SearchSpace& space, RandomStream& random)
{
    const auto resource = draw_resource(space, random);
    draw_boosting(options, space, resource, random);
    const auto most = space.compact ? std::min<std::int64_t>(20, std::max<std::int64_t>(5, space.rows / 5)) : static_cast<std::int64_t>(20 + 180 * resource.share);
    set(options, "min_rows_per_leaf", whole_between(space.compact ? 2 : 5, most, random));
}

std::int64_t draw_minibatch(std::int64_t rows, RandomStream& random)
{
    const auto most = std::min<std::int64_t>(256, static_cast<std::int64_t>(0.8 * static_cast<double>(rows)));
    std::vector<std::int64_t> sizes;
    for (const std::int64_t size : most >= 32 ? std::vector<std::int64_t>{32, 64, 128, 256} : std::vector<std::int64_t>{16, 32}) {
        if (size <= most) sizes.push_back(size);
    }
    if (sizes.empty()) sizes.push_back(std::max<std::int64_t>(most, 1));
    return sizes[random.below(static_cast<std::uint32_t>(sizes.size()))];
}

void draw_network(Options& options, const SearchSpace& space, RandomStream& random)
{
    const auto resource = draw_resource(space, random);
    const auto effective = static_cast<double>(space.information.effective_dimension), all = static_cast<double>(space.information.total_dimension);
    const auto layers = 2 + static_cast<int>(std::log1p(effective) * resource.share);
    std::vector<double> widths;
    if (space.compact) {
        widths = {static_cast<double>(32U << random.below(3)), 32};
    } else {
        const double narrowest = std::max(128.0, std::floor(8 * effective * std::log1p(effective))), widest = std::max(1024.0, std::floor(8 * all * std::log1p(all)));
        widths.push_back(std::floor(log_between(narrowest, widest + 1, random)));
        while (static_cast<int>(widths.size()) < layers) widths.push_back(static_cast<double>(whole_between(32, static_cast<std::int64_t>(widths.back()), random)));
    }
    set(options, "widths", widths);
    set(options, "in_span", space.compact);
    set(options, "minibatch", draw_minibatch(space.rows, random));
    set(options, "activation", std::string(random.below(2) == 0 ? "tanh" : "relu"));
    set(options, "learning_rate", log_between(space.compact ? 1e-3 : 1e-4, 1e-2, random));
    set(options, "l2", log_between(1e-5, 1e-1, random));
    set(options, "epochs", std::int64_t{100});
    set(options, "patience", std::int64_t{15});
    set(options, "hold_out", space.rows >= 50 ? 0.1 : 0.0);
}

void draw_kernel(Options& options, const SearchSpace&, RandomStream& random)
{
    set(options, "width", log_between(0.1, 2, random));
    set(options, "noise", log_between(1e-3, 1, random));
}

void keep(Options&) {}

void hundred_trees(Options& options)
{
    set(options, "trees", std::int64_t{100});
}

void two_hundred_epochs(Options& options)
{
    set(options, "epochs", std::int64_t{200});
    set(options, "patience", std::int64_t{10});
    set(options, "hold_out", 0.0);
}

}  // namespace

const std::vector<FusionFamily>& families()
{
    static const std::vector<FusionFamily> all = {
        {"lasso", "lasso-ensemble", 1, draw_alpha, keep},
        {"ridge", "ridge-ensemble", 0.5, draw_ridge, keep},
        {"elastic-net", "elastic-net-ensemble", 1, draw_elastic_net, keep},
        {"mlp", "adam-mlp-ensemble", 20, draw_network, two_hundred_epochs},
        {"lightgbm", "lightgbm-ensemble", 10, draw_lightgbm, hundred_trees},
        {"xgboost", "xgboost-ensemble", 10, draw_xgboost, hundred_trees},
        {"knn", "knn-ensemble", 0.5, draw_neighbours, keep},
        {"tree", "tree-ensemble", 0.5, draw_tree, keep},
        {"gaussian-kernel", "gaussian-kernel-ensemble", 0.5, draw_kernel, keep, false},
    };
    return all;
}

models::Family make_family(const FusionFamily& family, const Options& options)
{
    return models::FamilyRegistration::all().at(family.kind)->make(options);
}

Options draw_trial(const FusionFamily& family, const SearchSpace& space, RandomStream& random)
{
    Options options(models::FamilyRegistration::all().at(family.kind)->options);
    family.draw(options, space, random);
    return options;
}

}  // namespace sluice::fusion
