#include "base/png.hpp"

#include <algorithm>

namespace sluice {

namespace {

void append_number(std::string& text, std::uint32_t value)
{
    for (const int shift : {24, 16, 8, 0}) text += static_cast<char>((value >> shift) & 0xFF);
}

std::uint32_t crc32(std::string_view bytes)
{
    std::uint32_t crc = 0xFFFFFFFF;
    for (const char byte : bytes) {
        crc ^= static_cast<unsigned char>(byte);
        for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xEDB88320U : 0U);
    }
    return ~crc;
}

std::uint32_t adler32(std::string_view bytes)
{
    std::uint32_t a = 1, b = 0;
    for (const char byte : bytes) {
        a = (a + static_cast<unsigned char>(byte)) % 65521;
        b = (b + a) % 65521;
    }
    return (b << 16) | a;
}

std::string chunk(const std::string& kind, const std::string& data)
{
    std::string text;
    append_number(text, static_cast<std::uint32_t>(data.size()));
    text += kind + data;
    append_number(text, crc32(kind + data));
    return text;
}

/// A zlib stream of stored blocks.
std::string stored(const std::string& bytes)
{
    constexpr std::size_t longest = 65535;
    std::string text = "\x78\x01";
    for (std::size_t at = 0; at < bytes.size(); at += longest) {
        const auto size = std::min(longest, bytes.size() - at);
        text += static_cast<char>(at + size == bytes.size() ? 1 : 0);
        for (const auto length : {size, ~size}) text += {static_cast<char>(length & 0xFF), static_cast<char>((length >> 8) & 0xFF)};
        text += bytes.substr(at, size);
    }
    append_number(text, adler32(bytes));
    return text;
}

}  // namespace

std::string png(std::int64_t height, std::int64_t width, std::int64_t channels, std::span<const std::uint8_t> bytes)
{
    std::string header;
    append_number(header, static_cast<std::uint32_t>(width));
    append_number(header, static_cast<std::uint32_t>(height));
    header += {8, static_cast<char>(channels == 3 ? 2 : 0), 0, 0, 0};  // bits, kind of colour, compression, filters, interlace
    std::string lines;
    const auto line = static_cast<std::size_t>(width * channels);
    for (std::size_t at = 0; at < bytes.size(); at += line) {
        lines += '\0';  // no filter
        lines.append(bytes.begin() + static_cast<std::ptrdiff_t>(at), bytes.begin() + static_cast<std::ptrdiff_t>(at + line));
    }
    return "\x89PNG\r\n\x1A\n" + chunk("IHDR", header) + chunk("IDAT", stored(lines)) + chunk("IEND", "");
}

std::string base64(std::string_view bytes)
{
    constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        std::uint32_t word = 0;
        for (std::size_t i = 0; i < 3; ++i) word = (word << 8) | (at + i < bytes.size() ? static_cast<unsigned char>(bytes[at + i]) : 0U);
        for (std::size_t i = 0; i < 4; ++i) text += at + i <= bytes.size() ? digits[(word >> (18 - 6 * i)) & 63] : '=';
    }
    return text;
}

}  // namespace sluice
