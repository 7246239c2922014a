#include "base/png.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace sluice {

TEST(Base64, IsThatOfTheStandardsExamples)   // RFC 4648 section 10
{
    EXPECT_EQ(base64(""), "");
    EXPECT_EQ(base64("f"), "Zg==");
    EXPECT_EQ(base64("fo"), "Zm8=");
    EXPECT_EQ(base64("foo"), "Zm9v");
    EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
}

TEST(Png, OfAFewPixelsIsTheFileThatAnotherWriterMakes)   // one in Python, with the checksums of its zlib, which reads the stream back
{
    const std::vector<std::uint8_t> pixels = {0, 128, 255, 7, 77, 177};
    EXPECT_EQ(base64(png(2, 3, 1, pixels)), "iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAAAAAC4HznGAAAAE0lEQVR4AQEIAPf/AACA/wAHTbEJYwKFveEC1wAAAABJRU5ErkJggg==");
    EXPECT_EQ(base64(png(1, 2, 3, pixels)), "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAIAAAB7QOjdAAAAEklEQVR4AQEHAPj/AACA/wdNsQfjAoVVlA92AAAAAElFTkSuQmCC");
}

TEST(Png, LongerThanOneStoredBlockHasSeveral)
{
    const std::vector<std::uint8_t> pixels(70000, 5);
    const auto file = png(100, 700, 1, pixels);
    constexpr std::size_t signature_and_header = 8 + 25, chunk = 12, stream = 2 + 2 * 5 + 100 * 701 + 4;
    EXPECT_EQ(file.size(), signature_and_header + chunk + stream + chunk);
    const auto block = signature_and_header + 8 + 2;
    EXPECT_EQ(file.substr(block, 5), std::string("\x00\xFF\xFF\x00\x00", 5)) << "65,535 bytes, and it is not the last";
    EXPECT_EQ(file.substr(block + 5 + 65535, 5), std::string("\x01\xD5\x11\x2A\xEE", 5)) << "the other 4,565";
}

}  // namespace sluice
