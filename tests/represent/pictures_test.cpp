#include "represent/pictures.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <set>

namespace sluice::represent {

namespace {

constexpr ImageShape image{2, 2, 1};

/// Codes are twice the pixels, and the decoder halves them: reconstructions are the rows.
Representation exact(std::vector<float> offsets)
{
    Representation r{.shape = {.columns = 4, .units = 4}};
    for (const float offset : offsets) {
        Floats encoder(20, 0.0F);
        for (std::size_t c = 0; c < 4; ++c) encoder[5 * c] = 2, encoder[16 + c] = offset;
        r.encoders.push_back(encoder);
    }
    r.decoder.assign(20, 0.0F);
    for (std::size_t c = 0; c < 4; ++c) r.decoder[5 * c] = 0.5F;
    r.factor = {3, 3, 3, 3};  // of the latents that are written; decoders know nothing of it
    r.has_spread = offsets.size() > 1;
    return r;
}

/// Row i has pixels of 10 i bytes, and one more in the last.
TrainingRows rows_of_pixels(std::int64_t count)
{
    TrainingRows rows{.rows = count, .columns = 4};
    for (std::int64_t i = 0; i < count; ++i) {
        for (const float byte : {0.0F, 0.0F, 0.0F, 1.0F}) rows.x.push_back((static_cast<float>(10 * i) + byte) / 255);
    }
    return rows;
}

}  // namespace

TEST(Pictures, OfAnExactRepresentationAreRowsAndTheirMixtures)
{
    const auto tables = pictures_of(exact({0}), rows_of_pixels(20), 1);
    ASSERT_EQ(tables.size(), 2U) << "a plain code has no distribution to draw from";
    const auto& rows = tables[0];
    EXPECT_EQ(rows.name, "reconstruction");
    ASSERT_EQ(rows.bytes.size(), 2U * 8 * 4);
    std::set<int> seen;
    for (std::size_t i = 0; i < 32; ++i) EXPECT_EQ(rows.bytes[i], rows.bytes[i + 32]);
    for (std::size_t i = 0; i < 8; ++i) {
        EXPECT_EQ(rows.bytes[4 * i] % 10, 0);
        EXPECT_EQ(rows.bytes[4 * i + 3], rows.bytes[4 * i] + 1);
        seen.insert(rows.bytes[4 * i]);
    }
    EXPECT_EQ(seen.size(), 8U) << "no row twice";

    const auto& between = tables[1];
    EXPECT_EQ(between.lines, 6);
    ASSERT_EQ(between.bytes.size(), 6U * 9 * 4);
    for (std::size_t line = 0; line < 6; ++line) {
        const auto* from = &between.bytes[line * 36];
        const int a = from[0], b = from[32];
        EXPECT_EQ(a, rows.bytes[8 * (line / 2)]) << "from the first of the rows drawn to the second, from the third to the fourth";
        EXPECT_EQ(b, rows.bytes[8 * (line / 2) + 4]);
        for (int s = 0; s < 9; ++s) EXPECT_NEAR(from[4 * s], a + s * (b - a) / 8.0, 0.51);
    }
}

TEST(Pictures, GenerationDrawsRowsAndEncoders)
{
    // The second encoder's codes are brighter by 100 bytes; the mean code's reconstruction is by 50.
    const auto tables = pictures_of(exact({0, 200.0F / 255}), rows_of_pixels(14), 1);
    ASSERT_EQ(tables.size(), 3U);
    EXPECT_EQ(tables[0].bytes[32], tables[0].bytes[0] + 50);
    std::set<int> seen;
    std::size_t brighter = 0;
    ASSERT_EQ(tables[2].bytes.size(), 16U * 4);
    for (std::size_t i = 0; i < 16; ++i) {
        EXPECT_EQ(tables[2].bytes[4 * i] % 10, 0) << "by one encoder, not by the mean of both";
        seen.insert(tables[2].bytes[4 * i]);
        brighter += tables[2].bytes[4 * i] > 130;
    }
    EXPECT_GT(seen.size(), 6U);
    EXPECT_GT(brighter, 0U);
}

TEST(Pictures, OfAVariationalCodeAreDrawsOfItsPrior)
{
    Representation r = exact({0});
    r.shape.is_variational = r.has_spread = true;
    r.encoders = {Floats(40, 0.0F)};
    for (std::size_t c = 16; c < 20; ++c) r.decoder[c] = 0.5F;  // around which draws of deviation 1 are halved
    const auto tables = pictures_of(r, rows_of_pixels(14), 1);
    ASSERT_EQ(tables.size(), 3U);
    std::size_t inside = 0;
    double sum = 0;
    for (const auto byte : tables[2].bytes) inside += byte > 0 && byte < 255, sum += byte;
    EXPECT_NEAR(static_cast<double>(inside) / 64, 0.683, 0.25) << "within one deviation";
    EXPECT_NEAR(sum / 64, 127.5, 4 * 100.0 / 8);
}

TEST(Pictures, ShapesAreThoseThatColumnsAreNamedBy)
{
    const Architecture dense{.columns = 6, .units = 2};
    const auto grey = image_shape(dense, {"pixel_0_0", "pixel_0_1", "pixel_0_2", "pixel_1_0", "pixel_1_1", "pixel_1_2"});
    ASSERT_TRUE(grey);
    EXPECT_EQ(grey->height, 2);
    EXPECT_EQ(grey->width, 3);
    EXPECT_EQ(grey->channels, 1);
    const auto colour = image_shape(dense, {"pixel_0_0_0", "pixel_0_0_1", "pixel_0_0_2", "pixel_0_1_0", "pixel_0_1_1", "pixel_0_1_2"});
    ASSERT_TRUE(colour);
    EXPECT_EQ(colour->width, 2);
    EXPECT_EQ(colour->channels, 3);
    EXPECT_FALSE(image_shape(dense, {"pixel_0_0", "pixel_0_2", "pixel_0_1"})) << "not in order";
    EXPECT_FALSE(image_shape(dense, {"bit_0", "bit_1"}));
    EXPECT_FALSE(image_shape(dense, {}));
    Architecture convolutional{.columns = 48, .units = 2, .image = {4, 4, 3}, .filters = {4}, .decoder_filters = {4}};
    EXPECT_EQ(image_shape(convolutional, {"x"})->height, 4);
    convolutional.image.channels = 5;
    EXPECT_FALSE(image_shape(convolutional, {}));
}

TEST(Pictures, TextHasOnePictureOfAllWithoutGaps)
{
    PictureTable table{.name = "reconstruction", .lines = 2, .columns = 2};
    for (std::uint8_t i = 0; i < 16; ++i) table.bytes.push_back(i);
    const auto text = nlohmann::json::parse(pictures_text({table}, image));
    EXPECT_EQ(text[0]["lines"], 2);
    EXPECT_EQ(text[0]["height"], 2);
    PictureTable whole{.name = "reconstruction", .lines = 1, .columns = 1, .bytes = {0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15}};
    EXPECT_EQ(text[0]["png"], nlohmann::json::parse(pictures_text({whole}, {4, 4, 1}))[0]["png"]);
}

}  // namespace sluice::represent
