#pragma once

#include "base/random.hpp"
#include "models/family.hpp"

#include <cmath>
#include <map>
#include <string>

namespace sluice::test {

/// A registered surrogate with some options, the others at their defaults.
inline models::Family family(const std::string& kind, const std::map<std::string, OptionValue>& values)
{
    const auto* registered = models::FamilyRegistration::all().at(kind);
    Options options(registered->options);
    for (const auto& spec : registered->options) {
        if (values.contains(spec.name)) options.set(spec, values.at(spec.name));
    }
    return registered->make(options);
}

/// Normal features; y0 = sin 2a + b^2 - 1, y1 = a b: no straight line explains either.
inline models::TrainingSet smooth_labels(std::int64_t count, std::int64_t columns = 3, std::int64_t targets = 2)
{
    models::TrainingSet data;
    data.columns = columns;
    data.targets = targets;
    RandomStream random(2, Purpose::random_score, 0, 0);
    for (std::int64_t i = 0; i < count; ++i) {
        data.rows.push_back(i);
        const auto first = data.x.size();
        for (std::int64_t c = 0; c < columns; ++c) data.x.push_back(static_cast<float>(random.normal()));
        const double a = static_cast<double>(data.x[first]), b = static_cast<double>(data.x[first + 1]);
        data.y.push_back(std::sin(2 * a) + b * b - 1);
        if (targets > 1) data.y.push_back(a * b);
    }
    return data;
}

}  // namespace sluice::test
