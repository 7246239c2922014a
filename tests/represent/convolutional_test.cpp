#include "represent/networks/autoencoder.hpp"
#include "represent/representation.hpp"
#include "support/draws.hpp"
#include "support/world.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

/// Convolutional networks against plain loops in double precision. Specification section 9.
namespace sluice::represent {

namespace {

using Values = std::vector<double>;

/// An image [height, width, channels].
struct Image {
    std::int64_t height, width, channels;
    Values values;

    double& at(std::int64_t y, std::int64_t x, std::int64_t c) { return values[static_cast<std::size_t>((y * width + x) * channels + c)]; }
};

Image blank(std::int64_t height, std::int64_t width, std::int64_t channels)
{
    return {height, width, channels, Values(static_cast<std::size_t>(height * width * channels), 0.0)};
}

/// Zeros that "same" padding puts before an axis: for 3 on even sizes with stride 2 none, on odd ones one; for 5 with stride 1 two, and for stride 4 none.
std::int64_t zeros_before(std::int64_t size, std::int64_t kernel, std::int64_t stride)
{
    if (stride == 2) return kernel == 3 && size % 2 == 0 ? 0 : 1;
    return stride == 1 ? 2 : 0;
}

double activated(double x, Activation activation)
{
    return x > 0 ? x : activation == Activation::elu ? std::expm1(x) : 0;
}

Image convolved(const Layer& layer, const double* parameters, Image in)
{
    auto out = blank((in.height + layer.stride - 1) / layer.stride, (in.width + layer.stride - 1) / layer.stride, layer.out);
    const auto k = layer.kernel, top = zeros_before(in.height, k, layer.stride), left = zeros_before(in.width, k, layer.stride);
    for (std::int64_t y = 0; y < out.height; ++y) {
        for (std::int64_t x = 0; x < out.width; ++x) {
            for (std::int64_t o = 0; o < layer.out; ++o) {
                double sum = parameters[k * k * layer.in * layer.out + o];
                for (std::int64_t i = 0; i < layer.in; ++i) {
                    for (std::int64_t v = 0; v < k; ++v) {
                        for (std::int64_t u = 0; u < k; ++u) {
                            const auto sy = layer.stride * y + v - top, sx = layer.stride * x + u - left;
                            if (sy >= 0 && sy < in.height && sx >= 0 && sx < in.width) sum += parameters[((o * layer.in + i) * k + v) * k + u] * in.at(sy, sx, i);
                        }
                    }
                }
                out.at(y, x, o) = sum;
            }
        }
    }
    return out;
}

Image spread(const Layer& layer, const double* parameters, Image in)
{
    auto out = blank(layer.stride * in.height, layer.stride * in.width, layer.out);
    const auto k = layer.kernel, before = zeros_before(0, k, layer.stride);
    for (std::int64_t y = 0; y < out.height; ++y) {
        for (std::int64_t x = 0; x < out.width; ++x) {
            for (std::int64_t o = 0; o < layer.out; ++o) out.at(y, x, o) = parameters[k * k * layer.in * layer.out + o];
        }
    }
    for (std::int64_t y = 0; y < in.height; ++y) {
        for (std::int64_t x = 0; x < in.width; ++x) {
            for (std::int64_t v = 0; v < k; ++v) {
                for (std::int64_t u = 0; u < k; ++u) {
                    const auto ty = layer.stride * y + v - before, tx = layer.stride * x + u - before;
                    if (ty < 0 || ty >= out.height || tx < 0 || tx >= out.width) continue;
                    for (std::int64_t i = 0; i < layer.in; ++i) {
                        for (std::int64_t o = 0; o < layer.out; ++o) out.at(ty, tx, o) += parameters[((i * layer.out + o) * k + v) * k + u] * in.at(y, x, i);
                    }
                }
            }
        }
    }
    return out;
}

Values dense(const Layer& layer, const double* parameters, const Values& in)
{
    Values out(parameters + layer.in * layer.out, parameters + layer.in * layer.out + layer.out);
    for (std::int64_t i = 0; i < layer.in; ++i) {
        for (std::int64_t o = 0; o < layer.out; ++o) out[static_cast<std::size_t>(o)] += parameters[i * layer.out + o] * in[static_cast<std::size_t>(i)];
    }
    return out;
}

/// Channels first, as the dense layers see images.
Values flat(Image image)
{
    Values values;
    for (std::int64_t c = 0; c < image.channels; ++c) {
        for (std::int64_t y = 0; y < image.height; ++y) {
            for (std::int64_t x = 0; x < image.width; ++x) values.push_back(image.at(y, x, c));
        }
    }
    return values;
}

Values code_of(const Architecture& shape, const Values& encoder, const double* row)
{
    auto image = blank(shape.image.height, shape.image.width, shape.image.channels);
    std::copy_n(row, shape.columns, image.values.begin());
    const double* at = encoder.data();
    const auto layers = shape.encoder_layers();
    for (std::size_t l = 0; l + 1 < layers.size(); ++l) {
        image = convolved(layers[l], at, image);
        for (auto& value : image.values) value = activated(value, shape.activation);
        at += layers[l].parameters();
    }
    return dense(layers.back(), at, flat(image));
}

Values image_of(const Architecture& shape, const Values& decoder, const Values& z)
{
    const auto layers = shape.decoder_layers();
    auto values = dense(layers[0], decoder.data(), z);
    const double* at = decoder.data() + layers[0].parameters();
    const auto factor = std::int64_t{1} << (2 * shape.decoder_filters.size());
    auto image = blank(shape.image.height / factor, shape.image.width / factor, shape.decoder_filters[0]);
    auto value = values.begin();
    for (std::int64_t c = 0; c < image.channels; ++c) {
        for (std::int64_t y = 0; y < image.height; ++y) {
            for (std::int64_t x = 0; x < image.width; ++x) image.at(y, x, c) = activated(*value++, shape.activation);
        }
    }
    for (std::size_t l = 1; l < layers.size(); ++l) {
        image = spread(layers[l], at, image);
        at += layers[l].parameters();
        const bool is_last = l + 1 == layers.size(), is_logit = shape.is_variational && shape.likelihood == Likelihood::bernoulli;
        for (auto& v : image.values) v = is_last ? (is_logit ? v : std::max(v, 0.0)) : activated(v, shape.activation);
    }
    return image.values;
}

constexpr std::int64_t rows = 3;

double energy_of(const Architecture& shape, const Values& encoder, const Values& decoder, const Values& x, const Values& noise)
{
    double energy = 0;
    for (std::int64_t i = 0; i < rows; ++i) {
        auto z = code_of(shape, encoder, x.data() + i * shape.columns);
        double divergence = 0;
        if (shape.is_variational) {
            for (std::int64_t u = 0; u < shape.units; ++u) {
                const double log_variance = z[static_cast<std::size_t>(shape.units + u)], e = noise[static_cast<std::size_t>(i * shape.units + u)];
                auto& value = z[static_cast<std::size_t>(u)];
                value += std::exp(log_variance / 2) * e;
                divergence += 0.5 * (value * value - e * e - log_variance);
            }
            z.resize(static_cast<std::size_t>(shape.units));
        }
        const auto back = image_of(shape, decoder, z);
        double misfit = 0;
        for (std::int64_t c = 0; c < shape.columns; ++c) {
            const double pixel = x[static_cast<std::size_t>(i * shape.columns + c)], out = back[static_cast<std::size_t>(c)];
            misfit += shape.is_variational ? std::log1p(std::exp(out)) - pixel * out : (out - pixel) * (out - pixel) / static_cast<double>(shape.columns);
        }
        energy += (misfit + divergence) / rows;
    }
    return energy;
}

Architecture architecture(std::int64_t height, std::int64_t width, std::int64_t channels, bool is_variational = false)
{
    Architecture shape{.columns = height * width * channels, .units = 3, .image = {height, width, channels}, .filters = {4, 5}, .decoder_filters = {3}};
    shape.is_variational = is_variational;
    shape.likelihood = is_variational ? Likelihood::bernoulli : Likelihood::normal;
    return shape;
}

/// Numbers that single precision has exactly.
Values drawn(std::uint64_t seed, std::int64_t count, double scale)
{
    auto values = test::normals(seed, static_cast<std::size_t>(count));
    for (auto& value : values) value = static_cast<double>(static_cast<float>(scale * value));
    return values;
}

Floats narrow(const Values& values)
{
    return {values.begin(), values.end()};
}

}  // namespace

TEST(Convolutional, CodesAndImagesAreThoseOfPlainLoops)
{
    auto deep = architecture(16, 32, 1);
    deep.filters = {2, 3, 4};
    deep.decoder_filters = {4, 2};
    // Sizes of 12 and 20 are even, then 6 and 10, then 3 and 5: the third convolution sees odd ones.
    auto odd = architecture(12, 20, 2);
    odd.filters = {2, 3, 4};
    odd.activation = Activation::relu;
    for (const auto& shape : {architecture(8, 4, 1), architecture(4, 8, 3), odd, deep}) {
        const auto encoder = drawn(1, shape.encoder_parameters(), 0.3), decoder = drawn(2, shape.decoder_parameters(), 0.3), x = drawn(3, rows * shape.columns, 1), z = drawn(4, rows * 3, 1);
        Floats codes(static_cast<std::size_t>(rows * 3)), images(x.size());
        encode(shape, narrow(encoder).data(), narrow(x).data(), rows, codes.data());
        decode(shape, narrow(decoder).data(), narrow(z).data(), rows, images.data());
        for (std::int64_t i = 0; i < rows; ++i) {
            const auto code = code_of(shape, encoder, x.data() + i * shape.columns);
            for (std::size_t u = 0; u < 3; ++u) EXPECT_NEAR(static_cast<double>(codes[static_cast<std::size_t>(3 * i) + u]), code[u], 1e-5);
            const auto image = image_of(shape, decoder, {z.begin() + 3 * i, z.begin() + 3 * i + 3});
            for (std::size_t c = 0; c < image.size(); ++c) EXPECT_NEAR(static_cast<double>(images[static_cast<std::size_t>(shape.columns * i) + c]), image[c], 1e-5) << c;
        }
    }
}

TEST(Convolutional, EnergiesAndGradientsAreThoseOfPlainLoopsAndTheirDifferences)
{
    for (const bool is_variational : {false, true}) {
        const auto shape = architecture(8, 4, 2, is_variational);
        const auto encoder = drawn(1, shape.encoder_parameters(), 0.3), decoder = drawn(2, shape.decoder_parameters(), 0.3), noise = drawn(4, rows * 3, 1);
        auto x = test::uniforms(3, static_cast<std::size_t>(rows * shape.columns));
        Floats by_encoder(encoder.size()), by_decoder(decoder.size());
        const auto e = narrow(encoder), d = narrow(decoder), xs = narrow(x), ns = narrow(noise);
        const Batch batch{xs.data(), rows, rows, ns.data()};
        const double exact = energy_of(shape, encoder, decoder, x, noise), energy = energy_and_gradient(shape, e.data(), d.data(), batch, by_encoder.data(), by_decoder.data());
        EXPECT_NEAR(energy, exact, 1e-5 * exact);
        EXPECT_EQ(energy_and_gradient(shape, e.data(), d.data(), batch, nullptr, nullptr), energy);
        Floats alone(decoder.size());
        energy_and_gradient(shape, e.data(), d.data(), batch, nullptr, alone.data());
        EXPECT_EQ(alone, by_decoder);
        constexpr double h = 1e-6;
        const auto expect_gradient = [&](const Floats& found, const Values& parameters, const auto& energy_at) {
            double scale = 0;
            for (const float g : found) scale = std::max(scale, std::abs(static_cast<double>(g)));
            for (std::size_t i = 0; i < parameters.size(); i += 5) {
                auto ahead = parameters, back = parameters;
                ahead[i] += h;
                back[i] -= h;
                EXPECT_NEAR(static_cast<double>(found[i]), (energy_at(ahead) - energy_at(back)) / (2 * h), 1e-4 * scale) << i;
            }
        };
        expect_gradient(by_encoder, encoder, [&](const Values& at) { return energy_of(shape, at, decoder, x, noise); });
        expect_gradient(by_decoder, decoder, [&](const Values& at) { return energy_of(shape, encoder, at, x, noise); });
        if (!is_variational) {
            EXPECT_GT(largest_curvature(shape, e.data(), d.data(), batch, 1), 0);
        }
    }
}

TEST(Convolutional, ThePublishedNetworksHaveThePublishedNumbersOfParameters)  // specification section 9
{
    const Architecture shape{.columns = 64 * 64 * 3, .units = 256, .image = {64, 64, 3}, .filters = {32, 64, 128, 256}, .decoder_filters = {64, 32}};
    EXPECT_EQ(shape.encoder_parameters(), 1'437'248);
    EXPECT_EQ(shape.decoder_parameters(), 419'267);
    Floats encoder(static_cast<std::size_t>(shape.encoder_parameters()), 7.0F);
    draw_parameters(shape.encoder_layers(), {1, Purpose::encoder_start, 0, 0}, encoder.data());
    const double bound = std::sqrt(6.0 / (9 * (3 + 32)));
    double largest = 0;
    for (std::size_t i = 0; i < 9 * 3 * 32; ++i) largest = std::max(largest, std::abs(static_cast<double>(encoder[i])));
    EXPECT_LE(largest, bound);
    EXPECT_GT(largest, 0.97 * bound) << "fans are kernel area x channels";
    EXPECT_EQ(encoder[9 * 3 * 32], 0) << "then its biases";
}

TEST(Convolutional, AllKindsLearnGeneratedImages)
{
    // Bright spots at random places: two dimensions, which linear components need many for.
    const auto spots = [](std::int64_t count, std::uint64_t seed) {
        TrainingRows images{count, 64, Floats(static_cast<std::size_t>(64 * count))};
        const auto place = test::uniforms(seed, static_cast<std::size_t>(2 * count));
        for (std::int64_t i = 0; i < count; ++i) {
            for (std::int64_t p = 0; p < 64; ++p) {
                const double y = static_cast<double>(p / 8) - 7 * place[static_cast<std::size_t>(2 * i)], x = static_cast<double>(p % 8) - 7 * place[static_cast<std::size_t>(2 * i + 1)];
                images.x[static_cast<std::size_t>(64 * i + p)] = static_cast<float>(std::exp(-(y * y + x * x) / 4));
            }
        }
        return images;
    };
    const Subsample rows{spots(200, 1), spots(50, 2)};
    for (const auto method : {Method::autoencoder, Method::variational, Method::entropic}) {
        Recipe recipe;
        recipe.shape = {.columns = 64, .units = 2, .is_variational = method == Method::variational, .likelihood = Likelihood::bernoulli, .image = {8, 8, 1}, .filters = {8, 16}, .decoder_filters = {8}};
        recipe.batch = 50;
        recipe.learning_rate = 5e-3;
        recipe.descents = 20;
        if (method == Method::entropic) {
            recipe.chains = 1;
            recipe.samplings = 3;
            recipe.collected = 3;
            recipe.thinning = 10;
            recipe.temperature = 1e-7;
        }
        const auto principal = learn(Method::principal_components, recipe, rows, {}, test::ranks()).representation;
        auto learned = learn(method, recipe, rows, {}, test::ranks());
        const auto quality = scale_and_judge(learned.representation, method, &principal, rows.held_out, test::ranks());
        EXPECT_LT(quality.r2, 0.8 * quality.principal) << static_cast<int>(method);
    }
}

}  // namespace sluice::represent
