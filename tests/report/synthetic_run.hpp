#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace sluice::report {

/// What a made-up run folder shall look like. The files are those of `sluice run`; the numbers are drawn from `seed`.
struct SyntheticRun {
    std::string name = "synthetic";
    std::vector<std::string> targets = {"gap"};
    std::vector<std::string> goals = {"maximize"};
    std::uint64_t pool_rows = 20000;
    int iterations = 12;
    int initial = 20;
    int batch = 10;
    double offset = 0;               ///< added to all values
    double improvement = 1;          ///< by which values better themselves over the run; 0: all labels are equal
    double failing = 0;              ///< fraction of the asked rows that fail
    int success_at = -1;             ///< iteration; negative: never
    bool closed_pool = true;
    bool has_model = true;
    bool has_ids = true;
    bool has_map = true;
    bool is_tested = false;          ///< figures test_nll, from some hundred down to ten, and oracle_nll
    std::uint64_t seed = 1;
};

/// A folder that goes away with the object.
class TemporaryFolder {
public:
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

/// Writes the run folder and returns it.
std::filesystem::path write_synthetic_run(const std::filesystem::path& folder, const SyntheticRun& run);

}  // namespace sluice::report
