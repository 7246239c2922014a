#pragma once

#include "base/options.hpp"
#include "represent/networks/autoencoder.hpp"
#include "represent/sampler/sampler.hpp"

#include <string>

namespace sluice::represent {

/// How an autoencoder is learned. First both networks descend together by Adam, as a plain or variational autoencoder does to the end. Then, if there are chains,
/// the encoder's weights become particles at a temperature and the decoder descends alone by the mean gradient over what the chains visit. In the end the decoder
/// rests and encoders are collected. Counts are of outer iterations of `inner` steps each, between which a training can stop.
struct Recipe {
    Architecture shape;
    std::uint64_t seed = 0;
    std::int64_t batch = 1024;
    std::int64_t inner = 20;         ///< steps between two updates of the decoder while sampling, S
    double learning_rate = 1e-3;     ///< of Adam, for both networks
    std::int64_t descents = 50;      ///< outer iterations of plain descent
    std::int64_t chains = 0;         ///< C; 0: a plain or variational autoencoder
    std::int64_t samplings = 0;      ///< outer iterations of sampling, K
    std::int64_t collected = 0;      ///< encoders of each chain in the end, S'/C
    std::int64_t equilibration = 0;  ///< steps of each chain with the decoder at rest before the first is collected
    std::int64_t thinning = 1;       ///< steps from one to the next
    double temperature = 0;          ///< of the encoder's weights; 0: from what plain descent reaches (excess_energy)
    double excess_energy = 0.1;      ///< tolerated over what plain descent reaches, of what it gained over predicting the mean
    bool is_calibrated = false;      ///< the temperature is found by trials; else by the formula T = 2 dE / D
    double target_error = 0;         ///< that trials are to reach; 0: what plain descent reaches and the tolerated excess
    std::vector<double> scan;        ///< temperatures that are tried in any case, to be shown
    double trial_share = 0.2;        ///< of `samplings`, that a trial takes
    double time_step = 0;            ///< 0: 0.2 of the fastest mode's 1/omega
    double relaxation_steps = 20;    ///< of the thermostat, time steps
    std::int64_t links = 10;         ///< of the thermostat
    std::int64_t refresh_every = 100;  ///< steps between two draws of all velocities; 0: never
    Splitting splitting = {};

    bool has_trials() const { return chains > 0 && (is_calibrated || !scan.empty()); }
    std::int64_t iterations() const { return descents + (chains > 0 ? samplings + collected + (equilibration > 0 ? 1 : 0) : 0); }
};

/// What autoencoders see of a feature.
enum class FeatureScale {
    standard,  ///< centred, divided by its deviation over the pool, cut off: features of any kind
    pixels,    ///< bytes divided by 255: images
    none,      ///< as they are stored: fields with one unit
};

FeatureScale feature_scale_of(const Options& options);

/// How the latents of a pool are learned.
enum class Method { principal_components, autoencoder, variational, entropic };

/// "pca", "autoencoder", "vae", "entropic-autoencoder".
Method method_named(const std::string& name);

/// What can be chosen about a representation, for any method.
std::vector<OptionSpec> recipe_options();

/// The recipe of a method for a pool of so many columns. A departure from section 10.2 of the specification, for machines without accelerators: layers of at most
/// 256 units, fewer steps, minibatches of 1,024 rows, and the chains begin where plain descent ends.
Recipe recipe_of(const Options& options, Method method, std::int64_t columns);

/// Makes it one whose latents obey an equation of motion. Error for methods, or numbers of units, of which they can't.
void add_dynamics(Recipe& recipe, const Options& options, Method method);

}  // namespace sluice::represent
