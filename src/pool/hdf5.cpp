#include "pool/hdf5.hpp"

#include "base/error.hpp"
#include "base/files.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <numeric>

#include <semaphore.h>
#include <unistd.h>

namespace sluice::hdf5 {

namespace {

constexpr std::size_t piece_bytes = std::size_t{1} << 29;

void silence_hdf5()
{
    static const herr_t once = H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
    (void)once;
}

/// The innermost reason on HDF5's error stack.
std::string reason()
{
    std::string text = "no reason given";
    H5Ewalk2(
        H5E_DEFAULT, H5E_WALK_UPWARD,
        [](unsigned depth, const H5E_error2_t* error, void* to) -> herr_t {
            if (depth == 0 && error->desc != nullptr) *static_cast<std::string*>(to) = error->desc;
            return 0;
        },
        &text);
    return text;
}

template <typename Status>
Status check(Status status, const std::string& path, const char* call)
{
    if (status < 0) fail("{}: HDF5: {}: {}", path, call, reason());
    return status;
}

#define CHECKED(call, path) check((call), (path), std::string(#call).substr(0, std::string(#call).find('(')).c_str())

/// Before HDF5 and MPI try: their words for it are many, and come from every rank.
void check_can_be_read(const std::filesystem::path& path)
{
    if (std::filesystem::is_directory(path)) fail("{}: is a folder, not a file", path.string());
    if (::access(path.c_str(), R_OK) != 0) fail("{}: cannot be read: {}", path.string(), std::strerror(errno));
}

[[noreturn]] void fail_to_open(const std::filesystem::path& path)
{
    const auto why = reason();
    if (H5Fis_hdf5(path.c_str()) <= 0) fail("{}: not an HDF5 file", path.string());
    fail("{}: truncated or damaged; copy or make it again ({})", path.string(), why);
}

Handle parallel_access(const Communicator& ranks)
{
    Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
    H5Pset_fapl_mpio(access, ranks.raw(), MPI_INFO_NULL);
    H5Pset_all_coll_metadata_ops(access, true);
    H5Pset_coll_metadata_write(access, true);
    // Headers in one piece: written together from both sides of data, they leave whatever was in memory in the gaps between (Open MPI 4.1), other bytes in every run.
    H5Pset_meta_block_size(access, 16384);
    return access;
}

Handle float16_type()
{
    Handle type(H5Tcopy(H5T_IEEE_F32LE), H5Tclose);
    H5Tset_fields(type, 15, 10, 5, 0, 10);
    H5Tset_size(type, 2);
    H5Tset_ebias(type, 15);
    return type;
}

Handle text_type(std::size_t size)
{
    Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
    H5Tset_size(type, std::max<std::size_t>(size, 1));
    H5Tset_strpad(type, H5T_STR_NULLPAD);
    return type;
}

Handle make_type(Type type, std::size_t text_size)
{
    switch (type) {
        case Type::float32: return Handle(H5Tcopy(H5T_IEEE_F32LE), H5Tclose);
        case Type::float64: return Handle(H5Tcopy(H5T_IEEE_F64LE), H5Tclose);
        case Type::float16: return float16_type();
        case Type::uint8: return Handle(H5Tcopy(H5T_STD_U8LE), H5Tclose);
        case Type::uint64: return Handle(H5Tcopy(H5T_STD_U64LE), H5Tclose);
        case Type::int64: return Handle(H5Tcopy(H5T_STD_I64LE), H5Tclose);
        case Type::text: return text_type(text_size);
        case Type::other: break;
    }
    fail("HDF5: unknown element type");
}

/// Whether an attribute holds one value and not a list.
bool is_single(hid_t attribute)
{
    const Handle space(H5Aget_space(attribute), H5Sclose);
    return H5Sget_simple_extent_npoints(space) == 1;
}

std::size_t row_elements(const std::vector<hsize_t>& shape)
{
    return std::accumulate(shape.begin() + 1, shape.end(), std::size_t{1}, [](std::size_t a, hsize_t b) { return a * b; });
}

/// Calls transfer(file space, memory space, row offset) for pieces of the rows; at least once, so that collective calls match.
template <typename Transfer>
void in_pieces(hid_t dataset, const std::vector<hsize_t>& shape, std::size_t row_bytes, RowId first, RowId count, RowId pieces, const Transfer& transfer)
{
    const auto rows_per_piece = static_cast<RowId>(std::max<std::size_t>(1, piece_bytes / std::max<std::size_t>(row_bytes, 1)));
    for (RowId i = 0; i < pieces; ++i) {
        const RowId begin = std::min(i * rows_per_piece, count);
        const RowId rows = std::min(rows_per_piece, count - begin);
        std::vector<hsize_t> start(shape.size(), 0), extent(shape);
        start[0] = static_cast<hsize_t>(first + begin);
        extent[0] = static_cast<hsize_t>(rows);
        const Handle file_space(H5Dget_space(dataset), H5Sclose);
        const Handle memory_space(H5Screate_simple(static_cast<int>(shape.size()), extent.data(), nullptr), H5Sclose);
        if (rows == 0) {
            H5Sselect_none(file_space);
            H5Sselect_none(memory_space);
        } else {
            H5Sselect_hyperslab(file_space, H5S_SELECT_SET, start.data(), nullptr, extent.data(), nullptr);
        }
        transfer(file_space, memory_space, begin);
    }
}

RowId pieces_of(std::size_t row_bytes, RowId count)
{
    const auto rows_per_piece = static_cast<RowId>(std::max<std::size_t>(1, piece_bytes / std::max<std::size_t>(row_bytes, 1)));
    return std::max<RowId>(1, (count + rows_per_piece - 1) / rows_per_piece);
}

/// Open MPI guards a shared file pointer, which nobody uses here, by a semaphore of the node that has no more of a file's path than its name (sharedfp/sm). A process that is killed
/// while it opens a file leaves it taken, and whoever opens a file of that name later waits for ever. Without its name, those that have it open keep it, and others get a new one.
void forget_left_semaphore(const std::filesystem::path& path, const Communicator& ranks)
{
    if (ranks.is_root()) ::sem_unlink(("/OMPIO_" + path.filename().string()).c_str());
}

}  // namespace

File File::create(const std::filesystem::path& path, const Communicator& ranks)
{
    silence_hdf5();
    forget_left_semaphore(path, ranks);
    const Handle access = parallel_access(ranks);
    return File(path.string(), Handle(CHECKED(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access), path.string()), H5Fclose), true);
}

