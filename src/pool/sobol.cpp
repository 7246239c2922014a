#include "base/random.hpp"
#include "pool/space_filling.hpp"

#include <torch/utils.h>

namespace sluice::pool {

namespace {

constexpr std::int64_t digits = 30;  // of Torch's sequences

/// Lower triangular matrices of random bits, ones on the diagonal: [columns, digits, digits].
torch::Tensor random_matrices(std::int64_t columns, std::uint64_t seed, std::uint32_t iteration)
{
    auto matrices = torch::zeros({columns, digits, digits}, torch::kLong);
    auto entry = matrices.accessor<std::int64_t, 3>();
    for (std::int64_t c = 0; c < columns; ++c) {
        RandomStream random(seed, Purpose::sobol_scramble, iteration, static_cast<std::uint64_t>(2 * c));
        for (std::int64_t i = 0; i < digits; ++i) {
            for (std::int64_t j = 0; j < i; ++j) entry[c][i][j] = random.bits() & 1U;
            entry[c][i][i] = 1;
        }
    }
    return matrices;
}

torch::Tensor random_shift(std::int64_t columns, std::uint64_t seed, std::uint32_t iteration)
{
    auto shift = torch::zeros({columns}, torch::kLong);
    for (std::int64_t c = 0; c < columns; ++c) {
        RandomStream random(seed, Purpose::sobol_scramble, iteration, static_cast<std::uint64_t>(2 * c + 1));
        shift[c] = static_cast<std::int64_t>(random.bits() >> (32 - digits));
    }
    return shift;
}

}  // namespace

std::vector<float> scrambled_sobol(std::int64_t columns, std::int64_t count, std::uint64_t seed, std::uint32_t iteration)
{
    if (count == 0) return {};
    const torch::NoGradGuard no_gradients;
    auto state = torch::zeros({columns, digits}, torch::kLong);
    torch::_sobol_engine_initialize_state_(state, columns);
    torch::_sobol_engine_scramble_(state, random_matrices(columns, seed, iteration), columns);
    // The first point is the shift itself; the engine draws those that follow it.
    const auto shift = random_shift(columns, seed, iteration);
    const auto first = (shift.to(torch::kDouble) / static_cast<double>(std::int64_t{1} << digits)).to(torch::kFloat).reshape({1, columns});
    auto points = first;
    if (count > 1) points = torch::cat({first, std::get<0>(torch::_sobol_engine_draw(shift, count - 1, state, columns, 0, torch::kFloat))});
    points = points.clamp_max(1 - 0x1p-24).contiguous();
    const auto* values = points.data_ptr<float>();
    return {values, values + points.numel()};
}

}  // namespace sluice::pool
