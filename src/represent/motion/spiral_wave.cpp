#include "represent/motion/spiral_wave.hpp"

#include <torch/utils.h>

#include <cmath>
#include <numbers>

namespace sluice::represent {

namespace {

using torch::Tensor;
using Complex = std::complex<double>;

constexpr double step = 0.025, half_width = 10, diffusion = 0.1;

Tensor over(const std::vector<Complex>& values)
{
    return torch::from_blob(const_cast<Complex*>(values.data()), {spiral_side, spiral_side}, torch::kComplexDouble);
}

std::vector<Complex> copied(const Tensor& values)
{
    const auto dense = values.contiguous();
    const auto* first = reinterpret_cast<const Complex*>(dense.data_ptr<c10::complex<double>>());
    return {first, first + spiral_side * spiral_side};
}

/// 0.1 (kx^2 + ky^2) [100, 100]
const Tensor& decay()
{
    static const Tensor values = [] {
        const auto k = torch::fft_fftfreq(spiral_side, 2 * half_width / spiral_side / (2 * std::numbers::pi), torch::kFloat64).square();
        return diffusion * (k.unsqueeze(1) + k.unsqueeze(0));
    }();
    return values;
}

/// Time derivative of the transform.
Tensor rate_of(const Tensor& transform)
{
    const auto w = torch::fft_ifft2(transform);
    const auto intensity = torch::real(w).square() + torch::imag(w).square();
    return torch::fft_fft2(w * torch::complex(1 - intensity, -intensity)) - decay() * transform;
}

}  // namespace

SpiralWave spiral_wave()
{
    std::vector<Complex> w;
    for (std::int64_t row = 0; row < spiral_side; ++row) {
        for (std::int64_t column = 0; column < spiral_side; ++column) {
            const double spacing = 2 * half_width / spiral_side, x = spacing * static_cast<double>(column) - half_width, y = spacing * static_cast<double>(row) - half_width;
            const double r = std::hypot(x, y);
            w.push_back(std::tanh(r) * std::polar(1.0, std::atan2(y, x) - r));
        }
    }
    const torch::NoGradGuard no_gradients;
    return {0, copied(torch::fft_fft2(over(w)))};
}

void advance(SpiralWave& wave)
{
    const torch::NoGradGuard no_gradients;
    auto state = over(wave.transform).clone();
    for (int s = 0; s < 2; ++s) {
        const auto k1 = rate_of(state), k2 = rate_of(state + step / 2 * k1), k3 = rate_of(state + step / 2 * k2), k4 = rate_of(state + step * k3);
        state = state + step / 6 * (k1 + 2 * k2 + 2 * k3 + k4);
    }
    wave.transform = copied(state);
    ++wave.frame;
}

SpiralFields fields_of(const SpiralWave& wave)
{
    const torch::NoGradGuard no_gradients;
    const auto transform = over(wave.transform);
    return {copied(torch::fft_ifft2(transform)), copied(torch::fft_ifft2(rate_of(transform)))};
}

}  // namespace sluice::represent
