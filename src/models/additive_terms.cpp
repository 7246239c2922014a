#include "models/additive_terms.hpp"

#include <algorithm>
#include <cmath>

namespace sluice::models {

namespace {

AdditiveTerms terms_of(const Options& options)
{
    const auto& name = options.text("terms");
    return {name == "squares" ? Terms::squares : name == "splines" ? Terms::splines : Terms::linear, options.whole("knots")};
}

/// Hat functions at evenly spaced knots: at most two of them are above zero, and they sum to one.
void expand_spline(double value, std::int64_t knots, float* out)
{
    const double half_width = std::sqrt(3.0);
    const double place = std::clamp((value + half_width) / (2 * half_width), 0.0, 1.0) * static_cast<double>(knots - 1);
    const auto left = std::min(static_cast<std::int64_t>(place), knots - 2);
    std::fill_n(out, knots, 0.0F);
    out[left] = static_cast<float>(1 - (place - static_cast<double>(left)));
    out[left + 1] = static_cast<float>(place - static_cast<double>(left));
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
        if (terms.terms == Terms::splines) {
            expand_spline(static_cast<double>(features[i]), terms.knots, out);
        } else {
            out[0] = features[i];
            if (terms.terms == Terms::squares) out[1] = features[i] * features[i];
        }
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
        .predictor = [=](const std::vector<Member>& members, const TrainingSet& data) -> Predict {
            const auto predict = linear.predictor(members, expanded(data, terms));
            const auto columns = data.columns;
            return [=](const float* features, std::int64_t rows, float* out) { predict(expanded(features, rows, columns, terms).data(), rows, out); };
        },
        .flops_per_row = [=](const TrainingSet& data, std::int64_t members) { return linear.flops_per_row(data, members) * static_cast<double>(terms.per_feature()); },
    };
}

}  // namespace sluice::models
