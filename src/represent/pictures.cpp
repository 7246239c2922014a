#include "represent/pictures.hpp"

#include "base/png.hpp"
#include "base/random.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iterator>
#include <numeric>

namespace sluice::represent {

namespace {

constexpr std::int64_t shown_rows = 8, pairs = 3, steps = 9, drawn_codes = 16;
constexpr std::uint32_t of_pictures = 1;  // iteration in the key of random numbers; 0 draws the rows that are learned from
static_assert(std::max({shown_rows, pairs * steps, drawn_codes}) <= block_rows);

/// Rows without repetition where there are enough.
std::vector<std::int64_t> drawn_rows(std::int64_t rows, std::int64_t count, std::uint64_t seed)
{
    std::vector<std::int64_t> order(static_cast<std::size_t>(rows));
    std::iota(order.begin(), order.end(), 0);
    RandomStream random(seed, Purpose::representation_rows, of_pictures, 0);
    for (std::size_t i = 0; i < std::min(order.size(), static_cast<std::size_t>(count)); ++i) {
        std::swap(order[i], order[i + random.below(static_cast<std::uint32_t>(order.size() - i))]);
    }
    std::vector<std::int64_t> drawn;
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) drawn.push_back(order[i % order.size()]);
    return drawn;
}

/// A block whose first rows are these.
Floats block_of(const TrainingRows& rows, const std::vector<std::int64_t>& chosen)
{
    Floats x(static_cast<std::size_t>(block_rows * rows.columns), 0.0F);
    auto* to = x.data();
    for (const auto row : chosen) to = std::copy_n(rows.x.data() + row * rows.columns, rows.columns, to);
    return x;
}

Floats mean_codes(const Representation& r, const Floats& x)
{
    Codes codes;
    encode_block(r, x.data(), codes);
    Floats z;
    for (const double mean : codes.mean) z.push_back(static_cast<float>(mean));
    return z;
}

/// \param z  [block_rows, units]
Floats decoded(const Representation& r, const Floats& z)
{
    Floats x(static_cast<std::size_t>(block_rows * r.shape.columns));
    decode(r.shape, r.decoder.data(), z.data(), block_rows, x.data());
    return x;
}

void append(PictureTable& table, const Floats& x, std::int64_t first, std::int64_t count, std::int64_t columns)
{
    std::transform(x.begin() + first * columns, x.begin() + (first + count) * columns, std::back_inserter(table.bytes),
                   [](float value) { return static_cast<std::uint8_t>(std::lround(255 * std::clamp(value, 0.0F, 1.0F))); });
    ++table.lines;
}

PictureTable reconstruction(const Representation& r, const TrainingRows& rows, std::uint64_t seed)
{
    const auto x = block_of(rows, drawn_rows(rows.rows, shown_rows, seed));
    PictureTable table{.name = "reconstruction", .columns = shown_rows};
    append(table, x, 0, shown_rows, rows.columns);
    append(table, decoded(r, mean_codes(r, x)), 0, shown_rows, rows.columns);
    return table;
}

/// Rows p (steps) + s: (1 - s/(steps - 1)) of row 2 p and the rest of row 2 p + 1. \param width  of a row
Floats mixtures(const Floats& ends, std::int64_t width)
{
    Floats mixed(static_cast<std::size_t>(block_rows * width), 0.0F);
    for (std::int64_t i = 0; i < pairs * steps; ++i) {
        const auto share = static_cast<float>(i % steps) / static_cast<float>(steps - 1);
        const auto *a = ends.data() + 2 * (i / steps) * width, *b = a + width;
        for (std::int64_t c = 0; c < width; ++c) mixed[static_cast<std::size_t>(i * width + c)] = (1 - share) * a[c] + share * b[c];
    }
    return mixed;
}

PictureTable interpolation(const Representation& r, const TrainingRows& rows, std::uint64_t seed)
{
    const auto x = block_of(rows, drawn_rows(rows.rows, 2 * pairs, seed));
    const auto of_codes = decoded(r, mixtures(mean_codes(r, x), r.shape.units)), of_rows = mixtures(x, rows.columns);
    PictureTable table{.name = "interpolation", .columns = steps};
    for (std::int64_t pair = 0; pair < pairs; ++pair) {
        append(table, of_codes, pair * steps, steps, rows.columns);
        append(table, of_rows, pair * steps, steps, rows.columns);
    }
    return table;
}

/// Codes of random rows, each by a random one of the encoders.
Floats ensemble_draws(const Representation& r, const TrainingRows& rows, RandomStream random)
{
    const auto width = static_cast<std::size_t>(r.shape.units);
    Floats z(static_cast<std::size_t>(block_rows) * width, 0.0F), code(z.size());
    for (std::size_t i = 0; i < static_cast<std::size_t>(drawn_codes); ++i) {
        const auto row = random.below(static_cast<std::uint32_t>(rows.rows)), encoder = random.below(static_cast<std::uint32_t>(r.encoders.size()));
        encode(r.shape, r.encoders[encoder].data(), block_of(rows, {row}).data(), block_rows, code.data());
        std::copy_n(code.begin(), width, z.begin() + static_cast<std::ptrdiff_t>(i * width));
    }
    return z;
}

PictureTable generation(const Representation& r, const TrainingRows& rows, std::uint64_t seed)
{
    RandomStream random(seed, Purpose::representation_rows, of_pictures, 1);
    Floats z(static_cast<std::size_t>(block_rows * r.shape.units), 0.0F);
    if (r.shape.is_variational) std::generate_n(z.begin(), drawn_codes * r.shape.units, [&] { return static_cast<float>(random.normal()); });
    else z = ensemble_draws(r, rows, random);
    const auto x = decoded(r, z);
    PictureTable table{.name = "generation", .columns = drawn_codes / 2};
    for (const auto first : {std::int64_t{0}, drawn_codes / 2}) append(table, x, first, drawn_codes / 2, rows.columns);
    return table;
}

/// Lines of images as one image.
std::vector<std::uint8_t> joined(const PictureTable& table, const ImageShape& image)
{
    const auto line = static_cast<std::size_t>(image.width * image.channels), height = static_cast<std::size_t>(image.height);
    const auto columns = static_cast<std::size_t>(table.columns);
    std::vector<std::uint8_t> bytes(table.bytes.size());
    for (std::size_t at = 0; at < bytes.size() / line; ++at) {  // lines of pixels, as they are stored: [lines, columns, height]
        const auto y = at % height, column = at / height % columns, row = at / height / columns;
        std::copy_n(table.bytes.data() + at * line, line, bytes.data() + ((row * height + y) * columns + column) * line);
    }
    return bytes;
}

}  // namespace

