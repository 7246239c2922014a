#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>

namespace sluice {

/// What random numbers are drawn for. Part of the key, so that two purposes never share a number. Values are never reused or renumbered:
/// that would change the results of campaigns on disk.
enum class Purpose : std::uint32_t {
    initial_rows = 1,
    bootstrap = 2,
    weight_init = 3,
    minibatch = 4,
    random_score = 5,
    cluster_start = 6,
    search_sample = 7,
    search_trial = 8,
    search_folds = 9,
    hold_out = 10,
    hypervolume = 11,
    latin_hypercube = 13,
    sobol_scramble = 14,
    evolution = 15,
    evolution_members = 16,
    function_shape = 17,
    simulated_row = 18,
    simulated_label = 19,
    gumbel = 20,
    fisher_sample = 21,
    test_rows = 22,
    energy_score = 23,
    simulated_system = 24,
    simulated_latent = 25,
    simulated_noise = 26,
    density_sample = 27,
    kernel_start = 28,
    kernel_rows = 29,
    dropout = 30,
    dropout_passes = 31,
    loss_pairs = 32,
    loss_head = 33,
    resonances = 34,
    thermostat = 40,
    encoder_velocity = 41,
    velocity_refresh = 42,
    encoder_start = 43,
    decoder_start = 44,
    representation_batch = 45,
    representation_rows = 46,
    latent_noise = 47,
    exploration = 60,
};

/// Philox4x32-10, a counter-based generator: the k-th number is a function of key and counter alone.
/// Source: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
constexpr std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key)
{
    for (int round = 0; round < 10; ++round) {
        const std::uint64_t a = std::uint64_t{0xD2511F53} * counter[0];
        const std::uint64_t b = std::uint64_t{0xCD9E8D57} * counter[2];
        counter = {static_cast<std::uint32_t>(b >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(b),
                   static_cast<std::uint32_t>(a >> 32) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(a)};
        key[0] += 0x9E3779B9;
        key[1] += 0xBB67AE85;
    }
    return counter;
}

constexpr std::array<std::uint32_t, 2> stream_key(std::uint64_t seed, Purpose purpose, std::uint32_t iteration)
{
    return {static_cast<std::uint32_t>(seed) ^ (static_cast<std::uint32_t>(purpose) * 0x9E3779B9U), static_cast<std::uint32_t>(seed >> 32) ^ iteration};
}

/// The random numbers of one (seed, purpose, iteration, index); index is a global row or an ensemble member, never a rank.
class RandomStream {
public:
    constexpr RandomStream(std::uint64_t seed, Purpose purpose, std::uint32_t iteration, std::uint64_t index)
        : key_(stream_key(seed, purpose, iteration)), index_(index)
    {
    }

    constexpr std::uint32_t bits()
    {
        if (used_ == 4) {
            block_ = philox({static_cast<std::uint32_t>(index_), static_cast<std::uint32_t>(index_ >> 32), count_++, 0}, key_);
            used_ = 0;
        }
        return block_[used_++];
    }

    constexpr std::uint64_t bits64() { return (std::uint64_t{bits()} << 32) | bits(); }

    /// Uniform in [0, 1), 53 bits.
    constexpr double uniform() { return static_cast<double>(bits64() >> 11) * 0x1.0p-53; }

    /// Uniform whole number in [0, bound), bound < 2^32 (multiply-shift; bias below bound / 2^64).
    constexpr std::uint32_t below(std::uint32_t bound)
    {
        const std::uint64_t word = bits64();
        const std::uint64_t low = (word & 0xFFFFFFFF) * bound;
        return static_cast<std::uint32_t>(((word >> 32) * bound + (low >> 32)) >> 32);
    }

    /// Standard normal (Box and Muller; one of the pair is dropped).
    double normal()
    {
        const double radius = std::sqrt(-2.0 * std::log1p(-uniform()));
        return radius * std::cos(2.0 * std::numbers::pi * uniform());
    }

private:
    std::array<std::uint32_t, 2> key_;
    std::uint64_t index_;
    std::uint32_t count_ = 0;
    std::array<std::uint32_t, 4> block_{};
    unsigned used_ = 4;
};

}  // namespace sluice
