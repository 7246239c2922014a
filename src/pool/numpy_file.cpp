#include "pool/numpy_file.hpp"

#include "base/error.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

#include <cstdint>
#include <cstring>
#include <regex>

namespace sluice::pool {

namespace {

/// The format: 6 magic bytes, 2 of version, header length (2 bytes in version 1, else 4), and the header, a Python dict literal.
/// Source: NumPy enhancement proposal 1.
NumpyArray parse_npy(const std::string& name, const std::byte* bytes, std::size_t size, std::shared_ptr<void> owner)
{
    const auto* text = reinterpret_cast<const char*>(bytes);
    if (size < 12 || std::memcmp(text, "\x93NUMPY", 6) != 0) fail("{}: not a NumPy array file", name);
    const bool long_header = text[6] > 1;
    std::uint32_t header_size = 0;
    std::memcpy(&header_size, text + 8, long_header ? 4 : 2);
    const std::size_t header_begin = long_header ? 12 : 10;
    if (header_begin + header_size > size) fail("{}: truncated", name);
    const std::string header(text + header_begin, header_size);

    static const std::regex pattern(R"('descr':\s*'([<>|=])([a-zA-Z])(\d+)',\s*'fortran_order':\s*(True|False),\s*'shape':\s*\(([^)]*)\))");
    std::smatch match;
    if (!std::regex_search(header, match, pattern)) fail("{}: element type is not supported; allowed: floats, integers, booleans, text", name);
    NumpyArray array;
    array.name = name;
    array.kind = match[2].str()[0];
    array.item_bytes = std::stoul(match[3]) * (array.kind == 'U' ? 4 : 1);
    if (match[1] == ">" && array.item_bytes > 1) fail("{}: big-endian; save it again with .astype(array.dtype.newbyteorder('<'))", name);
    if (std::string("fuibSU").find(array.kind) == std::string::npos) fail("{}: element type '{}' is not supported; allowed: floats, integers, booleans, text", name, array.kind);
    static const std::regex number(R"(\d+)");
    const std::string shape = match[5];
    for (std::sregex_iterator it(shape.begin(), shape.end(), number), end; it != end; ++it) array.shape.push_back(std::stoul(it->str()));
    if (match[4] == "True" && array.shape.size() > 1) fail("{}: in Fortran order; save it again with numpy.ascontiguousarray", name);
    array.data = bytes + header_begin + header_size;
    array.owner = std::move(owner);
    const std::size_t there = size - header_begin - header_size;
    std::size_t needed = array.item_bytes;
    bool overflows = false;
    for (const auto extent : array.shape) overflows = __builtin_mul_overflow(needed, extent, &needed) || overflows;
    if (overflows) fail("{}: damaged: no array can be of shape ({})", name, shape);
    if (needed > there) fail("{}: truncated: {} bytes of data where {} are needed", name, there, needed);
    return array;
}

}  // namespace

std::size_t NumpyArray::width() const
{
    std::size_t product = 1;
    for (std::size_t i = 1; i < shape.size(); ++i) product *= shape[i];
    return product;
}

template <typename T>
static double element(const std::byte* data, std::size_t i)
{
    T value;
    std::memcpy(&value, data + i * sizeof(T), sizeof(T));
    return static_cast<double>(value);
}

double NumpyArray::number(std::size_t i) const
{
    switch (kind) {
        case 'f':
            if (item_bytes == 2) return element<_Float16>(data, i);
            if (item_bytes == 4) return element<float>(data, i);
            if (item_bytes == 8) return element<double>(data, i);
            break;
        case 'b': return element<std::uint8_t>(data, i);
        case 'u':
            if (item_bytes == 1) return element<std::uint8_t>(data, i);
            if (item_bytes == 2) return element<std::uint16_t>(data, i);
            if (item_bytes == 4) return element<std::uint32_t>(data, i);
            if (item_bytes == 8) return element<std::uint64_t>(data, i);
            break;
        case 'i':
            if (item_bytes == 1) return element<std::int8_t>(data, i);
            if (item_bytes == 2) return element<std::int16_t>(data, i);
            if (item_bytes == 4) return element<std::int32_t>(data, i);
            if (item_bytes == 8) return element<std::int64_t>(data, i);
            break;
        default: break;
    }
    fail("{}: elements are not numbers (kind '{}', {} bytes)", name, kind, item_bytes);
}

std::string NumpyArray::text(std::size_t i) const
{
    const char* begin = reinterpret_cast<const char*>(data + i * item_bytes);
    if (kind == 'S') return std::string(begin, strnlen(begin, item_bytes));
    if (kind == 'U') {
        std::string utf8;
        for (std::size_t k = 0; k < item_bytes / 4; ++k) {
            std::uint32_t c;
            std::memcpy(&c, begin + 4 * k, 4);
            if (c == 0) break;
            if (c < 0x80) {
                utf8 += static_cast<char>(c);
            } else if (c < 0x800) {
                utf8 += {static_cast<char>(0xC0 | (c >> 6)), static_cast<char>(0x80 | (c & 0x3F))};
            } else if (c < 0x10000) {
                utf8 += {static_cast<char>(0xE0 | (c >> 12)), static_cast<char>(0x80 | ((c >> 6) & 0x3F)), static_cast<char>(0x80 | (c & 0x3F))};
            } else {
                utf8 += {static_cast<char>(0xF0 | (c >> 18)), static_cast<char>(0x80 | ((c >> 12) & 0x3F)), static_cast<char>(0x80 | ((c >> 6) & 0x3F)),
                         static_cast<char>(0x80 | (c & 0x3F))};
            }
        }
        return utf8;
    }
    if ((kind == 'i' || kind == 'u') && item_bytes == 8) {  // not by way of a double, which has 53 bits
        std::int64_t value;
        std::memcpy(&value, begin, sizeof(value));
        return kind == 'i' ? std::to_string(value) : std::to_string(static_cast<std::uint64_t>(value));
    }
    return fmt::format("{:.0f}", number(i));
}

NumpyArray read_npy(const std::filesystem::path& path)
{
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) fail("{}: cannot be read: {}", path.string(), std::strerror(errno));
    struct stat status = {};
    ::fstat(descriptor, &status);
    const auto size = static_cast<std::size_t>(status.st_size);
    void* mapped = size == 0 ? MAP_FAILED : ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    ::close(descriptor);
    if (size == 0) fail("{}: not a NumPy array file (empty)", path.string());
    if (mapped == MAP_FAILED) fail("{}: cannot be mapped into memory", path.string());
    return parse_npy(path.string(), static_cast<const std::byte*>(mapped), size, std::shared_ptr<void>(mapped, [size](void* p) { ::munmap(p, size); }));
}

