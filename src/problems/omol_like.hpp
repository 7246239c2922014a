#pragma once

#include "problems/simulator.hpp"

#include <array>

namespace sluice::problems {

/// A law of molecules in the latent space of a universal potential: clusters of a latent variable z seen through a small network, and a smooth property
/// of z with narrow hills, whose upper tail is thin. Source: specs: omol-like.
struct OmolLike {
    static constexpr std::size_t latent = 15, hidden = 64, features = 128, clusters = 200, waves = 48, hills = 24;
    template <std::size_t Rows, std::size_t Columns>
    using Table = std::array<std::array<float, Columns>, Rows>;

    std::array<double, clusters> cumulative_weight;
    Table<clusters, latent> centre;
    std::array<Table<latent, latent>, clusters> spread;  ///< z = centre + spread times normals
    Table<latent, hidden> to_hidden;
    std::array<float, hidden> hidden_shift;
    Table<hidden, features> to_features;
    Table<waves, latent> frequency;
    std::array<double, waves> phase, amplitude;
    std::array<double, latent> slope;
    std::array<double, clusters> offset;
    Table<hills, latent> hill;
    std::array<double, hills> width, height;
};

/// The system of a seed.
OmolLike draw_omol_like(std::uint64_t system_seed);

}  // namespace sluice::problems
