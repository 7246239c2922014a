#include "models/mixture_density/likelihood.hpp"

#include "base/elementary.hpp"
#include "base/wide_vectors.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace sluice::models::mixture_density {

namespace {

/// Inverse variances, the slopes of the variances, and the terms of the exponent, for all components and targets in one loop.
inline void terms(LikelihoodRoom& room, float floor)
{
    const auto count = room.pre.size();
    const float* __restrict pre = room.pre.data();
    const float* __restrict difference = room.difference.data();
    float* __restrict inverse = room.inverse.data();
    float* __restrict slope = room.slope.data();
    float* __restrict term = room.term.data();
    for (std::size_t i = 0; i < count; ++i) {
        const float variance = elementary::softplus(pre[i]) + floor + variance_guard;
        inverse[i] = 1.0F / variance;
        slope[i] = elementary::sigmoid(pre[i]);
        term[i] = difference[i] * difference[i] * inverse[i] + elementary::log(variance);
    }
}

SLUICE_WIDE_VECTORS void terms_wide(LikelihoodRoom& room, float floor)
{
    terms(room, floor);
}

}  // namespace

float negative_log_likelihood(const Shape& shape, const float* outputs, const float* y, float floor, float scale, float* derivative, LikelihoodRoom& room)
{
    const auto components = static_cast<std::size_t>(shape.components), targets = static_cast<std::size_t>(shape.targets), slots = static_cast<std::size_t>(shape.slots());
    for (auto* list : {&room.pre, &room.difference, &room.inverse, &room.slope, &room.term}) list->resize(components * targets);
    room.score.resize(components);
    room.responsibility.resize(components);
    for (std::size_t k = 0; k < components; ++k) {
        const float* mean = outputs + k * slots + 1;
        std::copy_n(mean + targets, targets, room.pre.data() + k * targets);
        for (std::size_t j = 0; j < targets; ++j) room.difference[k * targets + j] = y[j] - mean[j];
    }
    (has_wide_vectors() ? terms_wide : terms)(room, floor);

    const auto constant = static_cast<float>(static_cast<double>(targets) * std::log(2 * std::numbers::pi));
    float largest_logit = -INFINITY, largest_score = -INFINITY;
    for (std::size_t k = 0; k < components; ++k) {
        float sum = constant;
        for (std::size_t j = 0; j < targets; ++j) sum += room.term[k * targets + j];
        room.score[k] = outputs[k * slots] - 0.5F * sum;
        largest_logit = std::max(largest_logit, outputs[k * slots]);
        largest_score = std::max(largest_score, room.score[k]);
    }
    float weights = 0, total = 0;
    for (std::size_t k = 0; k < components; ++k) {
        weights += elementary::exp(outputs[k * slots] - largest_logit);
        room.responsibility[k] = elementary::exp(room.score[k] - largest_score);
        total += room.responsibility[k];
    }
    for (std::size_t k = 0; k < components && derivative != nullptr; ++k) {
        const float weight = elementary::exp(outputs[k * slots] - largest_logit) / weights;
        const float responsibility = room.responsibility[k] / total;
        const float* difference = room.difference.data() + k * targets;
        const float* inverse = room.inverse.data() + k * targets;
        const float* slope = room.slope.data() + k * targets;
        float* out = derivative + k * slots;
        out[0] = scale * (weight - responsibility);
        const float share = scale * responsibility;
        for (std::size_t j = 0; j < targets; ++j) {
            const float scaled = difference[j] * inverse[j];
            out[1 + j] = -share * scaled;
            out[1 + targets + j] = 0.5F * share * (inverse[j] - scaled * scaled) * slope[j];
        }
    }
    return (largest_logit + elementary::log(weights)) - (largest_score + elementary::log(total));
}

}  // namespace sluice::models::mixture_density
