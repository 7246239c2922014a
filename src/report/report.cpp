#include "report/report.hpp"

#include "base/error.hpp"
#include "base/files.hpp"
#include "report/page/page.hpp"

namespace sluice::report {

void write_report(const std::vector<std::filesystem::path>& run_folders, const std::filesystem::path& output)
{
    if (run_folders.empty()) fail("a report needs at least one run folder");
    std::vector<RunRecord> runs;
    for (const auto& folder : run_folders) runs.push_back(read_run_record(folder));
    write_file_atomically(output, page(runs));
}

}  // namespace sluice::report