File File::open(const std::filesystem::path& path, const Communicator& ranks)
{
    silence_hdf5();
    check_can_be_read(path);
    forget_left_semaphore(path, ranks);
    const Handle access = parallel_access(ranks);
    Handle file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, access), H5Fclose);
    if (file < 0) fail_to_open(path);
    return File(path.string(), std::move(file), true);
}

File File::open(const std::filesystem::path& path)
{
    silence_hdf5();
    check_can_be_read(path);
    Handle file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
    if (file < 0) fail_to_open(path);
    return File(path.string(), std::move(file), false);
}

void File::close()
{
    // Without a flush before: that syncs on every rank, and then the superblock is written once more and has to be synced again.
    CHECKED(H5Fclose(file_.release()), path_);
    sync_file(path_);
}

bool File::has(const std::string& name) const
{
    return H5Lexists(file_, name.c_str(), H5P_DEFAULT) > 0;
}

Handle File::open_dataset(const std::string& name) const
{
    if (!has(name)) fail("{}: no data set {}", path_, name);
    Handle object(CHECKED(H5Oopen(file_, name.c_str(), H5P_DEFAULT), path_), H5Oclose);
    if (H5Iget_type(object) != H5I_DATASET) fail("{}: {} is not a data set", path_, name);
    return object;
}

std::vector<hsize_t> File::shape(const std::string& dataset) const
{
    const Handle data = open_dataset(dataset);
    const Handle space(CHECKED(H5Dget_space(data), path_), H5Sclose);
    std::vector<hsize_t> extent(static_cast<std::size_t>(H5Sget_simple_extent_ndims(space)));
    H5Sget_simple_extent_dims(space, extent.data(), nullptr);
    return extent;
}

std::size_t File::elements(const std::string& dataset) const
{
    const auto extent = shape(dataset);
    return std::accumulate(extent.begin(), extent.end(), std::size_t{1}, [](std::size_t a, hsize_t b) { return a * b; });
}

