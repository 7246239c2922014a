#include "campaign/run_folder/run_lock.hpp"

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/log.hpp"
#include "base/signals.hpp"
#include "campaign/run_folder/sessions.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <thread>

namespace sluice::campaign {

RunLock::RunLock(const std::filesystem::path& folder, const Communicator& ranks, LockPatience patience)
{
    on_root(ranks, [&] {
        make_folder(folder);
        const auto path = folder / "lock";
        descriptor_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
        if (descriptor_ < 0) fail("{}: open: {}", path.string(), std::strerror(errno));
        const auto start = std::chrono::steady_clock::now();
        bool is_told = false;
        while (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
            if (errno != EWOULDBLOCK && errno != EINTR) {
                log::warning("{}: {}: nothing hinders another program from working there at the same time", path.string(), std::strerror(errno));
                return;
            }
            const auto holder = read_file(path);
            const bool is_here = holder.starts_with(host_name() + ",");
            if (stop_requested() || std::chrono::steady_clock::now() > start + (is_here ? patience.here : patience.elsewhere)) {
                ::close(descriptor_);
                fail("{}: another sluice is at work there ({}); wait for its end, or stop it", folder.string(), holder);
            }
            if (!is_here && !is_told) log::warning("{}: another sluice is, or was, at work there ({}); waiting for its lock", folder.string(), holder);
            is_told = is_told || !is_here;
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
        }
        const auto holder = fmt::format("{}, process {}", host_name(), ::getpid());
        if (::ftruncate(descriptor_, 0) != 0 || ::pwrite(descriptor_, holder.data(), holder.size(), 0) < 0) fail("{}: write: {}", path.string(), std::strerror(errno));
    });
}

RunLock::~RunLock()
{
    if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace sluice::campaign
