#include "pool/import.hpp"

#include "base/csv.hpp"
#include "base/files.hpp"
#include "base/options.hpp"
#include "pool/numpy_file.hpp"
#include "pool/write_pool.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>

namespace sluice::pool {

namespace {

/// A source as functions of (row, column): what the writer needs to know of it.
struct Source {
    PoolInfo info;
    std::function<double(RowId, RowId)> feature;
    std::function<double(RowId, std::size_t)> target;
    std::function<std::string(RowId)> id;
    std::function<std::string(RowId)> place;  ///< of a row, for messages
};

std::size_t find_column(const CsvTable& table, const std::string& name)
{
    const std::size_t column = table.find(name);
    if (column == table.header.size()) {
        const auto near = nearest_name(name, table.header);
        fail("{}:1: no column '{}'{}", table.path.string(), name, near.empty() ? "" : fmt::format("; did you mean '{}'?", near));
    }
    return column;
}

Source csv_source(const ImportRequest& request)
{
    auto table = std::make_shared<CsvTable>(read_csv(request.source));
    std::vector<bool> is_feature(table->header.size(), true);
    std::vector<std::size_t> targets, features;
    for (const auto& name : request.targets) {
        if (std::count(request.targets.begin(), request.targets.end(), name) > 1) fail("command line: --targets: '{}' appears twice", name);
        targets.push_back(find_column(*table, name));
    }
    for (const auto column : targets) is_feature[column] = false;
    for (const auto& name : request.drop) is_feature[find_column(*table, name)] = false;

    Source source;
    if (!request.ids.empty()) {
        const std::size_t column = find_column(*table, request.ids);
        is_feature[column] = false;
        source.info.has_ids = true;
        source.id = [table, column](RowId row) { return table->rows[static_cast<std::size_t>(row)][column]; };
    }
    for (std::size_t c = 0; c < is_feature.size(); ++c) {
        if (!is_feature[c]) continue;
        features.push_back(c);
        source.info.column_names.push_back(table->header[c]);
    }
    source.place = [table](RowId row) { return fmt::format("{}:{}: ", table->path.string(), table->lines[static_cast<std::size_t>(row)]); };
    source.info.type = FeatureType::float32;
    source.info.rows = static_cast<RowId>(table->rows.size());
    source.info.columns = static_cast<RowId>(features.size());
    source.info.target_names = request.targets;
    source.feature = [table, features](RowId row, RowId c) { return csv_number(*table, static_cast<std::size_t>(row), features[static_cast<std::size_t>(c)]); };
    source.target = [table, targets](RowId row, std::size_t t) { return csv_number(*table, static_cast<std::size_t>(row), targets[t]); };
    return source;
}

FeatureType natural_type(const NumpyArray& array)
{
    if (array.item_bytes == 1) return FeatureType::uint8;
    if (array.kind == 'f' && array.item_bytes == 2) return FeatureType::float16;
    return FeatureType::float32;
}

std::vector<std::string> texts_of(const NumpyArray& array)
{
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < array.rows(); ++i) texts.push_back(array.text(i));
    return texts;
}

Source numpy_source(const std::map<std::string, NumpyArray>& arrays, const std::string& file)
{
    if (!arrays.contains("features")) {
        std::vector<std::string> names;
        for (const auto& [name, array] : arrays) names.push_back(name);
        fail("{}: no array 'features'; there are: {}", file, fmt::join(names, ", "));
    }
    const auto features = arrays.at("features");
    if (features.shape.size() != 2) fail("{}: has {} dimensions; must be [rows, columns]", features.name, features.shape.size());
    Source source;
    source.place = [file](RowId row) { return fmt::format("{}: row {}, ", file, row); };
    source.info.type = natural_type(features);
    source.info.rows = static_cast<RowId>(features.rows());
    source.info.columns = static_cast<RowId>(features.width());
    source.feature = [features](RowId row, RowId c) { return features.number(static_cast<std::size_t>(row) * features.width() + static_cast<std::size_t>(c)); };

    const auto optional = [&](const char* key, std::size_t rows) -> std::optional<NumpyArray> {
        if (!arrays.contains(key)) return {};
        if (arrays.at(key).rows() != rows) fail("{}: has {} rows; must have {}", arrays.at(key).name, arrays.at(key).rows(), rows);
        return arrays.at(key);
    };
    if (const auto targets = optional("targets", features.rows())) {
        for (std::size_t t = 0; t < targets->width(); ++t) source.info.target_names.push_back(fmt::format("target_{}", t));
        source.target = [targets = *targets](RowId row, std::size_t t) { return targets.number(static_cast<std::size_t>(row) * targets.width() + t); };
        if (const auto names = optional("target_names", targets->width())) source.info.target_names = texts_of(*names);
        if (const auto units = optional("target_units", targets->width())) source.info.target_units = texts_of(*units);
    }
    if (const auto ids = optional("ids", features.rows())) {
        source.info.has_ids = true;
        source.id = [ids = *ids](RowId row) { return ids.text(static_cast<std::size_t>(row)); };
    }
    if (const auto columns = optional("columns", features.width())) source.info.column_names = texts_of(*columns);
    return source;
}

Source open_source(const ImportRequest& request)
{
    const auto extension = request.source.extension();
    for (const auto& [option, is_given] : {std::pair("--targets", !request.targets.empty()), std::pair("--ids", !request.ids.empty()), std::pair("--drop", !request.drop.empty())}) {
        if (is_given && extension != ".csv") fail("command line: {}: only for CSV, and {} is not", option, request.source.string());
    }
    Source source;
    if (extension == ".csv") source = csv_source(request);
    else if (extension == ".npy") source = numpy_source({{"features", read_npy(request.source)}}, request.source.string());
    else if (extension == ".npz") source = numpy_source(read_npz(request.source), request.source.string());
    else fail("{}: unknown kind of file; allowed: .csv, .npy, .npz", request.source.string());
    source.info.path = request.output.string();
    source.info.target_units.resize(source.info.target_names.size());
    source.info.type = request.type.value_or(source.info.type);
    source.info.tile_rows = request.tile_rows;
    source.info.provenance = request.provenance.empty() ? request.source.filename().string() : request.provenance;
    if (source.info.rows < 1 || source.info.columns < 1) fail("{}: {} rows and {} feature columns; at least one of each is needed", request.source.string(), source.info.rows, source.info.columns);
    return source;
}

/// One row of features as stored. Error if a value does not fit the type.
void encode_row(const Source& source, RowId row, std::byte* out)
{
    const auto& info = source.info;
    const auto refuse = [&](RowId c, double value, const char* allowed) {
        const auto column = info.column_names.empty() ? std::to_string(c) : fmt::format("'{}'", info.column_names[static_cast<std::size_t>(c)]);
        fail("{}column {}: {} does not fit {}; allowed: {}", source.place(row), column, value, name_of(info.type), allowed);
    };
    std::fill_n(out, info.row_bytes(), std::byte{0});
    for (RowId c = 0; c < info.columns; ++c) {
        const double value = source.feature(row, c);
        switch (info.type) {
            case FeatureType::float32: {
                const auto stored = static_cast<float>(value);
                if (std::isinf(stored)) refuse(c, value, "finite float32 numbers");
                std::memcpy(out + c * 4, &stored, 4);
                break;
            }
            case FeatureType::float16: {
                const auto stored = static_cast<_Float16>(value);
                if (std::isinf(static_cast<float>(stored))) refuse(c, value, "from -65504 to 65504");
                std::memcpy(out + c * 2, &stored, 2);
                break;
            }
            case FeatureType::uint8:
                if (!(value >= 0 && value <= 255 && value == std::floor(value))) refuse(c, value, "whole numbers from 0 to 255");
                out[c] = static_cast<std::byte>(value);
                break;
            case FeatureType::bits:
                if (value != 0 && value != 1) refuse(c, value, "0 and 1");
                if (value == 1) out[c >> 3] |= std::byte{0x80} >> static_cast<int>(c & 7);
                break;
        }
    }
}

/// What can be wrong with a value is found here.
StoredRows encode(const Source& source, RowId first, RowId count)
{
    const auto& info = source.info;
    const auto rows = static_cast<std::size_t>(count);
    const auto width = info.target_names.size();
    StoredRows stored;
    stored.features.resize(rows * info.row_bytes());
    stored.targets.resize(rows * width);
    for (std::size_t i = 0; i < rows; ++i) {
        const RowId row = first + static_cast<RowId>(i);
        encode_row(source, row, stored.features.data() + i * info.row_bytes());
        for (std::size_t t = 0; t < width; ++t) {
            const double value = stored.targets[i * width + t] = source.target(row, t);
            if (std::isinf(value)) fail("{}target '{}': {} is not allowed; must be finite, or NaN or empty where unknown", source.place(row), info.target_names[t], value);
        }
        if (info.has_ids) stored.ids.push_back(source.id(row));
    }
    return stored;
}

}  // namespace

PoolInfo import_pool(const ImportRequest& request, const Communicator& ranks)
{
    Source source;
    std::size_t longest_id = 0;
    together(ranks, [&] {
        check_can_be_written(request.output);
        source = open_source(request);
        for (RowId row = 0; source.info.has_ids && row < source.info.rows; ++row) longest_id = std::max(longest_id, source.id(row).size());
    });
    write_pool(source.info, longest_id, [&](RowId first, RowId count) { return encode(source, first, count); }, ranks);
    return source.info;
}

}  // namespace sluice::pool