Type File::type(const std::string& dataset) const
{
    const Handle data = open_dataset(dataset);
    const Handle type(H5Dget_type(data), H5Tclose);
    const auto size = H5Tget_size(type);
    switch (H5Tget_class(type)) {
        case H5T_FLOAT:
            if (size == 2) return Type::float16;
            if (size == 4) return Type::float32;
            if (size == 8) return Type::float64;
            break;
        case H5T_INTEGER:
            if (size == 1 && H5Tget_sign(type) == H5T_SGN_NONE) return Type::uint8;
            if (size == 8) return H5Tget_sign(type) == H5T_SGN_NONE ? Type::uint64 : Type::int64;
            break;
        case H5T_STRING:
            if (H5Tis_variable_str(type) > 0) fail("{}: {} holds strings of variable length; write them with a fixed length (numpy dtype 'S')", path_, dataset);
            return Type::text;
        default: break;
    }
    return Type::other;
}

std::optional<std::uint64_t> File::contiguous_offset(const std::string& dataset, Type memory_type) const
{
    const Handle data = open_dataset(dataset);
    const Handle stored(H5Dget_type(data), H5Tclose), wanted = make_type(memory_type, 0), plan(H5Dget_create_plist(data), H5Pclose);
    const auto offset = H5Dget_offset(data);
    if (H5Pget_layout(plan) != H5D_CONTIGUOUS || H5Tequal(stored, wanted) <= 0 || offset == HADDR_UNDEF) return {};
    return offset;
}

bool File::holds_numbers(const std::string& dataset) const
{
    const Handle data = open_dataset(dataset);
    const Handle type(H5Dget_type(data), H5Tclose);
    return H5Tget_class(type) == H5T_FLOAT || H5Tget_class(type) == H5T_INTEGER;
}

void File::create_dataset(const std::string& name, Type type, const std::vector<hsize_t>& shape, std::size_t text_size)
{
    const Handle space(H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr), H5Sclose);
    const Handle creation(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
    H5Pset_fill_time(creation, H5D_FILL_TIME_NEVER);
    H5Pset_obj_track_times(creation, false);  // so that files with the same content have the same bytes
    const Handle data(CHECKED(H5Dcreate2(file_, name.c_str(), make_type(type, text_size), space, H5P_DEFAULT, creation, H5P_DEFAULT), path_), H5Dclose);
}

void File::write_rows(const std::string& dataset, Type memory_type, RowId first, RowId count, const void* data)
{
    const Handle target = open_dataset(dataset);
    const Handle file_type(H5Dget_type(target), H5Tclose);
    const Handle type = make_type(memory_type, memory_type == Type::text ? H5Tget_size(file_type) : 0);
    const auto extent = shape(dataset);
    const std::size_t row_bytes = row_elements(extent) * H5Tget_size(type);
    const Handle transfer(H5Pcreate(H5P_DATASET_XFER), H5Pclose);
    H5Pset_dxpl_mpio(transfer, H5FD_MPIO_INDEPENDENT);
    in_pieces(target, extent, row_bytes, first, count, pieces_of(row_bytes, count), [&](hid_t file_space, hid_t memory_space, RowId begin) {
        const auto* from = static_cast<const std::byte*>(data) + static_cast<std::size_t>(begin) * row_bytes;
        if (H5Dwrite(target, type, memory_space, file_space, transfer, from) < 0) fail("{}: {} cannot be written: {}", path_, dataset, reason());
    });
}

void File::read_rows(const std::string& dataset, Type memory_type, RowId first, RowId count, void* data) const
{
    const Handle source = open_dataset(dataset);
    const Handle file_type(H5Dget_type(source), H5Tclose);
    const Handle type = make_type(memory_type, memory_type == Type::text ? H5Tget_size(file_type) : 0);
    const auto extent = shape(dataset);
    const std::size_t row_bytes = row_elements(extent) * H5Tget_size(type);
    in_pieces(source, extent, row_bytes, first, count, pieces_of(row_bytes, count), [&](hid_t file_space, hid_t memory_space, RowId begin) {
        auto* to = static_cast<std::byte*>(data) + static_cast<std::size_t>(begin) * row_bytes;
        if (H5Dread(source, type, memory_space, file_space, H5P_DEFAULT, to) < 0) fail("{}: {} cannot be read: {}", path_, dataset, reason());
    });
}

