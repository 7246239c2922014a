#include "problems/omol_like.hpp"

#include "base/elementary.hpp"
#include "base/normals.hpp"
#include "problems/problem.hpp"

#include <algorithm>
#include <memory>

namespace sluice::problems {

namespace {

constexpr std::uint64_t system_seed = 7;

/// Where a row is: its cluster and latent variable.
struct Place {
    std::size_t cluster;
    std::array<float, OmolLike::latent> z;
};

/// Gamma distribution of a shape below 1. Source: Marsaglia and Tsang, ACM TOMS 26 (2000).
double draw_gamma(double shape, RandomStream& random)
{
    const double d = shape + 1 - 1.0 / 3, c = 1 / std::sqrt(9 * d);
    for (;;) {
        const double x = random.normal(), root = 1 + c * x, u = 1 - random.uniform();
        const double v = root * root * root;
        if (root > 0 && std::log(u) < 0.5 * x * x + d - d * v + d * std::log(v)) return d * v * std::pow(1 - random.uniform(), 1 / shape);
    }
}

Place place_of(const OmolLike& system, std::uint64_t seed, Population population, RowId row)
{
    const double u = stream_of(seed, Purpose::simulated_row, population, row).uniform();
    const auto& steps = system.cumulative_weight;
    Place place;
    place.cluster = std::min<std::size_t>(static_cast<std::size_t>(std::upper_bound(steps.begin(), steps.end(), u) - steps.begin()), OmolLike::clusters - 1);
    std::array<float, OmolLike::latent> normals;
    fill_normals(seed, Purpose::simulated_latent, static_cast<std::uint32_t>(population), static_cast<std::uint64_t>(row), normals);
    place.z = system.centre[place.cluster];
    for (std::size_t i = 0; i < OmolLike::latent; ++i) {
        for (std::size_t j = 0; j < OmolLike::latent; ++j) place.z[i] += system.spread[place.cluster][i][j] * normals[j];
    }
    return place;
}

void draw_row(const OmolLike& system, std::uint64_t seed, Population population, RowId row, std::span<float> x)
{
    const auto z = place_of(system, seed, population, row).z;
    auto h = system.hidden_shift;
    for (std::size_t i = 0; i < OmolLike::latent; ++i) {
        for (std::size_t j = 0; j < OmolLike::hidden; ++j) h[j] += z[i] * system.to_hidden[i][j];
    }
    for (auto& value : h) value = elementary::tanh(value);
    std::array<float, OmolLike::features> out;
    fill_normals(seed, Purpose::simulated_noise, static_cast<std::uint32_t>(population), static_cast<std::uint64_t>(row), out);
    for (auto& value : out) value *= 0.03F;
    for (std::size_t i = 0; i < OmolLike::hidden; ++i) {
        for (std::size_t j = 0; j < OmolLike::features; ++j) out[j] += h[i] * system.to_features[i][j];
    }
    std::copy(out.begin(), out.end(), x.begin());
}

double response(const OmolLike& system, const Place& place)
{
    const auto along = [&](const auto& direction) {
        double sum = 0;
        for (std::size_t i = 0; i < OmolLike::latent; ++i) sum += static_cast<double>(place.z[i]) * static_cast<double>(direction[i]);
        return sum;
    };
    double y = along(system.slope) + system.offset[place.cluster];
    for (std::size_t w = 0; w < OmolLike::waves; ++w) y += system.amplitude[w] * std::cos(along(system.frequency[w]) + system.phase[w]);
    for (std::size_t k = 0; k < OmolLike::hills; ++k) {
        double square = 0;
        for (std::size_t i = 0; i < OmolLike::latent; ++i) square += std::pow(static_cast<double>(place.z[i]) - static_cast<double>(system.hill[k][i]), 2);
        y += system.height[k] * std::exp(-square / (2 * system.width[k] * system.width[k]));
    }
    return y;
}

Problem make(const Options&)
{
    const auto system = std::make_shared<const OmolLike>(draw_omol_like(system_seed));
    Simulator simulator;
    for (std::size_t c = 0; c < OmolLike::features; ++c) simulator.columns.push_back("x" + std::to_string(c));
    simulator.targets = {"y"};
    simulator.draw = [system](std::uint64_t seed, Population population, RowId row, std::span<float> x) { draw_row(*system, seed, population, row, x); };
    simulator.answer = [system](std::uint64_t seed, Population population, RowId row, std::span<const float>, std::span<double> y) {
        y[0] = response(*system, place_of(*system, seed, population, row)) + 0.02 * stream_of(seed, Purpose::simulated_label, population, row).normal();
    };
    return {.simulator = simulator};
}

const ProblemRegistration omol_like{"omol-like", "simulator: 128 descriptors of clusters of molecules and a property with a thin upper tail", {}, make};

}  // namespace

OmolLike draw_omol_like(std::uint64_t seed)
{
    std::uint64_t parts = 0;
    const auto stream = [&] { return RandomStream(seed, Purpose::simulated_system, 0, parts++); };
    const auto fill = [&](auto& table, double scale) {
        auto random = stream();
        for (auto& row : table) {
            for (auto& value : row) value = static_cast<float>(scale * random.normal());
        }
    };
    const auto fill_uniform = [&](auto& values, double least, double most) {
        auto random = stream();
        for (auto& value : values) value = static_cast<std::remove_reference_t<decltype(value)>>(least + (most - least) * random.uniform());
    };
    const auto fill_normal = [&](auto& values, double scale) {
        auto random = stream();
        for (auto& value : values) value = scale * random.normal();
    };
    const double root_latent = std::sqrt(static_cast<double>(OmolLike::latent));

    OmolLike system;
    auto random = stream();
    double total = 0;
    for (auto& weight : system.cumulative_weight) weight = total += draw_gamma(0.7, random);
    for (auto& weight : system.cumulative_weight) weight /= total;
    fill(system.centre, 2);
    for (auto& spread : system.spread) {
        fill(spread, 0.6 / root_latent);
        for (auto& row : spread) {
            for (std::size_t j = 0; j < OmolLike::latent; ++j) row[j] *= static_cast<float>(2 * std::pow(0.125, static_cast<double>(j) / (OmolLike::latent - 1)));
        }
    }
    fill(system.to_hidden, 0.4 / root_latent);
    fill_uniform(system.hidden_shift, -1, 1);
    fill(system.to_features, 1.0 / 8);
    fill(system.frequency, 0.35);
    fill_uniform(system.phase, 0, 2 * std::numbers::pi);
    fill_normal(system.amplitude, 1.5 / std::sqrt(static_cast<double>(OmolLike::waves)));
    fill_normal(system.slope, 0.25 / root_latent);
    fill_normal(system.offset, 0.35);
    fill(system.hill, 0.8);
    random = stream();
    for (auto& hill : system.hill) {
        const auto& centre = system.centre[random.below(OmolLike::clusters)];
        for (std::size_t i = 0; i < OmolLike::latent; ++i) hill[i] += centre[i];
    }
    fill_uniform(system.width, 1.2, 2.2);
    fill_uniform(system.height, 0.6, 1.8);
    return system;
}

}  // namespace sluice::problems
