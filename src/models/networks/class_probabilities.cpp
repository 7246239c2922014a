#include "models/networks/class_probabilities.hpp"

#include <algorithm>
#include <cmath>

namespace sluice::models {

Predict class_probabilities(Predict said, std::size_t members, std::size_t classes)
{
    return [=](const float* features, std::int64_t rows, float* out) {
        said(features, rows, out);
        for (float* p = out; p < out + static_cast<std::size_t>(rows) * members * classes; p += classes) {
            const float largest = *std::max_element(p, p + classes);
            float sum = 0;
            for (std::size_t c = 0; c < classes; ++c) sum += p[c] = std::exp(p[c] - largest);
            for (std::size_t c = 0; c < classes; ++c) p[c] /= sum;
        }
    };
}

}  // namespace sluice::models
