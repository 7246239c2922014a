#include "report/record/trajectory.hpp"

#include "base/error.hpp"
#include "base/files.hpp"
#include "report/record/json_lines.hpp"

namespace sluice::report {

std::optional<Trajectory> read_trajectory(const std::filesystem::path& path)
{
    if (!std::filesystem::exists(path)) return std::nullopt;
    Trajectory trajectory;
    try {
        const auto json = nlohmann::json::parse(read_file(path));
        trajectory.rows = json.at("rows").get<std::vector<std::uint64_t>>();
        trajectory.iteration = json.at("iteration").get<std::vector<std::int64_t>>();
        trajectory.novelty = numbers_or_nan(json.at("novelty"));
        if (json.contains("cluster")) trajectory.cluster = json["cluster"].get<std::vector<std::int64_t>>();
        if (json.contains("percentile")) trajectory.percentile = numbers_or_nan(json["percentile"]);
    } catch (const nlohmann::json::exception& error) {
        fail("{}: {}", path.string(), error.what());
    }
    const auto rows = trajectory.rows.size();
    const auto fits = [rows](std::size_t length) { return length == 0 || length == rows; };
    if (trajectory.iteration.size() != rows || !fits(trajectory.novelty.size()) || !fits(trajectory.cluster.size()) || !fits(trajectory.percentile.size())) {
        fail("{}: lists of different lengths; the file is damaged", path.string());
    }
    return trajectory;
}

}  // namespace sluice::report
