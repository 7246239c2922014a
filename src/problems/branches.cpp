#include "problems/branches.hpp"

#include <algorithm>

namespace sluice::problems {

double log_density(const Branches& branches, std::span<const double> y)
{
    std::vector<double> terms;
    for (std::size_t k = 0; k < branches.weight.size(); ++k) {
        double sum = 0;
        for (std::size_t j = 0; j < y.size(); ++j) {
            const double residual = y[j] - branches.mean[k * y.size() + j], log_variance = branches.log_variance[k * y.size() + j];
            sum += residual * residual * std::exp(-log_variance) + log_variance + std::log(2 * std::numbers::pi);
        }
        terms.push_back(std::log(branches.weight[k]) - 0.5 * sum);
    }
    const double largest = *std::max_element(terms.begin(), terms.end());
    double sum = 0;
    for (const double term : terms) sum += std::exp(term - largest);
    return largest + std::log(sum);
}

void draw(const Branches& branches, RandomStream& random, std::span<double> y)
{
    double left = random.uniform();
    std::size_t k = 0;
    while (k + 1 < branches.weight.size() && left >= branches.weight[k]) left -= branches.weight[k++];
    for (std::size_t j = 0; j < y.size(); ++j) {
        const auto at = k * y.size() + j;
        y[j] = branches.mean[at] + std::exp(0.5 * branches.log_variance[at]) * random.normal();
    }
}

std::vector<double> softmax(std::span<const double> logits)
{
    const double largest = *std::max_element(logits.begin(), logits.end());
    std::vector<double> weights;
    double sum = 0;
    for (const double logit : logits) sum += weights.emplace_back(std::exp(logit - largest));
    for (auto& weight : weights) weight /= sum;
    return weights;
}

}  // namespace sluice::problems
