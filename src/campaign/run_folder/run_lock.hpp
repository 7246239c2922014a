#pragma once

#include "parallel/communicator.hpp"

#include <chrono>
#include <filesystem>

namespace sluice::campaign {

/// How long to wait for another program to end: on this machine its lock ends with it; of a node that has died a file system may hold it for minutes (NFS: a lease), while a
/// requeued job has begun on another.
struct LockPatience {
    std::chrono::milliseconds here = std::chrono::seconds(5), elsewhere = std::chrono::minutes(5);
};

/// As long as it lives, no other program works in a run folder: two would ask for the same rows, and mix their lines in the journal. It ends with the process, however that ends.
class RunLock {
public:
    /// Makes the folder if it is not there. Collective. Error names the host and the process that is at work there.
    RunLock(const std::filesystem::path& folder, const Communicator& ranks, LockPatience patience = {});
    ~RunLock();
    RunLock(const RunLock&) = delete;
    RunLock& operator=(const RunLock&) = delete;

private:
    int descriptor_ = -1;  ///< of the file `lock`, on the root
};

}  // namespace sluice::campaign
