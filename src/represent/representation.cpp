#include "represent/representation.hpp"

#include "pool/principal_components.hpp"
#include "represent/training/calibration.hpp"

#include <algorithm>
#include <cmath>

namespace sluice::represent {

namespace {

/// Encoders of all chains, in their order, on every rank.
std::vector<Floats> gather_encoders(const Training& training, const Communicator& ranks)
{
    std::vector<float> own;
    for (const auto& chain : training.collected) own.insert(own.end(), chain.begin(), chain.end());
    const auto all = ranks.gather(std::span<const float>(own));
    const auto size = static_cast<std::ptrdiff_t>(training.encoder.values.size());
    std::vector<Floats> encoders;
    for (auto at = all.begin(); at != all.end(); at += size) encoders.emplace_back(at, at + size);
    return encoders;
}

/// Principal components as a linear autoencoder.
Representation linear(const Architecture& shape, const TrainingRows& rows, const Communicator& ranks)
{
    Representation result{.shape = shape};
    result.shape.hidden.clear();
    result.shape.is_variational = false;
    result.shape.rate_weight = 0;
    result.shape.filters.clear();
    const auto d = static_cast<std::size_t>(shape.columns);
    result.shape.units = std::min(shape.units, shape.columns);
    const auto units = static_cast<std::size_t>(result.shape.units);
    std::vector<float> found(d * (units + 1), 0.0F);
    on_root(ranks, [&] {
        const auto components = pool::leading_directions(rows.x.data(), rows.rows, rows.columns, result.shape.units);
        const auto narrowed = [](double v) { return static_cast<float>(v); };
        std::transform(components.mean.begin(), components.mean.end(), found.begin(), narrowed);
        std::transform(components.directions.begin(), components.directions.end(), found.begin() + static_cast<std::ptrdiff_t>(d), narrowed);
    });
    ranks.broadcast(std::span(found), 0);
    const auto mean = std::span<const float>(found).first(d), directions = std::span<const float>(found).subspan(d);
    Floats encoder((d + 1) * units, 0.0F), decoder((units + 1) * d);
    for (std::size_t u = 0; u < units; ++u) {
        double offset = 0;
        for (std::size_t c = 0; c < d; ++c) {
            encoder[c * units + u] = decoder[u * d + c] = directions[u * d + c];
            offset -= static_cast<double>(mean[c]) * static_cast<double>(directions[u * d + c]);
        }
        encoder[d * units + u] = static_cast<float>(offset);
    }
    std::copy(mean.begin(), mean.end(), decoder.begin() + static_cast<std::ptrdiff_t>(units * d));
    result.encoders.push_back(std::move(encoder));
    result.decoder = std::move(decoder);
    result.factor.assign(units, 1.0);
    return result;
}

/// Calls use(first row, rows, x) for blocks of rows, the last one padded.
template <typename Use>
void for_each_block(const TrainingRows& rows, const Use& use)
{
    Floats x(static_cast<std::size_t>(block_rows * rows.columns));
    for (std::int64_t first = 0; first < rows.rows; first += block_rows) {
        const auto count = std::min(block_rows, rows.rows - first);
        std::fill(x.begin(), x.end(), 0.0F);
        std::copy_n(rows.x.data() + first * rows.columns, count * rows.columns, x.data());
        use(count, x.data());
    }
}

template <typename List>
double squared_distance(const List& found, const float* x, std::size_t count)
{
    double sum = 0;
    for (std::size_t i = 0; i < count; ++i) sum += std::pow(static_cast<double>(found[i]) - static_cast<double>(x[i]), 2);
    return sum;
}

struct Errors {
    double single = 0, of_mean_code = 0, of_mean_reconstruction = 0;
};

/// Mean squared errors of reconstructions. Source: specification section 5.3.
Errors errors(const Representation& r, const TrainingRows& rows)
{
    const auto units = static_cast<std::size_t>(r.shape.units), width = static_cast<std::size_t>(r.shape.code_width()), all = static_cast<std::size_t>(block_rows * r.shape.columns);
    Errors sums;
    Floats code(static_cast<std::size_t>(block_rows) * width), z(static_cast<std::size_t>(block_rows) * units), back(all);
    std::vector<double> mean_back(all);
    Codes codes;
    for_each_block(rows, [&](std::int64_t count, const float* x) {
        const auto values = static_cast<std::size_t>(count * r.shape.columns);
        std::fill(mean_back.begin(), mean_back.end(), 0.0);
        for (const auto& encoder : r.encoders) {
            encode(r.shape, encoder.data(), x, block_rows, code.data());
            for (std::size_t i = 0; i < static_cast<std::size_t>(block_rows); ++i) std::copy_n(code.data() + i * width, units, z.data() + i * units);
            decode(r.shape, r.decoder.data(), z.data(), block_rows, back.data());
            sums.single += squared_distance(back, x, values) / static_cast<double>(r.encoders.size());
            for (std::size_t i = 0; i < values; ++i) mean_back[i] += static_cast<double>(back[i]) / static_cast<double>(r.encoders.size());
        }
        sums.of_mean_reconstruction += squared_distance(mean_back, x, values);
        encode_block(r, x, codes);
        std::transform(codes.mean.begin(), codes.mean.end(), z.begin(), [](double mean) { return static_cast<float>(mean); });
        decode(r.shape, r.decoder.data(), z.data(), block_rows, back.data());
        sums.of_mean_code += squared_distance(back, x, values);
    });
    const auto values = static_cast<double>(rows.rows * rows.columns);
    return {sums.single / values, sums.of_mean_code / values, sums.of_mean_reconstruction / values};
}

}  // namespace

double Representation::flops_per_row() const
{
    return 2 * static_cast<double>(encoders.size()) * shape.encoder_multiplications();
}

bool Learned::misses_target() const
{
    return !runs.empty() && misses(runs.back().error, target_error);
}

Representation representation_of(const Training& training, const Recipe& recipe, const Communicator& ranks)
{
    Representation result{.shape = recipe.shape, .encoders = {training.encoder.values}, .decoder = training.decoder.values};
    const bool is_ensemble = training.iteration > recipe.descents;
    if (is_ensemble) result.encoders = gather_encoders(training, ranks);
    result.has_spread = is_ensemble || recipe.shape.is_variational;
    return result;
}

Learned learn(Method method, const Recipe& recipe, const Subsample& rows, const TrainingFile& file, const Communicator& ranks)
{
    if (method == Method::principal_components) return {.representation = linear(recipe.shape, rows.training, ranks)};
    const auto training = train(recipe, rows, file, ranks);
    Learned learned{representation_of(training, recipe, ranks), training.trials, training.runs, 0, training.temperature, training.time_step};
    if (recipe.is_calibrated) learned.target_error = target_of(training, recipe, rows);
    return learned;
}

void encode_block(const Representation& r, const float* x, Codes& codes)
{
    const auto units = static_cast<std::size_t>(r.shape.units), width = static_cast<std::size_t>(r.shape.code_width()), rows = static_cast<std::size_t>(block_rows);
    const auto count = static_cast<double>(r.encoders.size());
    thread_local Floats z, first;
    z.resize(rows * width);
    codes.mean.assign(rows * units, 0.0);
    codes.variance.assign(rows * units, 0.0);
    for (std::size_t s = 0; s < r.encoders.size(); ++s) {
        encode(r.shape, r.encoders[s].data(), x, block_rows, z.data());
        if (s == 0) first = z;
        for (std::size_t i = 0; i < rows; ++i) {
            for (std::size_t u = 0; u < units; ++u) {
                const double gap = static_cast<double>(z[i * width + u]) - static_cast<double>(first[i * width + u]);  // from the first: nothing cancels
                codes.mean[i * units + u] += gap / count;
                codes.variance[i * units + u] += gap * gap / count;
            }
        }
    }
    for (std::size_t i = 0; i < rows; ++i) {
        for (std::size_t u = 0; u < units; ++u) {
            auto &mean = codes.mean[i * units + u], &variance = codes.variance[i * units + u];
            variance = r.shape.is_variational ? std::exp(static_cast<double>(first[i * width + units + u])) : std::max(variance - mean * mean, 0.0);
            mean += static_cast<double>(first[i * width + u]);
        }
    }
}

void to_latents(const Representation& r, const Codes& codes, std::int64_t rows, float* latents, float* spread)
{
    const auto units = static_cast<std::size_t>(r.shape.units);
    for (std::size_t i = 0; i < static_cast<std::size_t>(rows); ++i) {
        double sum = 0;
        for (std::size_t u = 0; u < units; ++u) {
            latents[i * units + u] = static_cast<float>(codes.mean[i * units + u] * r.factor[u]);
            sum += codes.variance[i * units + u] * r.factor[u] * r.factor[u];
        }
        if (spread != nullptr) spread[i] = static_cast<float>(std::sqrt(sum / static_cast<double>(units)));
    }
}

Quality scale_and_judge(Representation& r, Method method, const Representation* principal, const TrainingRows& held_out, const Communicator& ranks)
{
    const auto units = static_cast<std::size_t>(r.shape.units);
    for (auto* list : {&r.between, &r.within}) list->assign(units, 0.0);
    Errors own, of_principal;
    on_root(ranks, [&] {
        std::vector<double> sum(units, 0.0), square(units, 0.0);
        const auto rows = static_cast<double>(held_out.rows);
        Codes codes;
        for_each_block(held_out, [&](std::int64_t count, const float* x) {
            encode_block(r, x, codes);
            for (std::size_t i = 0; i < static_cast<std::size_t>(count) * units; ++i) {
                sum[i % units] += codes.mean[i];
                square[i % units] += codes.mean[i] * codes.mean[i];
                r.within[i % units] += codes.variance[i] / rows;
            }
        });
        for (std::size_t u = 0; u < units; ++u) r.between[u] = std::max(square[u] / rows - sum[u] / rows * (sum[u] / rows), 0.0);
        own = errors(r, held_out);
        if (principal != nullptr) of_principal = errors(*principal, held_out);
    });
    for (auto* list : {&r.between, &r.within}) ranks.broadcast(std::span(*list), 0);
    ranks.broadcast(std::span(&own, 1), 0);
    ranks.broadcast(std::span(&of_principal, 1), 0);

    Quality quality{.r1 = own.single, .r2 = own.of_mean_code, .r3 = own.of_mean_reconstruction, .principal = of_principal.of_mean_code};
    r.factor.assign(units, 1.0);
    for (std::size_t u = 0; u < units; ++u) {
        constexpr double published = 0.01, informative = 0.05, nothing = 1e-12;
        const double pooled = r.between[u] + r.within[u], share = pooled > nothing ? r.between[u] / pooled : 0;
        // For the variational one the published variance is that of the means alone.
        quality.active += (r.shape.is_variational ? r.between[u] : pooled) > published;
        quality.active_means += r.between[u] > published;
        quality.informed += share > informative;
        quality.information += share / static_cast<double>(units);
        // Of latents with an equation of motion the frame stays: it is not the same in other units.
        if (method != Method::principal_components && r.shape.rate_weight == 0) r.factor[u] = pooled > nothing ? 1 / std::sqrt(pooled) : 0;
    }
    return quality;
}

}  // namespace sluice::represent
