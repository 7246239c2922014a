#include "base/log.hpp"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <mutex>
#include <system_error>

namespace sluice::log {

namespace {

using Clock = std::chrono::steady_clock;

struct State {
    std::shared_ptr<spdlog::logger> logger;
    bool quiet = false;
    bool terminal = false;
    bool line_is_open = false;
    std::string stage;
    Clock::time_point stage_start;
    Clock::time_point last_drawn;
};

State& state()
{
    static State only;
    return only;
}

/// Whether a person watches standard output. mpirun gives its ranks a pseudo-terminal whatever it writes to itself: then its own output decides.
bool writes_to_terminal()
{
    if (::isatty(STDOUT_FILENO) == 0) return false;
    if (std::getenv("OMPI_COMM_WORLD_RANK") == nullptr) return true;
    std::error_code unreadable;
    const auto target = std::filesystem::read_symlink(fmt::format("/proc/{}/fd/1", ::getppid()), unreadable);
    return !unreadable && target.string().starts_with("/dev/pts/");
}

void erase_progress_line()
{
    if (state().line_is_open) fmt::print("\r\033[K");
    state().line_is_open = false;
}

std::shared_ptr<spdlog::sinks::sink> file_sink(const std::filesystem::path& path)
{
    auto file = std::make_shared<spdlog::sinks::basic_file_sink_mt>(path.string());
    file->set_pattern("%Y-%m-%dT%H:%M:%S%z %l %v");
    return file;
}

}  // namespace

void start(bool quiet)
{
    auto& s = state();
    s.quiet = quiet;
    s.terminal = !quiet && writes_to_terminal();
    auto console = std::make_shared<spdlog::sinks::stdout_sink_mt>();
    console->set_pattern("%v");
    s.logger = std::make_shared<spdlog::logger>("sluice", console);
    s.logger->set_level(quiet ? spdlog::level::off : spdlog::level::info);
    s.logger->flush_on(spdlog::level::info);
}

void add_file(const std::filesystem::path& path)
{
    if (!state().quiet) state().logger->sinks().push_back(file_sink(path));
}

void start_in_file(const std::filesystem::path& path, bool quiet)
{
    auto& s = state();
    s.quiet = quiet;
    s.terminal = false;
    s.logger = quiet ? std::make_shared<spdlog::logger>("sluice") : std::make_shared<spdlog::logger>("sluice", file_sink(path));
    s.logger->flush_on(spdlog::level::info);
}

void write_line(const std::string& line)
{
    if (!state().logger) return;
    erase_progress_line();
    state().logger->info(line);
}

void write_warning(const std::string& line)
{
    if (!state().logger) return;
    erase_progress_line();
    state().logger->warn("warning: {}", line);
}

void write_error(const std::string& line)
{
    erase_progress_line();
    fmt::print(stderr, "{}\n", line);
    if (auto& logger = state().logger; logger && logger->sinks().size() > 1) {
        logger->sinks()[1]->log(spdlog::details::log_msg("sluice", spdlog::level::err, line));
    }
}

void progress(const std::string& stage, double done, double total, const std::string& unit)
{
    static std::mutex one_at_a_time;  // threads report as they finish tiles; one that finds another drawing goes on
    const std::unique_lock lock(one_at_a_time, std::try_to_lock);
    auto& s = state();
    if (!s.terminal || !lock) return;
    const auto now = Clock::now();
    if (s.stage != stage || !s.line_is_open) {
        s.stage = stage;
        s.stage_start = now;
    } else if (now - s.last_drawn < std::chrono::milliseconds(100)) {
        return;
    }
    s.last_drawn = now;
    s.line_is_open = true;
    const double seconds = std::chrono::duration<double>(now - s.stage_start).count();
    const double rate = seconds > 0 ? done / seconds : 0;
    const double left = rate > 0 ? (total - done) / rate : 0;
    fmt::print("\r\033[K{:<10} {:3.0f} %  {:.3g} {}/s  {:.0f} s left", stage, 100 * done / std::max(total, 1.0), rate, unit, left);
    std::fflush(stdout);
}

void end_progress()
{
    erase_progress_line();
    std::fflush(stdout);
}

}  // namespace sluice::log
