#include "represent/training/recipe.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdio>

namespace sluice::represent {

FeatureScale feature_scale_of(const Options& options)
{
    const auto& name = options.text("scale");
    return name == "pixels" ? FeatureScale::pixels : name == "none" ? FeatureScale::none : FeatureScale::standard;
}

Method method_named(const std::string& name)
{
    if (name == "pca") return Method::principal_components;
    if (name == "autoencoder") return Method::autoencoder;
    if (name == "vae") return Method::variational;
    if (name == "entropic-autoencoder") return Method::entropic;
    fail("{}: unknown method; allowed: entropic-autoencoder, vae, autoencoder, pca", name);
}

std::vector<OptionSpec> recipe_options()
{
    return {
        whole("units", 0).at_least(0).at_most(4096).help("of the code, or components; 0: a quarter of the columns, from 4 to 32"),
        numbers("hidden").help("units of the encoder's hidden layers, as 256,128; the decoder is its mirror image. By default a power of two not below the columns, "
                               "from 128 to 256, and half of it"),
        text("image", "").help("height x width x channels of rows that are images, as 64x64x3: convolutional networks in place of dense ones"),
        numbers("filters").help("with image: of the encoder's 3 x 3 convolutions of stride 2; by default 32,64"),
        numbers("decoder-filters").help("with image: of the decoder's 5 x 5 transposed convolutions of stride 4; by default 32"),
        text("scale", "standard").one_of({"standard", "pixels", "none"}).help("of features: standardised, bytes of images divided by 255, or as stored"),
        text("activation", "elu").one_of({"elu", "relu"}).help("of hidden layers"),
        whole("seed", 0).at_least(0).help("of everything drawn"),
        whole("training-rows", 50000).at_least(2).help("rows to learn from, a random subsample"),
        whole("last-held-out", 0).at_least(0).help("last rows of the pool, to judge by, as of a time series; 0: random rows, a tenth as many as are learned from"),
        real("rate-weight", 0.5).above(0).help("with dynamics: of the squared error of time derivatives beside that of rows"),
        whole("batch", 1024).at_least(1).help("rows of a minibatch"),
        real("learning-rate", 1e-3).above(0).help("of Adam"),
        whole("inner", 20).at_least(1).help("steps of an outer iteration: between two updates of the decoder while sampling"),
        whole("descents", 100).at_least(0).help("outer iterations in which encoder and decoder descend together; all there is for autoencoder and vae"),
        whole("samplings", 50).at_least(1).help("entropic: outer iterations in which the encoder is sampled"),
        whole("chains", 4).at_least(1).at_most(4096).help("entropic: independent encoders"),
        whole("encoders", 16).at_least(1).help("entropic: encoders whose mean is the latent, in equal parts from each chain"),
        whole("equilibration", 200).at_least(0).help("entropic: steps with the decoder at rest before the first encoder is kept"),
        whole("thinning", 50).at_least(1).help("entropic: steps from one encoder kept to the next"),
        real("temperature", 0).at_least(0).help("entropic: of the encoder's weights, in units of the mean squared error; 0: as excess-energy says"),
        real("excess-energy", 0.1).above(0).at_most(1).help("entropic: error tolerated over that of the plain autoencoder, of what that gained over predicting the mean"),
        text("calibration", "formula").one_of({"formula", "trials"}).help("entropic: temperature by the formula T = 2 excess / weights, or by short trainings until the error fits that a tenth of the training rows, set aside, has"),
        real("target-error", 0).at_least(0).help("entropic: that trials are to reach within a tenth of its excess; 0: as excess-energy says"),
        numbers("scan").help("entropic: temperatures that are tried beforehand and shown, as 1e-8,1e-7"),
        real("trial-share", 0.2).above(0).at_most(1).help("entropic: of samplings, that a trial takes"),
        real("time-step", 0).at_least(0).help("entropic: of the sampler; 0: by the largest curvature"),
        whole("refresh-every", 100).at_least(0).help("entropic: steps between two draws of all velocities; 0: never"),
        whole("links", 10).at_least(1).at_most(1000).help("entropic: of the chain of thermostats"),
        real("relaxation-steps", 20).at_least(5).help("entropic: relaxation time of the thermostats, time steps"),
        text("likelihood", "normal").one_of({"normal", "bernoulli"}).help("vae: of columns; bernoulli for pixels"),
        real("noise-variance", 0.1).above(0).help("vae: of the reconstructed columns, which have variance 1"),
    };
}

namespace {

std::vector<std::int64_t> whole_numbers(const Options& options, const std::string& name)
{
    std::vector<std::int64_t> found;
    for (const double value : options.numbers(name)) {
        if (!(value >= 1 && value <= 65536) || value != std::floor(value)) fail("command line: --{} {}: must be whole numbers from 1 to 65536", name, value);
        found.push_back(static_cast<std::int64_t>(value));
    }
    return found;
}

void add_convolutions(Architecture& shape, const Options& options)
{
    const auto& image = options.text("image");
    shape.filters = whole_numbers(options, "filters");
    shape.decoder_filters = whole_numbers(options, "decoder-filters");
    if (image.empty()) {
        if (!shape.filters.empty() || !shape.decoder_filters.empty()) fail("command line: --filters, --decoder-filters: are of images; give --image");
        return;
    }
    int used = 0;
    auto& s = shape.image;
    if (std::sscanf(image.c_str(), "%6ldx%6ldx%6ld%n", &s.height, &s.width, &s.channels, &used) != 3 || static_cast<std::size_t>(used) != image.size() ||
        s.height < 1 || s.width < 1 || s.channels < 1) {
        fail("command line: --image {}: must be height x width x channels, as 64x64x3", image);
    }
    if (s.height * s.width * s.channels != shape.columns) fail("command line: --image {}: is {} numbers; a row of the pool is {}", image,
                                                                    s.height * s.width * s.channels, shape.columns);
    if (!shape.hidden.empty()) fail("command line: --hidden: is of dense networks, --image of convolutional ones; give one of them");
    if (feature_scale_of(options) != FeatureScale::pixels) fail("command line: --image: needs features from 0 to 1: --scale pixels");
    if (shape.filters.empty()) shape.filters = {32, 64};
    if (shape.decoder_filters.empty()) shape.decoder_filters = {32};
    const auto factor = std::int64_t{1} << std::min<std::size_t>(2 * shape.decoder_filters.size(), 60);
    if (s.height % factor != 0 || s.width % factor != 0) fail("command line: --image {}: height and width must be multiples of {}, 4 to the number of --decoder-filters",
                                                              image, factor);
}

}  // namespace

Recipe recipe_of(const Options& options, Method method, std::int64_t columns)
{
    Recipe recipe;
    auto& shape = recipe.shape;
    shape.columns = columns;
    shape.units = options.whole("units") > 0 ? options.whole("units") : std::clamp<std::int64_t>((columns + 3) / 4, 4, 32);
    if (method == Method::principal_components) shape.units = std::min(shape.units, columns);
    shape.activation = options.text("activation") == "relu" ? Activation::relu : Activation::elu;
    shape.is_variational = method == Method::variational;
    shape.noise_variance = options.real("noise-variance");
    shape.likelihood = options.text("likelihood") == "bernoulli" ? Likelihood::bernoulli : Likelihood::normal;
    if (shape.is_variational && shape.likelihood == Likelihood::bernoulli && feature_scale_of(options) != FeatureScale::pixels) {
        fail("command line: --likelihood bernoulli: needs features from 0 to 1: --scale pixels");
    }
    shape.hidden = whole_numbers(options, "hidden");
    if (method != Method::principal_components) add_convolutions(shape, options);
    if (shape.hidden.empty() && method != Method::principal_components && !shape.is_convolutional()) {
        const auto width = std::clamp<std::int64_t>(static_cast<std::int64_t>(std::bit_ceil(static_cast<std::uint64_t>(columns))), 128, 256);
        shape.hidden = {width, width / 2};
    }
    if (method == Method::principal_components) shape.hidden.clear();
    recipe.seed = static_cast<std::uint64_t>(options.whole("seed"));
    recipe.batch = options.whole("batch");
    recipe.inner = options.whole("inner");
    recipe.learning_rate = options.real("learning-rate");
    recipe.descents = options.whole("descents");
    if (method != Method::entropic) return recipe;
    recipe.chains = options.whole("chains");
    recipe.samplings = options.whole("samplings");
    recipe.collected = (options.whole("encoders") + recipe.chains - 1) / recipe.chains;
    recipe.equilibration = options.whole("equilibration");
    recipe.thinning = options.whole("thinning");
    recipe.temperature = options.real("temperature");
    recipe.excess_energy = options.real("excess-energy");
    recipe.is_calibrated = options.text("calibration") == "trials";
    recipe.target_error = options.real("target-error");
    recipe.scan = options.numbers("scan");
    recipe.trial_share = options.real("trial-share");
    if (recipe.is_calibrated && recipe.temperature > 0) fail("command line: --calibration trials: finds a temperature; do not give --temperature");
    if (recipe.has_trials() && recipe.descents == 0) fail("command line: --calibration trials, --scan: start from what plain descent reaches; --descents must be above 0");
    for (const double t : recipe.scan) {
        if (!(t > 0 && std::isfinite(t))) fail("command line: --scan {}: temperatures must be above 0", t);
    }
    recipe.time_step = options.real("time-step");
    recipe.refresh_every = options.whole("refresh-every");
    recipe.links = options.whole("links");
    recipe.relaxation_steps = options.real("relaxation-steps");
    return recipe;
}

void add_dynamics(Recipe& recipe, const Options& options, Method method)
{
    constexpr std::int64_t most_units = 8;  // 180 terms
    if (method != Method::entropic && method != Method::autoencoder) fail("command line: --dynamics: is for --method entropic-autoencoder or autoencoder");
    if (recipe.shape.is_convolutional()) fail("command line: --dynamics: is for dense networks; do not give --image");
    if (recipe.shape.units > most_units) fail("command line: --dynamics: {} units are too many for an equation of motion; give --units of at most {}",
                                             recipe.shape.units, most_units);
    recipe.shape.rate_weight = options.real("rate-weight");
}

}  // namespace sluice::represent