std::optional<ImageShape> image_shape(const Architecture& shape, const std::vector<std::string>& column_names)
{
    ImageShape image = shape.image;
    if (!shape.is_convolutional()) {
        if (column_names.empty()) return std::nullopt;
        const auto& last = column_names.back();
        image = {};
        const int found = std::sscanf(last.c_str(), "pixel_%5ld_%5ld_%5ld", &image.height, &image.width, &image.channels);
        if (found < 2) return std::nullopt;
        if (found == 2) image.channels = 0;
        for (auto* size : {&image.height, &image.width, &image.channels}) ++*size;
        if (image.height * image.width * image.channels != static_cast<std::int64_t>(column_names.size())) return std::nullopt;
        for (std::size_t i = 0; i < column_names.size(); ++i) {
            const auto at = static_cast<std::int64_t>(i), pixel = at / image.channels;
            const auto name = fmt::format("pixel_{}_{}", pixel / image.width, pixel % image.width);
            if (column_names[i] != (found == 2 ? name : fmt::format("{}_{}", name, at % image.channels))) return std::nullopt;
        }
    }
    if (image.channels != 1 && image.channels != 3) return std::nullopt;
    return image;
}

std::vector<PictureTable> pictures_of(const Representation& representation, const TrainingRows& held_out, std::uint64_t seed)
{
    std::vector tables{reconstruction(representation, held_out, seed), interpolation(representation, held_out, seed)};
    if (representation.has_spread) tables.push_back(generation(representation, held_out, seed));
    return tables;
}

std::string pictures_text(const std::vector<PictureTable>& tables, const ImageShape& image)
{
    auto text = nlohmann::ordered_json::array();
    for (const auto& table : tables) {
        const auto file = png(table.lines * image.height, table.columns * image.width, image.channels, joined(table, image));
        text.push_back({{"name", table.name}, {"lines", table.lines}, {"columns", table.columns}, {"height", image.height}, {"width", image.width},
                        {"png", base64(file)}});
    }
    return text.dump();
}

}  // namespace sluice::represent
