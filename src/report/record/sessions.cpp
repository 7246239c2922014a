#include "report/record/sessions.hpp"

#include "report/record/json_lines.hpp"

namespace sluice::report {

std::vector<Session> read_sessions(const std::filesystem::path& path)
{
    std::vector<Session> sessions;
    if (!std::filesystem::exists(path)) return sessions;
    for_each_json_line(path, [&](const nlohmann::json& line) {
        sessions.push_back({.started = line.value("started", ""),
                            .ended = line.value("ended", ""),
                            .ranks = line.value("ranks", std::int64_t{0}),
                            .threads = line.value("threads", std::int64_t{0}),
                            .version = line.value("version", ""),
                            .commit = line.value("commit", ""),
                            .host = line.value("host", ""),
                            .peak_rss_bytes = line.contains("peak_rss_bytes") ? numbers_or_nan(line["peak_rss_bytes"]) : std::vector<double>{}});
    });
    return sessions;
}

}  // namespace sluice::report