std::size_t File::text_size(const std::string& dataset) const
{
    const Handle source = open_dataset(dataset);
    const Handle file_type(H5Dget_type(source), H5Tclose);
    return H5Tget_size(file_type);
}

std::vector<std::string> File::read_texts(const std::string& dataset, const std::vector<RowId>& rows) const
{
    const std::size_t size = text_size(dataset);
    std::vector<std::string> texts;
    for (const RowId row : rows) {
        std::string text(size, '\0');
        read_rows(dataset, Type::text, row, 1, text.data());
        texts.emplace_back(text.c_str());
    }
    return texts;
}

std::vector<std::string> File::read_texts(const std::string& dataset) const
{
    if (type(dataset) != Type::text || shape(dataset).size() != 1) fail("{}: {} must be a list of strings", path_, dataset);
    const std::size_t size = text_size(dataset);
    const std::size_t count = elements(dataset);
    std::string all(size * count, '\0');
    read_rows(dataset, Type::text, 0, static_cast<RowId>(count), all.data());
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < count; ++i) texts.emplace_back(std::string(all.data() + i * size, size).c_str());
    return texts;
}

void File::write_texts(const std::string& dataset, const std::vector<std::string>& texts, bool write)
{
    std::size_t size = 1;
    for (const auto& text : texts) size = std::max(size, text.size());
    create_dataset(dataset, Type::text, {texts.size()}, size);
    std::string all(size * texts.size(), '\0');
    for (std::size_t i = 0; i < texts.size(); ++i) std::copy(texts[i].begin(), texts[i].end(), all.begin() + static_cast<std::ptrdiff_t>(i * size));
    write_rows(dataset, Type::text, 0, write ? static_cast<RowId>(texts.size()) : 0, all.data());
}

bool File::has_attribute(const std::string& name) const
{
    return H5Aexists(file_, name.c_str()) > 0;
}

void File::set_attribute(const std::string& name, std::int64_t value)
{
    const Handle space(H5Screate(H5S_SCALAR), H5Sclose);
    const Handle attribute(CHECKED(H5Acreate2(file_, name.c_str(), H5T_STD_I64LE, space, H5P_DEFAULT, H5P_DEFAULT), path_), H5Aclose);
    CHECKED(H5Awrite(attribute, H5T_NATIVE_INT64, &value), path_);
}

void File::set_attribute(const std::string& name, const std::string& value)
{
    const Handle type = text_type(value.size());
    const Handle space(H5Screate(H5S_SCALAR), H5Sclose);
    const Handle attribute(CHECKED(H5Acreate2(file_, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT), path_), H5Aclose);
    CHECKED(H5Awrite(attribute, type, value.data()), path_);
}

std::int64_t File::whole_attribute(const std::string& name) const
{
    if (!has_attribute(name)) fail("{}: no attribute '{}'", path_, name);
    const Handle attribute(CHECKED(H5Aopen(file_, name.c_str(), H5P_DEFAULT), path_), H5Aclose);
    std::int64_t value = 0;
    if (!is_single(attribute) || H5Aread(attribute, H5T_NATIVE_INT64, &value) < 0) fail("{}: attribute '{}' is not a whole number", path_, name);
    return value;
}

std::string File::text_attribute(const std::string& name) const
{
    if (!has_attribute(name)) fail("{}: no attribute '{}'", path_, name);
    const Handle attribute(CHECKED(H5Aopen(file_, name.c_str(), H5P_DEFAULT), path_), H5Aclose);
    const Handle type(H5Aget_type(attribute), H5Tclose);
    if (!is_single(attribute) || H5Tget_class(type) != H5T_STRING) fail("{}: attribute '{}' is not a text", path_, name);
    if (H5Tis_variable_str(type) > 0) {
        char* text = nullptr;
        CHECKED(H5Aread(attribute, type, &text), path_);
        std::string value = text == nullptr ? "" : text;
        H5free_memory(text);
        return value;
    }
    std::string value(H5Tget_size(type), '\0');
    CHECKED(H5Aread(attribute, type, value.data()), path_);
    return value.c_str();
}

}  // namespace sluice::hdf5
