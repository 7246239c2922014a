#include "pool/pool_file.hpp"

#include <algorithm>

namespace sluice::pool {

namespace {

FeatureType feature_type(const hdf5::File& file)
{
    const std::string encoding = file.text_attribute("encoding");
    const auto stored = file.type("/features");
    if (encoding == "bits") {
        if (stored != hdf5::Type::uint8) fail("{}: /features is said to be packed bits, but is not uint8", file.path());
        return FeatureType::bits;
    }
    if (encoding != "plain") fail("{}: attribute 'encoding' = '{}': must be one of \"plain\", \"bits\"", file.path(), encoding);
    if (stored == hdf5::Type::float32) return FeatureType::float32;
    if (stored == hdf5::Type::float16) return FeatureType::float16;
    if (stored == hdf5::Type::uint8) return FeatureType::uint8;
    fail("{}: /features has an element type that is not supported; allowed: float32, float16, uint8, packed bits", file.path());
}

void check_targets(const PoolInfo& info, const hdf5::File& file)
{
    const auto shape = file.shape("/targets");
    if (shape.size() != 2 || shape[0] != static_cast<hsize_t>(info.rows)) fail("{}: /targets must be [{}, targets], as /features has {} rows", info.path, info.rows, info.rows);
    if (!file.holds_numbers("/targets")) fail("{}: /targets must be numbers; NaN where unknown", info.path);
    const auto& names = info.target_names;
    if (names.size() != shape[1]) fail("{}: /target_names has {} names for {} targets", info.path, names.size(), shape[1]);
    for (std::size_t t = 0; t < names.size(); ++t) {
        if (std::find(names.begin(), names.end(), names[t]) != names.begin() + static_cast<std::ptrdiff_t>(t)) fail("{}: /target_names: '{}' appears twice", info.path, names[t]);
    }
    if (!info.target_units.empty() && info.target_units.size() != shape[1]) fail("{}: /target_units has {} units for {} targets", info.path, info.target_units.size(), shape[1]);
}

std::vector<std::string> names_if_present(const hdf5::File& file, const std::string& dataset)
{
    return file.has(dataset) ? file.read_texts(dataset) : std::vector<std::string>();
}

}  // namespace

const char* name_of(FeatureType type)
{
    switch (type) {
        case FeatureType::float32: return "float32";
        case FeatureType::float16: return "float16";
        case FeatureType::uint8: return "uint8";
        case FeatureType::bits: return "bits";
    }
    return "";
}

hdf5::Type stored_type(FeatureType type)
{
    switch (type) {
        case FeatureType::float32: return hdf5::Type::float32;
        case FeatureType::float16: return hdf5::Type::float16;
        default: return hdf5::Type::uint8;
    }
}

std::size_t PoolInfo::row_bytes() const
{
    const auto count = static_cast<std::size_t>(columns);
    switch (type) {
        case FeatureType::float32: return count * 4;
        case FeatureType::float16: return count * 2;
        case FeatureType::uint8: return count;
        case FeatureType::bits: return (count + 7) / 8;
    }
    return 0;
}

std::string PoolInfo::column_label(RowId column) const
{
    return column_names.empty() ? std::to_string(column) : fmt::format("{} ('{}')", column, column_names[static_cast<std::size_t>(column)]);
}

PoolInfo read_pool_info(const hdf5::File& file)
{
    PoolInfo info;
    info.path = file.path();
    if (!file.has_attribute("sluice_pool")) fail("{}: not a pool file (no attribute 'sluice_pool'); make one with: sluice import", file.path());
    if (const auto version = file.whole_attribute("sluice_pool"); version != format_version) {
        fail("{}: pool format {}; this program reads format {}", file.path(), version, format_version);
    }
    const auto shape = file.shape("/features");
    if (shape.size() != 2) fail("{}: /features has {} dimensions; must be [rows, columns]", file.path(), shape.size());
    info.type = feature_type(file);
    info.rows = static_cast<RowId>(shape[0]);
    info.columns = info.type == FeatureType::bits ? file.whole_attribute("bits") : static_cast<RowId>(shape[1]);
    if (info.rows < 1 || info.columns < 1) fail("{}: /features is {} x {}; at least one row and one column are needed", file.path(), info.rows, info.columns);
    if (info.type == FeatureType::bits && info.row_bytes() != shape[1]) {
        fail("{}: {} packed bits need rows of {} bytes; /features has {}", file.path(), info.columns, info.row_bytes(), shape[1]);
    }
    info.tile_rows = file.whole_attribute("tile_rows");
    if (info.tile_rows < 1 || info.tile_rows > (1 << 20)) fail("{}: attribute 'tile_rows' = {}: must be from 1 to 1048576", file.path(), info.tile_rows);
    info.provenance = file.text_attribute("provenance");

    info.column_names = names_if_present(file, "/columns");
    if (!info.column_names.empty() && info.column_names.size() != static_cast<std::size_t>(info.columns)) {
        fail("{}: /columns has {} names for {} columns", file.path(), info.column_names.size(), info.columns);
    }
    if (file.has("/targets")) {
        info.target_names = names_if_present(file, "/target_names");
        info.target_units = names_if_present(file, "/target_units");
        check_targets(info, file);
        info.target_units.resize(info.target_names.size());
    }
    info.has_ids = file.has("/ids");
    if (info.has_ids && (file.type("/ids") != hdf5::Type::text || file.shape("/ids") != std::vector<hsize_t>{shape[0]})) {
        fail("{}: /ids must be [{}] strings", file.path(), info.rows);
    }
    return info;
}

void create_pool(hdf5::File& file, const PoolInfo& info, std::size_t id_size, bool is_root)
{
    const auto rows = static_cast<hsize_t>(info.rows);
    file.set_attribute("sluice_pool", format_version);
    file.set_attribute("tile_rows", info.tile_rows);
    file.set_attribute("provenance", info.provenance);
    file.set_attribute("encoding", std::string(info.type == FeatureType::bits ? "bits" : "plain"));
    if (info.type == FeatureType::bits) file.set_attribute("bits", info.columns);

    const auto width = static_cast<hsize_t>(info.type == FeatureType::bits ? info.row_bytes() : static_cast<std::size_t>(info.columns));
    file.create_dataset("/features", stored_type(info.type), {rows, width});
    if (!info.column_names.empty()) file.write_texts("/columns", info.column_names, is_root);
    if (!info.target_names.empty()) {
        file.create_dataset("/targets", hdf5::Type::float64, {rows, info.target_names.size()});
        file.write_texts("/target_names", info.target_names, is_root);
        file.write_texts("/target_units", info.target_units, is_root);
    }
    if (info.has_ids) file.create_dataset("/ids", hdf5::Type::text, {rows}, id_size);
}

std::vector<std::string> read_ids(const PoolInfo& info, const std::vector<RowId>& rows)
{
    if (info.has_ids) return hdf5::File::open(info.path).read_texts("/ids", rows);
    std::vector<std::string> numbers;
    for (const RowId row : rows) numbers.push_back(std::to_string(row));
    return numbers;
}

}  // namespace sluice::pool
