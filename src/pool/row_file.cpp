#include "pool/row_file.hpp"

#include "base/error.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace sluice::pool {

RowFile::RowFile(std::string path, std::uint64_t offset, std::size_t row_bytes)
    : path_(std::move(path)), offset_(offset), row_bytes_(row_bytes), descriptor_(::open(path_.c_str(), O_RDONLY | O_CLOEXEC))
{
    if (descriptor_ < 0) fail("{}: {}", path_, std::strerror(errno));
}

RowFile::~RowFile()
{
    ::close(descriptor_);
}

void RowFile::read(RowId first, RowId count, std::byte* out) const
{
    auto left = static_cast<std::size_t>(count) * row_bytes_;
    auto at = static_cast<off_t>(offset_ + static_cast<std::uint64_t>(first) * row_bytes_);
    while (left > 0) {
        const auto got = ::pread(descriptor_, out, left, at);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) fail("{}: /features cannot be read: {}", path_, std::strerror(errno));
        if (got == 0) fail("{}: ends within /features: the file has been cut short", path_);
        out += got;
        at += got;
        left -= static_cast<std::size_t>(got);
    }
}

void RowFile::expect(RowId first, RowId count) const
{
    // Only advice: where a file system does not take it, reads wait longer.
    ::posix_fadvise(descriptor_, static_cast<off_t>(offset_ + static_cast<std::uint64_t>(first) * row_bytes_), static_cast<off_t>(static_cast<std::size_t>(count) * row_bytes_),
                    POSIX_FADV_WILLNEED);
}

}  // namespace sluice::pool
