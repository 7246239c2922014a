#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace sluice::report {

/// One answer of the oracle.
struct Label {
    std::int64_t iteration = 0;  ///< in which the row was asked; 0: initial design
    std::uint64_t row = 0;
    std::string id;              ///< empty if the pool has no ids
    std::vector<double> values;  ///< one per target; empty if failed
    bool failed = false;
};

/// Reliability of one family of fusion for one target.
struct FamilyQuality {
    std::string family;
    double accuracy = 0;
    double calibration = 0;
};

/// What fusion said of its surrogates when it chose a batch.
struct FusionStep {
    std::int64_t iteration = 0;
    std::vector<FamilyQuality> families;        ///< target by target
    std::vector<double> deviation;              ///< per target
    std::vector<double> calibration_deviation;
};

/// What journal.jsonl says: the campaign, and every row that was asked and answered.
struct Journal {
    std::string name;
    std::vector<std::string> targets;
    std::vector<std::string> goals;  ///< per target: maximize, minimize, window or predict
    std::string pool;                ///< file name
    std::uint64_t pool_rows = 0;
    std::string fingerprint;         ///< of the pool
    std::uint64_t asked = 0;         ///< rows in all batches, answered or not
    std::vector<Label> labels;
    std::vector<FusionStep> fusion;  ///< empty for other strategies
};

/// Error if the file does not begin with a campaign line or a line cannot be understood; a torn last line is left out.
Journal read_journal(const std::filesystem::path& path);

/// Whether no value of a target is better than another: it is to be predicted, or a class.
bool has_no_best(const std::string& goal);

}  // namespace sluice::report
