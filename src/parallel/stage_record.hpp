#pragma once

#include "base/work.hpp"
#include "parallel/communicator.hpp"

#include <chrono>
#include <filesystem>
#include <string>

namespace sluice::parallel {

/// Seconds, bytes read, operations and bytes sent of each stage of each iteration, kept in stages.csv of the run folder. Times differ between runs; nothing depends on them.
class StageRecord {
public:
    StageRecord(std::filesystem::path path, const Communicator& ranks) : path_(std::move(path)), ranks_(ranks) {}

    /// Runs one stage: action(work) adds what it does to `work`.
    template <typename Action>
    auto time(std::int64_t iteration, const char* stage, const Action& action)
    {
        const auto start = std::chrono::steady_clock::now();
        const auto sent = ranks_.bytes_sent();
        Work work;
        auto result = action(work);
        add(iteration, stage, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(), work, ranks_.bytes_sent() - sent);
        return result;
    }

    /// Appends the lines collected so far to the file. Collective.
    void flush();

private:
    void add(std::int64_t iteration, const char* stage, double seconds, const Work& work, std::int64_t own_sent);

    std::filesystem::path path_;
    const Communicator& ranks_;
    std::string lines_;
    bool has_header_ = false;  ///< the file, as far as is known
};

}  // namespace sluice::parallel
