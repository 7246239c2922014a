#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace sluice::report {

/// One start of the program on this run, and how it ended.
struct Session {
    std::string started;
    std::string ended;  ///< done, restart, failed; empty if it was killed or still runs
    std::int64_t ranks = 0;
    std::int64_t threads = 0;
    std::string version;
    std::string commit;
    std::string host;
    std::vector<double> peak_rss_bytes;  ///< per rank; empty if not known
};

/// Empty if there is no such file; a torn last line is left out.
std::vector<Session> read_sessions(const std::filesystem::path& path);

}  // namespace sluice::report
