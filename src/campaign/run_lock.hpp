#pragma once

#include "parallel/communicator.hpp"

#include <chrono>
#include <filesystem>

namespace sluice::campaign {

/// As long as it lives, no other program works in a run folder: two would ask for the same rows, and mix their lines in the journal. It ends with the process, however that ends.
class RunLock {
public:
    /// Makes the folder if it is not there, and waits a little for a program that is about to end. Collective. Error names the host and the process that is at work there.
    RunLock(const std::filesystem::path& folder, const Communicator& ranks, std::chrono::milliseconds patience = std::chrono::seconds(5));
    ~RunLock();
    RunLock(const RunLock&) = delete;
    RunLock& operator=(const RunLock&) = delete;

private:
    int descriptor_ = -1;  ///< of the file `lock`, on the root
};

}  // namespace sluice::campaign
