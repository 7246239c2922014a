#pragma once

#include "parallel/communicator.hpp"

#include <hdf5.h>

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// A thin layer over parallel HDF5: handles that close themselves, and failures that name the call, the file and HDF5's own reason.
/// On a file opened with a communicator every call is collective: all its ranks make it, in the same order, with zero rows if they have none.
namespace sluice::hdf5 {

class Handle {
public:
    using Close = herr_t (*)(hid_t);
    Handle() = default;
    Handle(hid_t id, Close close) : id_(id), close_(close) {}
    Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, -1)), close_(other.close_) {}
    Handle& operator=(Handle&& other) noexcept
    {
        std::swap(id_, other.id_);
        std::swap(close_, other.close_);
        return *this;
    }
    ~Handle()
    {
        if (id_ >= 0) close_(id_);
    }
    operator hid_t() const { return id_; }
    hid_t release() { return std::exchange(id_, -1); }

private:
    hid_t id_ = -1;
    Close close_ = nullptr;
};

/// Bytes that a small file has beside its data, generously.
constexpr std::size_t overhead = std::size_t{1} << 15;

enum class Type { float32, float64, float16, uint8, uint64, int64, text, other };

/// An open file. Errors name it.
class File {
public:
    /// Creates (truncates) a file that all ranks write.
    static File create(const std::filesystem::path& path, const Communicator& ranks);
    /// Opens a file that all ranks read. Error if it is missing, truncated or not HDF5.
    static File open(const std::filesystem::path& path, const Communicator& ranks);
    /// Opens for reading on this rank alone.
    static File open(const std::filesystem::path& path);

    /// Closes, and brings what this rank has written to the disk; a failure (disk full) is an Error. With all ranks done, all is there.
    void close();

    bool has(const std::string& name) const;
    /// Extent of a data set, outermost first.
    std::vector<hsize_t> shape(const std::string& dataset) const;
    /// Element type; Error for strings of variable length.
    Type type(const std::string& dataset) const;
    /// Where in the file the rows of a data set follow one another with nothing between, as `memory_type` has them in memory; nothing if they do not.
    std::optional<std::uint64_t> contiguous_offset(const std::string& dataset, Type memory_type) const;
    /// Whether the elements are integers or floats of any size.
    bool holds_numbers(const std::string& dataset) const;

    /// \param shape  outermost first; \param text_size  bytes of a fixed-length string, for Type::text
    void create_dataset(const std::string& name, Type type, const std::vector<hsize_t>& shape, std::size_t text_size = 0);

    /// Rows [first, first + count) of the outermost dimension, converted to or from the element type in memory, in pieces below 1 GB.
    void write_rows(const std::string& dataset, Type memory_type, RowId first, RowId count, const void* data);
    void read_rows(const std::string& dataset, Type memory_type, RowId first, RowId count, void* data) const;

    /// All elements of a one-dimensional data set, on this rank.
    template <typename T>
    std::vector<T> read_all(const std::string& dataset, Type memory_type) const
    {
        std::vector<T> all(elements(dataset));
        read_rows(dataset, memory_type, 0, static_cast<RowId>(shape(dataset)[0]), all.data());
        return all;
    }

    /// Bytes of each string of a data set of fixed-length strings.
    std::size_t text_size(const std::string& dataset) const;
    /// Strings of fixed length of a one-dimensional data set, of some rows in any order, or of all.
    std::vector<std::string> read_texts(const std::string& dataset, const std::vector<RowId>& rows) const;
    std::vector<std::string> read_texts(const std::string& dataset) const;
    /// Creates and writes a data set of strings: all ranks give the same, the one that says `write` writes them.
    void write_texts(const std::string& dataset, const std::vector<std::string>& texts, bool write);

    bool has_attribute(const std::string& name) const;
    void set_attribute(const std::string& name, std::int64_t value);
    void set_attribute(const std::string& name, const std::string& value);
    std::int64_t whole_attribute(const std::string& name) const;
    std::string text_attribute(const std::string& name) const;

    const std::string& path() const { return path_; }

private:
    File(std::string path, Handle file, bool is_parallel) : path_(std::move(path)), file_(std::move(file)), is_parallel_(is_parallel) {}
    Handle open_dataset(const std::string& name) const;
    std::size_t elements(const std::string& dataset) const;

    std::string path_;
    Handle file_;
    bool is_parallel_ = false;
};

}  // namespace sluice::hdf5
