#pragma once

#include "parallel/tiling.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace sluice::pool {

/// Rows of fixed size in a part of a file that holds nothing else, read by any thread at any time, past MPI-IO. Not copyable; closes at the end.
class RowFile {
public:
    /// \param offset  of row 0, bytes
    RowFile(std::string path, std::uint64_t offset, std::size_t row_bytes);
    ~RowFile();
    RowFile(const RowFile&) = delete;
    RowFile& operator=(const RowFile&) = delete;

    /// Error if the file cannot be read, or ends before the rows do.
    void read(RowId first, RowId count, std::byte* out) const;
    /// Says that these rows will be read soon: the system reads them in the background.
    void expect(RowId first, RowId count) const;

private:
    std::string path_;
    std::uint64_t offset_;
    std::size_t row_bytes_;
    int descriptor_;
};

}  // namespace sluice::pool
