#include "models/linear/additive_terms.hpp"

#include "parallel/device_array.hpp"

namespace sluice::models {

namespace {

AdditiveTerms terms_of(const Options& options)
{
    const auto& name = options.text("terms");
    return {name == "squares" ? Terms::squares : name == "splines" ? Terms::splines : Terms::linear, options.whole("knots")};
}

/// The terms of one value: itself, with its square, or hat functions at evenly spaced knots, of which at most two are above zero and all sum to one.
KOKKOS_INLINE_FUNCTION void expand_one(float value, const AdditiveTerms& terms, float* out)
{
    if (terms.terms != Terms::splines) {
        out[0] = value;
        if (terms.terms == Terms::squares) out[1] = value * value;
        return;
    }
    constexpr double half_width = 1.7320508075688772;  // the square root of 3
    const double along = (static_cast<double>(value) + half_width) / (2 * half_width);
    const double place = (along > 0 ? along < 1 ? along : 1.0 : 0.0) * static_cast<double>(terms.knots - 1);
    const auto below = static_cast<std::int64_t>(place), left = below < terms.knots - 2 ? below : terms.knots - 2;
    for (std::int64_t knot = 0; knot < terms.knots; ++knot) out[knot] = 0;
    out[left] = static_cast<float>(1 - (place - static_cast<double>(left)));
    out[left + 1] = static_cast<float>(place - static_cast<double>(left));
}

Predict predict_on_device(const Predict& predict, std::int64_t columns, const AdditiveTerms& terms)
{
    return [=, width = terms.per_feature(), expanded = parallel::DeviceArray<float>("models/terms", 0)](const float* features, std::int64_t rows, float* out) mutable {
        float* all = parallel::room_for(expanded, static_cast<std::size_t>(rows * columns * width));
        Kokkos::parallel_for(
            "models/expand_terms", Kokkos::RangePolicy<Kokkos::DefaultExecutionSpace>(0, rows * columns),
            KOKKOS_LAMBDA(const std::int64_t i) { expand_one(features[i], terms, all + i * width); });
        predict(all, rows, out);
    };
}

std::vector<float> expanded(const float* features, std::int64_t rows, std::int64_t columns, const AdditiveTerms& terms)
{
    std::vector<float> out(static_cast<std::size_t>(rows * columns * terms.per_feature()));
    expand(features, rows, columns, terms, out.data());
    return out;
}

TrainingSet expanded(const TrainingSet& data, const AdditiveTerms& terms)
{
    return {data.rows, data.columns * terms.per_feature(), data.targets, expanded(data.x.data(), data.count(), data.columns, terms), data.y};
}

}  // namespace

void expand(const float* features, std::int64_t rows, std::int64_t columns, const AdditiveTerms& terms, float* out)
{
    for (std::int64_t i = 0; i < rows * columns; ++i, out += terms.per_feature()) {
        expand_one(features[i], terms, out);
    }
}

std::vector<OptionSpec> with_terms_options(std::vector<OptionSpec> own)
{
    own.push_back(text("terms", "linear").one_of({"linear", "squares", "splines"}).help("what the regression sees of a feature: itself, its square too, or a linear spline of it"));
    own.push_back(whole("knots", 16).at_least(2).at_most(1000).help("of a spline"));
    return own;
}

Family with_terms(Family linear, const Options& options)
{
    const auto terms = terms_of(options);
    if (terms.terms == Terms::linear) return linear;
    return {
        .train = [=](const TrainingSet& data, std::span<const Bootstrap> bootstraps, int first_member,
                     const FitKey& key) { return linear.train(expanded(data, terms), bootstraps, first_member, key); },
        .predictor = [=](const std::vector<Member>& members, const TrainingSet& data, parallel::Place place) -> Predict {
            const auto predict = linear.predictor(members, expanded(data, terms), place);
            const auto columns = data.columns;
            if (place == parallel::Place::device) return predict_on_device(predict, columns, terms);
            return [=](const float* features, std::int64_t rows, float* out) { predict(expanded(features, rows, columns, terms).data(), rows, out); };
        },
        .flops_per_row = [=](const TrainingSet& data, std::int64_t members) { return linear.flops_per_row(data, members) * static_cast<double>(terms.per_feature()); },
    };
}

}  // namespace sluice::models
