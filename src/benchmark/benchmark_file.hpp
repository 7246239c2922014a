#pragma once

#include "campaign/campaign_table.hpp"

namespace sluice::benchmark {

/// One run of a benchmark: indices into its problems and methods.
struct BenchmarkRun {
    std::size_t problem = 0;
    std::size_t method = 0;
    std::int64_t seed = 0;
};

/// A benchmark file, checked. [common], [problem.NAME] and [method.NAME] hold sections of a campaign file, later ones over earlier ones: a method is a named set of
/// settings, and so is a problem, so that whatever a campaign can be told to do can be compared.
struct BenchmarkFile {
    std::filesystem::path path;
    std::string text;
    std::vector<std::string> settings;  ///< "section.key=value" of all campaigns, from the command line
    std::string name;
    std::vector<std::int64_t> seeds;
    int ranks_per_run = 1;
    std::string baseline;               ///< the method that areas and diversities are relative to
    std::vector<std::string> problems;  ///< in the order of the file
    std::vector<std::string> methods;

    /// All methods with all problems for one seed after another.
    std::vector<BenchmarkRun> runs() const;
    campaign::CampaignFile campaign(const BenchmarkRun& run) const;
    /// Leaves only some problems and methods, in the order of the file; of an empty list all. Error if one is not in the file, or the baseline would go.
    void keep(const std::vector<std::string>& some_problems, const std::vector<std::string>& some_methods);
};

/// Checks the text of a benchmark file, and every campaign in it as `sluice validate` would. Error lists all problems at once; one that only some methods or problems
/// have names them. \param settings  "section.key=value" from the command line, which win over the file; those of the section benchmark are the benchmark's
BenchmarkFile parse_benchmark(const std::string& text, const std::filesystem::path& path, const std::vector<std::string>& settings, campaign::Against against);

/// Reads a benchmark file on the root, checks it, also against its pools, and gives it to every rank. Throws Agreed. Collective.
BenchmarkFile read_benchmark(const std::filesystem::path& path, const std::vector<std::string>& settings, const Communicator& ranks);

}  // namespace sluice::benchmark
