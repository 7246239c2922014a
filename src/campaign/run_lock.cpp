#include "campaign/run_lock.hpp"

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/log.hpp"
#include "campaign/sessions.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <thread>

namespace sluice::campaign {

RunLock::RunLock(const std::filesystem::path& folder, const Communicator& ranks, std::chrono::milliseconds patience)
{
    on_root(ranks, [&] {
        make_folder(folder);
        const auto path = folder / "lock";
        descriptor_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
        if (descriptor_ < 0) fail("{}: open: {}", path.string(), std::strerror(errno));
        const auto end = std::chrono::steady_clock::now() + patience;
        while (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
            if (errno != EWOULDBLOCK && errno != EINTR) {
                log::warning("{}: {}: nothing hinders another program from working there at the same time", path.string(), std::strerror(errno));
                return;
            }
            if (std::chrono::steady_clock::now() > end) {
                ::close(descriptor_);
                fail("{}: another sluice is at work there ({}); wait for its end, or stop it", folder.string(), read_file(path));
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
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
