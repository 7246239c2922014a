#pragma once

#include "represent/representation.hpp"

#include <optional>
#include <string>
#include <vector>

namespace sluice::represent {

/// Images side by side.
struct PictureTable {
    std::string name;
    std::int64_t lines = 0;
    std::int64_t columns = 0;
    std::vector<std::uint8_t> bytes;  ///< [lines, columns, height, width, channels]
};

/// The shape of rows that are images in grey or in colour: of a convolutional network, or as the columns' names say, pixel_Y_X or pixel_Y_X_CHANNEL in order.
std::optional<ImageShape> image_shape(const Architecture& shape, const std::vector<std::string>& column_names);

/// What a representation of images looks like, by rows that it was not learned from, drawn at random:
/// - "reconstruction": eight rows, and below them their decoded mean codes;
/// - "interpolation": three times a line of decoded codes between the mean codes of two rows, and a line of mixtures of the rows themselves;
/// - "generation", where codes are distributions: sixteen decoded draws; of an entropic autoencoder the code of a random row by a random one of its encoders, of a
///   variational one a draw from its prior.
/// In blocks of fixed shape. Source: specification section 5.2.
/// \param held_out  pixels from 0 to 1, at least one row
std::vector<PictureTable> pictures_of(const Representation& representation, const TrainingRows& held_out, std::uint64_t seed);

/// As JSON that stands in the pool of latents: of each table name, lines, columns, height, width, and all its images without gaps as one PNG file in base64.
std::string pictures_text(const std::vector<PictureTable>& tables, const ImageShape& image);

}  // namespace sluice::represent