std::map<std::string, NumpyArray> read_npz(const std::filesystem::path& path)
{
    int code = 0;
    const std::unique_ptr<zip_t, int (*)(zip_t*)> archive(zip_open(path.c_str(), ZIP_RDONLY, &code), zip_close);
    if (!archive) {
        zip_error_t error;
        zip_error_init_with_code(&error, code);
        const std::string why = zip_error_strerror(&error);
        zip_error_fini(&error);
        fail("{}: cannot be opened as a NumPy archive: {}", path.string(), why);
    }
    std::map<std::string, NumpyArray> arrays;
    for (zip_int64_t i = 0; i < zip_get_num_entries(archive.get(), 0); ++i) {
        zip_stat_t entry;
        zip_stat_index(archive.get(), static_cast<zip_uint64_t>(i), 0, &entry);
        std::string key = entry.name;
        if (key.ends_with(".npy")) key.resize(key.size() - 4);
        const auto label = fmt::format("{}: {}", path.string(), key);
        auto buffer = std::make_shared<std::vector<std::byte>>(entry.size);
        const std::unique_ptr<zip_file_t, int (*)(zip_file_t*)> member(zip_fopen_index(archive.get(), static_cast<zip_uint64_t>(i), 0), zip_fclose);
        if (!member || zip_fread(member.get(), buffer->data(), entry.size) != static_cast<zip_int64_t>(entry.size)) fail("{}: cannot be unpacked; the file is damaged", label);
        char beyond = 0;  // libzip compares the checksum when it is asked for more than there is
        if (zip_fread(member.get(), &beyond, 1) != 0) fail("{}: checksum differs; the file is damaged", label);
        arrays[key] = parse_npy(label, buffer->data(), buffer->size(), buffer);
    }
    return arrays;
}

}  // namespace sluice::pool
