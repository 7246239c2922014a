#include "report/record/density_map.hpp"

#include "base/error.hpp"
#include "base/files.hpp"
#include "report/record/json_lines.hpp"

namespace sluice::report {

namespace {

Range read_range(const nlohmann::json& pair)
{
    return {number_or_nan(pair.at(0)), number_or_nan(pair.at(1))};
}

}  // namespace

std::optional<DensityMap> read_density_map(const std::filesystem::path& path)
{
    if (!std::filesystem::exists(path)) return std::nullopt;
    try {
        const auto json = nlohmann::json::parse(read_file(path));
        DensityMap map;
        map.explained = numbers_or_nan(json.at("explained"));
        map.x = read_range(json.at("x"));
        map.y = read_range(json.at("y"));
        for (const auto& row : json.at("counts")) map.counts.push_back(numbers_or_nan(row));
        for (const auto& pick : json.at("picks")) {
            map.picks.push_back({.row = pick.at(0).get<std::uint64_t>(),
                                 .iteration = pick.at(1).get<std::int64_t>(),
                                 .x = number_or_nan(pick.at(2)),
                                 .y = number_or_nan(pick.at(3))});
        }
        return map;
    } catch (const nlohmann::json::exception& error) {
        fail("{}: {}", path.string(), error.what());
    }
}

}  // namespace sluice::report
