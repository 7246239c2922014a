#include "base/log.hpp"
#include "base/signals.hpp"
#include "cli/command.hpp"
#include "pool/import.hpp"

namespace sluice::cli {

void add_import(CLI::App& app, Action& action)
{
    auto request = std::make_shared<pool::ImportRequest>();
    auto type = std::make_shared<std::string>();
    auto* command = app.add_subcommand("import", "make a pool file from CSV, NPY or NPZ");
    command->add_option("source", request->source, "CSV: one row per candidate; NPY: features; NPZ: features, and optionally targets, target_names, target_units, ids, columns")->required();
    command->add_option("-o,--output", request->output, "pool file")->required();
    command->add_option("--targets", request->targets, "CSV: columns that are targets, separated by commas")->delimiter(',');
    command->add_option("--ids", request->ids, "CSV: column of ids");
    command->add_option("--drop", request->drop, "CSV: columns to leave out, separated by commas")->delimiter(',');
    command->add_option("--type", *type, "how features are stored; by default as in the source")->check(CLI::IsMember({"float32", "float16", "uint8", "bits"}));
    command->add_option("--tile-rows", request->tile_rows, "rows of a tile: the unit of distribution, a property of the pool")->check(CLI::Range(RowId{1}, RowId{1} << 20))->capture_default_str();
    command->add_option("--provenance", request->provenance, "where the data come from; by default the source's file name");
    command->callback([=, &action] {
        for (const auto known : {pool::FeatureType::float32, pool::FeatureType::float16, pool::FeatureType::uint8, pool::FeatureType::bits}) {
            if (*type == pool::name_of(known)) request->type = known;
        }
        action = [request](const Communicator& ranks) {
            release_stop_signals();
            const auto info = pool::import_pool(*request, ranks);
            log::info("{}: {} rows, {} features ({}), {} targets", info.path, info.rows, info.columns, pool::name_of(info.type), info.target_names.size());
            return ExitCode::done;
        };
    });
}

}  // namespace sluice::cli
