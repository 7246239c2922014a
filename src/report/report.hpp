#pragma once

#include <filesystem>
#include <vector>

namespace sluice::report {

/// Writes one self-contained HTML page about the runs: figures, tables and the campaign files as run. With several runs it starts with a
/// comparison. It needs no network and no scripts. Error if a folder is not a run folder, naming the file that is missing or broken.
void write_report(const std::vector<std::filesystem::path>& run_folders, const std::filesystem::path& output);

}  // namespace sluice::report
