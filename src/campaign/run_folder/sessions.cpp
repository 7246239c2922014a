#include "campaign/run_folder/sessions.hpp"

#include "base/files.hpp"
#include "parallel/runtime.hpp"

#include <fmt/chrono.h>
#include <nlohmann/json.hpp>

#include <unistd.h>

#include <array>
#include <ctime>

namespace sluice::campaign {

namespace {

std::string existing(const std::filesystem::path& path)
{
    return std::filesystem::exists(path) ? read_file(path) : std::string();
}

}  // namespace

std::string host_name()
{
    std::array<char, 256> name{};
    gethostname(name.data(), name.size() - 1);
    return name.data();
}

void begin_session(const std::filesystem::path& folder, const Communicator& ranks)
{
    on_root(ranks, [&] {
        const nlohmann::ordered_json line = {{"started", fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)))},
                                             {"ranks", ranks.size()},
                                             {"threads", parallel::host_threads()},
                                             {"version", SLUICE_VERSION},
                                             {"commit", SLUICE_COMMIT},
                                             {"host", host_name()}};
        write_file_atomically(folder / "sessions.jsonl", existing(folder / "sessions.jsonl") + line.dump() + "\n");
    });
}

void end_session(const std::filesystem::path& folder, const std::string& ended, std::int64_t shard_bytes, const Communicator& ranks)
{
    const auto peak = parallel::peak_memory();
    const auto peaks = ranks.gather(std::span(&peak, 1)), shards = ranks.gather(std::span<const std::int64_t>(&shard_bytes, 1));
    on_root(ranks, [&] {
        auto text = existing(folder / "sessions.jsonl");
        if (text.size() < 2) return;
        const auto last = text.rfind('\n', text.size() - 2) + 1;
        auto line = nlohmann::ordered_json::parse(text.substr(last));
        line["ended"] = ended;
        line["peak_rss_bytes"] = peaks;
        line["shard_bytes"] = shards;
        text.resize(last);
        write_file_atomically(folder / "sessions.jsonl", text + line.dump() + "\n");
    });
}

}  // namespace sluice::campaign
