#include "models/mixture_density/gelu.hpp"

#include "base/elementary.hpp"
#include "base/wide_vectors.hpp"

namespace sluice::models::mixture_density {

namespace {

inline void in_place(float* __restrict values, float* __restrict slopes, std::int64_t count)
{
    constexpr float scale = 0.79788456080286536F, cubic = 0.044715F;  // sqrt(2 / pi)
    if (slopes == nullptr) {
        for (std::int64_t i = 0; i < count; ++i) {
            const float u = values[i];
            values[i] = 0.5F * u * (1.0F + elementary::tanh(scale * (u + cubic * u * u * u)));
        }
        return;
    }
    for (std::int64_t i = 0; i < count; ++i) {
        const float u = values[i];
        const float t = elementary::tanh(scale * (u + cubic * u * u * u));
        values[i] = 0.5F * u * (1.0F + t);
        slopes[i] = 0.5F * (1.0F + t) + 0.5F * u * (1.0F - t * t) * scale * (1.0F + 3.0F * cubic * u * u);
    }
}

SLUICE_WIDE_VECTORS void in_place_wide(float* values, float* slopes, std::int64_t count)
{
    in_place(values, slopes, count);
}

}  // namespace

void gelu(float* values, float* slopes, std::int64_t count)
{
    (has_wide_vectors() ? in_place_wide : in_place)(values, slopes, count);
}

}  // namespace sluice::models::mixture_density
