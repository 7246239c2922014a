#include "represent/motion/spiral_wave.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

namespace sluice::represent {

namespace {

/// Means over pixels of the squares of what is seen, without noise.
std::pair<double, double> mean_squares(const SpiralWave& wave)
{
    const auto fields = fields_of(wave);
    double rows = 0, rates = 0;
    for (std::size_t pixel = 0; pixel < fields.w.size(); ++pixel) {
        const double x = 0.2 * static_cast<double>(pixel % 100) - 10, y = 0.2 * static_cast<double>(pixel / 100) - 10, mask = std::exp(-0.01 * (x * x + y * y));
        rows += std::pow(mask * fields.w[pixel].real(), 2) / 1e4;
        rates += std::pow(mask * fields.w_rate[pixel].real(), 2) / 1e4;
    }
    return {rows, rates};
}

}  // namespace

TEST(SpiralWaveGolden, HasTheCheckValuesOfTheSpecification)  // section 7.1; longer, 5000: 0.158294, 0.130559 and 9999: 0.158455, 0.130675
{
    const std::map<std::int64_t, std::pair<double, double>> exact = {{0, {0.173635, 0.283823}}, {1, {0.171474, 0.195301}}, {100, {0.157693, 0.130020}}, {1000, {0.157971, 0.130092}}};
    auto wave = spiral_wave();
    for (const auto& [frame, values] : exact) {
        while (wave.frame < frame) advance(wave);
        const auto [rows, rates] = mean_squares(wave);
        EXPECT_NEAR(rows, values.first, 1e-6) << frame;
        EXPECT_NEAR(rates, values.second, 1e-6) << frame;
    }
    const auto w = fields_of(wave).w[50 * 100 + 70];
    EXPECT_NEAR(w.real(), 0.738544, 1e-5);
    EXPECT_NEAR(w.imag(), 0.580780, 1e-5);
}

TEST(SpiralWave, TheRateIsThatOfTheFrames)
{
    auto wave = spiral_wave();
    while (wave.frame < 19) advance(wave);
    const auto before = fields_of(wave).w;
    advance(wave);
    const auto rate = fields_of(wave).w_rate;
    advance(wave);
    const auto after = fields_of(wave).w;
    for (std::size_t pixel = 0; pixel < rate.size(); pixel += 7) {
        EXPECT_NEAR(std::abs((after[pixel] - before[pixel]) / (2 * spiral_frame_duration) - rate[pixel]), 0, 3e-3);  // differences of second order
    }
}

}  // namespace sluice::represent
