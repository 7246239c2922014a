#include "two_index/options.hpp"

#include <algorithm>

namespace sluice::two_index {

namespace mdn = models::mixture_density;

std::vector<OptionSpec> option_specs()
{
    return {
        text("score", "mi-lb").one_of({"mi-lb", "variance", "random"}).help("of a row: mutual information's lower bound, variance of the members' means, or a draw"),
        text("arithmetic", "exact").one_of({"exact", "two-term"}).help("of MI-LB: the logarithm of what it lacks of its bound, or the difference of two entropies in single precision as the reference code has it"),
        text("batch_rule", "top-k").one_of({"top-k", "sbal", "max-dist", "core-set", "bait"}).help("the best scores, a draw by them, points far apart weighted by score; or, whatever the scores, points far apart, or those that inform most"),
        real("temperature", 0.3).above(0).help("of sbal, in units of the score"),
        real("weight", 1.0).at_least(0).help("of the score in max-dist: distance is multiplied by 1 + weight x score in [0, 1]"),
        text("distance", "means").one_of({"means", "inputs"}).help("of max-dist: between the members' means, as in the reference code, or between features, as in the paper"),
        text("first_pick", "best-of-far-half").one_of({"best-of-far-half", "greedy"}).help("of max-dist: by score among the farther half of the rows, as in the reference code, or like the others"),
        whole("members", 8).at_least(2).at_most(1000).help("networks of the ensemble"),
        whole("member_block", 4).at_least(1).at_most(1000).help("members trained as one batch; ranks and threads share blocks, results depend on it in the last bits"),
        whole("components", 5).at_least(1).at_most(1000).help("Gaussians of a network's mixture"),
        whole("width", 128).at_least(1).at_most(4096).help("units of a hidden layer"),
        whole("depth", 2).at_least(1).at_most(16).help("hidden layers; the last one is affine"),
        whole("minibatch", 128).at_least(1).at_most(65536).help("labelled rows in a gradient step"),
        whole("steps_per_row", 10).at_least(1).help("gradient steps per labelled row"),
        whole("steps_least", 0).at_least(0).help("gradient steps at least"),
        whole("steps_most", 10000).at_least(1).help("gradient steps at most"),
        whole("warm_up", 500).at_least(0).help("gradient steps in which the learning rate rises; at most a fifth of all"),
        whole("decay_steps", 2000).at_least(1).help("gradient steps in which the learning rate falls by a tenth"),
        real("learning_rate", 5e-4).above(0).help("of AdamW at the end of its warm-up"),
        real("weight_decay", 1e-2).at_least(0).help("of AdamW, decoupled"),
        text("recipe", "robust").one_of({"published", "robust"}).help("published: all members see all rows for all steps; robust: rows that some members are kept from decide when to stop, and the least variance; inputs are bounded, units do not matter"),
        text("clipping", "coupled").one_of({"coupled", "per-member"}).help("adaptive gradient clipping: norms over all members as in the reference code, or of each member"),
    };
}

mdn::Recipe recipe_of(const Options& options)
{
    mdn::Recipe recipe;
    recipe.members = options.whole("members");
    recipe.member_block = std::min(options.whole("member_block"), recipe.members);
    recipe.minibatch = options.whole("minibatch");
    recipe.steps_per_row = options.whole("steps_per_row");
    recipe.steps_least = options.whole("steps_least");
    recipe.steps_most = options.whole("steps_most");
    recipe.warm_up_most = options.whole("warm_up");
    recipe.decay_steps = options.whole("decay_steps");
    recipe.learning_rate = options.real("learning_rate");
    recipe.weight_decay = options.real("weight_decay");
    constexpr std::int64_t folds = 4;
    recipe.folds = options.text("recipe") == "robust" ? std::min(folds, recipe.members) : 0;
    recipe.clipping = options.text("clipping") == "coupled" ? mdn::Clipping::coupled : mdn::Clipping::per_member;
    return recipe;
}

}  // namespace sluice::two_index
