#include "fusion/fit/out_of_bag.hpp"

#include "fusion/statistics.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace sluice::fusion {

double student_log_density(double x, double degrees, double scale)
{
    return std::lgamma((degrees + 1) / 2) - std::lgamma(degrees / 2) - 0.5 * std::log(std::numbers::pi * degrees) - std::log(scale) -
           0.5 * (degrees + 1) * std::log1p(x * x / (degrees * scale * scale));
}

namespace {

double best_log_score(std::span<const double> residual, double sigma)
{
    constexpr std::array degrees = {2.5, 3.0, 4.0, 5.0, 7.0, 10.0, 15.0, 30.0, 1000.0};
    double best = -INFINITY;
    for (const double nu : degrees) {
        const double scale = sigma * std::sqrt((nu - 2) / nu);
        double sum = 0;
        for (const double r : residual) sum += student_log_density(r, nu, scale);
        best = std::max(best, sum);
    }
    return best;
}

}  // namespace

MemberQuality member_quality(std::span<const double> residual, std::span<const double> truth)
{
    constexpr double least_r2 = 1e-8, least_variance = 1e-4, least_sigma = 0.03, normal_quartile = 0.67448975;
    MemberQuality quality;
    quality.rows = static_cast<std::int64_t>(residual.size());
    double squares = 0, spread = 0;
    const double truth_mean = mean(truth), residual_mean = mean(residual);
    for (std::size_t i = 0; i < residual.size(); ++i) {
        squares += residual[i] * residual[i];
        spread += (truth[i] - truth_mean) * (truth[i] - truth_mean);
        quality.variance += (residual[i] - residual_mean) * (residual[i] - residual_mean);
    }
    const bool single = residual.size() <= 1;
    quality.variance = single ? 0 : quality.variance / static_cast<double>(residual.size() - 1);
    quality.r2 = std::max(spread == 0 ? 0 : 1 - squares / (spread + least_variance), least_r2);
    const double sigma = std::max(std::sqrt(std::max(single ? 1.0 : quality.variance, least_variance)), least_sigma);
    quality.log_score = best_log_score(residual, sigma);
    const double centre = median({residual.begin(), residual.end()});
    std::vector<double> apart;
    for (const double r : residual) apart.push_back(std::abs(r - centre));
    quality.robust_variance = std::pow(median(std::move(apart)) / normal_quartile, 2);
    return quality;
}

Reliability reliability(std::span<const MemberQuality> members)
{
    Reliability result;
    const auto count = static_cast<double>(members.size());
    double rows = 0, score = 0, noise = 0, variance = 0, plain = 0;
    for (const auto& member : members) {
        const auto weight = static_cast<double>(member.rows);
        rows += weight;
        score += member.log_score;
        noise += weight * member.robust_variance;
        variance += weight * member.variance;
        plain += member.robust_variance / count;
        result.r2 += member.r2 / count;
    }
    for (const auto& member : members) result.r2_deviation += (member.r2 - result.r2) * (member.r2 - result.r2) / count;
    result.r2_deviation = std::sqrt(result.r2_deviation);
    result.log_score = score / std::max(rows, 1.0);
    result.noise = rows > 0 ? noise / rows : plain;
    if (!std::isfinite(result.noise)) result.noise = rows > 0 ? variance / rows : plain;
    const auto in_unit = [](double x) { return std::isfinite(x) ? std::clamp(x, 0.0, 1.0) : 0.0; };
    result.accuracy = in_unit(result.r2 - 0.01 * result.r2_deviation * count / (count - 1));
    result.calibration = in_unit(std::exp(result.log_score - 1));
    return result;
}

double explained_share(std::span<const double> residual, std::span<const double> truth)
{
    const double centre = mean(truth);
    double left = 0, all = 0;
    for (std::size_t i = 0; i < truth.size(); ++i) {
        left += residual[i] * residual[i];
        all += (truth[i] - centre) * (truth[i] - centre);
    }
    return all > 0 ? 1 - left / all : 0;
}

Residuals residuals(std::span<const double> truth, std::span<const float> predicted, std::span<const models::Bootstrap> bootstraps)
{
    const auto rows = truth.size(), members = bootstraps.size();
    Residuals result{{}, std::vector<double>(rows, 0.0), std::vector<double>(rows, 0.0)};
    std::vector<int> voters(rows, 0);
    for (std::size_t m = 0; m < members; ++m) {
        std::vector<char> seen(rows, 0);
        for (const auto row : bootstraps[m]) seen[static_cast<std::size_t>(row)] = 1;
        if (std::all_of(seen.begin(), seen.end(), [](char s) { return s != 0; })) seen.assign(rows, 0);
        std::vector<double> own, own_truth;
        for (std::size_t i = 0; i < rows; ++i) {
            const double r = truth[i] - static_cast<double>(predicted[i * members + m]);
            result.mean[i] += r / static_cast<double>(members);
            if (seen[i] != 0) continue;
            own.push_back(r);
            own_truth.push_back(truth[i]);
            result.out_of_bag_mean[i] += r;
            ++voters[i];
        }
        result.members.push_back(member_quality(own, own_truth));
    }
    for (std::size_t i = 0; i < rows; ++i) {
        if (voters[i] > 0) result.out_of_bag_mean[i] /= voters[i];
    }
    return result;
}

}  // namespace sluice::fusion
