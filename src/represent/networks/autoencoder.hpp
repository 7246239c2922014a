#pragma once

#include "base/random.hpp"

#include <cstdint>
#include <vector>

namespace sluice::represent {

enum class Activation { elu, relu };

/// What a variational decoder's outputs are: means of normal numbers of one variance, or logits of pixels in [0, 1].
enum class Likelihood { normal, bernoulli };

/// A layer of a network: weights, then biases [out] in flat parameters.
struct Layer {
    enum class Kind {
        dense,        ///< weights [in, out]
        convolution,  ///< weights [out, in, kernel, kernel], "same" padding
        transposed,   ///< weights [in, out, kernel, kernel], the adjoint of such a one: stride times as many places come out
    };
    std::int64_t in = 0;   ///< units, or channels
    std::int64_t out = 0;
    Kind kind = Kind::dense;
    std::int64_t kernel = 1;
    std::int64_t stride = 1;
    std::int64_t places = 1;  ///< where the weights are applied

    std::int64_t parameters() const { return kernel * kernel * in * out + out; }
};

/// Rows that are images: [height, width, channels].
struct ImageShape {
    std::int64_t height = 0;
    std::int64_t width = 0;
    std::int64_t channels = 0;
};

/// A dense encoder  columns - hidden ... - units  and its mirror image as decoder; the last layer of each is linear. Parameters are flat: each layer's weights
/// [in, out], then its biases [out]. Or, of images, a convolutional one: 3 x 3 convolutions of stride 2, then a dense layer to the code; the decoder is a dense
/// layer, transposed 5 x 5 convolutions of stride 4, and one of stride 1 to the channels, with rectified output. Specification section 9.
struct Architecture {
    std::int64_t columns = 0;
    std::vector<std::int64_t> hidden;  ///< from the input to the code
    std::int64_t units = 0;            ///< of the code, L
    Activation activation = Activation::elu;
    bool is_variational = false;  ///< the encoder gives a mean and a log variance per unit: 2 L outputs
    Likelihood likelihood = Likelihood::normal;
    double noise_variance = 1;  ///< of Likelihood::normal
    double rate_weight = 0;     ///< of the squared error of time derivatives: latents that obey an equation of motion (latent_motion.hpp); 0: none

    ImageShape image = {};
    std::vector<std::int64_t> filters = {};          ///< of the encoder's convolutions; empty: a dense network
    std::vector<std::int64_t> decoder_filters = {};  ///< of the decoder's transposed convolutions of stride 4; the first is the depth of the dense layer's image, too

    bool is_convolutional() const { return !filters.empty(); }
    std::vector<Layer> encoder_layers() const;
    std::vector<Layer> decoder_layers() const;
    std::int64_t encoder_parameters() const;  ///< D
    std::int64_t decoder_parameters() const;  ///< P
    double encoder_multiplications() const;   ///< of a row
    std::int64_t code_width() const { return is_variational ? 2 * units : units; }
};

/// Rows of a minibatch, or a part of one.
struct Batch {
    const float* x = nullptr;      ///< [rows, columns]
    std::int64_t rows = 0;
    std::int64_t of_rows = 0;      ///< of the whole minibatch, over which the energy is a mean
    const float* noise = nullptr;  ///< [rows, units] standard normal, for a variational code
    const float* rate = nullptr;   ///< [rows, columns] time derivatives, for an equation of motion; the batch must then be whole
};

/// The energy of a batch and its gradient by all parameters. Of a plain or entropic autoencoder: the squared error, mean over rows and columns (specification
/// section 2.1). Of a variational one: the negative evidence lower bound of one draw of the code per row, sum over columns, mean over rows (section 6.3).
/// A part of a minibatch gives its part of both. With an equation of motion: motion_energy_and_gradient.
/// \param encoder_gradient, decoder_gradient  [parameters], overwritten; nullptr if not wanted
double energy_and_gradient(const Architecture& shape, const float* encoder, const float* decoder, const Batch& batch, float* encoder_gradient, float* decoder_gradient);

/// Codes of rows. \param z  [rows, code_width]
void encode(const Architecture& shape, const float* encoder, const float* x, std::int64_t rows, float* z);

/// Reconstructions of codes: means; of Likelihood::bernoulli, probabilities. \param z  [rows, units]; \param x  [rows, columns]
void decode(const Architecture& shape, const float* decoder, const float* z, std::int64_t rows, float* x);

/// Largest eigenvalue of the Hessian of the energy, squared error or with an equation of motion, by the encoder's parameters, by power iterations from a vector
/// keyed by the seed.
double largest_curvature(const Architecture& shape, const float* encoder, const float* decoder, const Batch& batch, std::uint64_t seed, int iterations = 20);

/// Glorot's uniform weights, with kernel area x channels as fans of a convolution, and biases of zero. Source: specification section 3.3.
/// \param parameters  [of all layers], overwritten
void draw_parameters(const std::vector<Layer>& layers, RandomStream random, float* parameters);

}  // namespace sluice::represent
