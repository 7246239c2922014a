#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace sluice {

/// A picture as a PNG file that every browser shows, its bytes stored and not compressed.
/// \param bytes  [height, width, channels], channels 1 (grey) or 3 (red, green, blue)
/// Source: PNG specification, third edition, W3C 2025; RFC 1950 and 1951 for the stored stream.
std::string png(std::int64_t height, std::int64_t width, std::int64_t channels, std::span<const std::uint8_t> bytes);

/// Bytes as text of 64 characters, padded. Source: RFC 4648 section 4.
std::string base64(std::string_view bytes);

}  // namespace sluice
