#include "represent/motion/motion.hpp"

#include "parallel/for_each_tile.hpp"
#include "represent/networks/latent_motion.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace sluice::represent {

namespace {

constexpr std::size_t unexplained = 3;

double squared_distance(const Floats& a, const Floats& b)
{
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += std::pow(static_cast<double>(a[i]) - static_cast<double>(b[i]), 2);
    return sum;
}

double squares(const Floats& a)
{
    double sum = 0;
    for (const float value : a) sum += static_cast<double>(value) * static_cast<double>(value);
    return sum;
}

/// \return  coefficients, then the three unexplained fractions
std::vector<double> motion_of_one(const Representation& r, const Floats& encoder, const TrainingRows& rows)
{
    const auto codes = static_cast<std::size_t>(rows.rows * r.shape.units);
    Floats z(codes), z_rate(codes), x(rows.x.size()), x_rate(rows.x.size());
    encode_moving<float>(r.shape, encoder.data(), {rows.x.data(), rows.rate.data(), rows.rows}, z.data(), z_rate.data());
    const std::vector<double> wide(z.begin(), z.end()), wide_rate(z_rate.begin(), z_rate.end());
    const auto fitted = fit_motion(wide.data(), wide_rate.data(), rows.rows, r.shape.units);
    const Floats modelled(fitted.z_rate.begin(), fitted.z_rate.end());
    decode_moving(r.shape, r.decoder.data(), z.data(), modelled.data(), rows.rows, x.data(), x_rate.data());
    auto figures = fitted.coefficients;
    figures.insert(figures.end(), {squared_distance(x, rows.x) / squares(rows.x), squared_distance(x_rate, rows.rate) / squares(rows.rate),
                                   squared_distance(modelled, z_rate) / squares(z_rate)});
    return figures;
}

}  // namespace

Motion motion_of(const Representation& r, const TrainingRows& rows, const Communicator& ranks)
{
    Motion motion{.terms = motion_term_names(r.shape.units)};
    const auto width = static_cast<std::size_t>(motion_terms(r.shape.units) * r.shape.units) + unexplained;
    const auto own = share_of(Tiling{static_cast<RowId>(r.encoders.size()), 1}, ranks.rank(), ranks.size());
    std::vector<double> figures(static_cast<std::size_t>(own.tiles()) * width);
    together(ranks, [&] {
        parallel::for_each_tile("represent/motion", own, [&](RowId s) {
            const auto one = motion_of_one(r, r.encoders[static_cast<std::size_t>(s)], rows);
            std::copy(one.begin(), one.end(), figures.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(s - own.first_tile) * width));
        });
    });
    const auto all = ranks.gather(std::span<const double>(figures));
    const auto count = static_cast<double>(r.encoders.size());
    for (auto at = all.begin(); at != all.end(); at += static_cast<std::ptrdiff_t>(width)) {
        const auto last = at + static_cast<std::ptrdiff_t>(width - unexplained);
        motion.coefficients.emplace_back(at, last);
        motion.unexplained_rows += last[0] / count;
        motion.unexplained_rates += last[1] / count;
        motion.unexplained_latent_rates += last[2] / count;
    }
    for (std::size_t c = 0; c < width - unexplained; ++c) {
        std::vector<double> sample;
        double sum = 0;
        for (const auto& one : motion.coefficients) {
            sample.push_back(one[c]);
            sum += one[c];
        }
        motion.mean.push_back(sum / count);
        motion.mode.push_back(densest_value(sample));
    }
    return motion;
}

double densest_value(const std::vector<double>& sample)
{
    constexpr int points = 2048;
    const auto count = static_cast<double>(sample.size());
    const auto [least, largest] = std::minmax_element(sample.begin(), sample.end());
    double mean = 0, square = 0;
    for (const double value : sample) mean += value / count;
    for (const double value : sample) square += (value - mean) * (value - mean);
    const double bandwidth = std::sqrt(square / std::max(count - 1, 1.0)) * std::pow(count, -0.2);
    if (!(bandwidth > 0)) return mean;
    double densest = *least, density = -1;
    for (int i = 0; i < points; ++i) {
        const double at = *least + (*largest - *least) * i / (points - 1);
        double sum = 0;
        for (const double value : sample) sum += std::exp(-0.5 * std::pow((at - value) / bandwidth, 2));
        if (sum > density) {
            density = sum;
            densest = at;
        }
    }
    return densest;
}

std::string equation_text(const Motion& motion, std::int64_t unit)
{
    constexpr double threshold = 0.1;  // of the reference code, to which the paper compares
    const auto units = motion.mean.size() / motion.terms.size();
    std::string text;
    for (std::size_t t = 0; t < motion.terms.size(); ++t) {
        const double mean = motion.mean[t * units + static_cast<std::size_t>(unit)], mode = motion.mode[t * units + static_cast<std::size_t>(unit)];
        if (std::abs(mean) <= threshold || std::abs(mode) <= threshold) continue;
        text += fmt::format("{}{:.3f} {}", text.empty() ? (mean < 0 ? "-" : "") : (mean < 0 ? " - " : " + "), std::abs(mean), motion.terms[t]);
    }
    return fmt::format("dz{}/dt = {}", unit, text.empty() ? "0" : text);
}

}  // namespace sluice::represent
