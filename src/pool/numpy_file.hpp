#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace sluice::pool {

/// A NumPy array in C order, memory-mapped (.npy) or unpacked (.npz).
struct NumpyArray {
    std::string name;                 ///< file, or file and member, for messages
    char kind = 'f';                  ///< f float, u unsigned, i signed, b bool, S bytes, U UCS-4 text
    std::size_t item_bytes = 4;
    std::vector<std::size_t> shape;
    const std::byte* data = nullptr;
    std::shared_ptr<void> owner;      ///< keeps data alive

    std::size_t rows() const { return shape.empty() ? 1 : shape[0]; }
    /// Elements of one row.
    std::size_t width() const;
    /// Element `i` in C order. Error for a text array.
    double number(std::size_t i) const;
    /// Element `i` of a text or integer array.
    std::string text(std::size_t i) const;
};

/// Error names the file and what is not supported (Fortran order, big endian, object or complex elements, truncated data).
NumpyArray read_npy(const std::filesystem::path& path);
std::map<std::string, NumpyArray> read_npz(const std::filesystem::path& path);

}  // namespace sluice::pool
