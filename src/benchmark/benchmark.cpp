#include "benchmark/benchmark.hpp"

#include "base/csv.hpp"
#include "base/files.hpp"
#include "base/log.hpp"
#include "base/signals.hpp"
#include "benchmark/steps.hpp"
#include "campaign/run_session.hpp"
#include "parallel/dealer.hpp"
#include "report/benchmark/benchmark_page.hpp"

#include <fmt/ranges.h>

#include <map>

namespace sluice::benchmark {

namespace {

namespace fs = std::filesystem;

constexpr const char* steps_file = "steps.csv";  ///< written last of all: a run that has it is done

bool is_done(const campaign::CampaignFile& file, const fs::path& folder)
{
    return fs::exists(folder / steps_file) && fs::exists(folder / "campaign.toml") && read_file(folder / "campaign.toml") == to_toml(file);
}

/// Indices of the runs that are not done. Collective.
std::vector<std::size_t> runs_to_do(const BenchmarkFile& file, const std::vector<BenchmarkRun>& runs, const fs::path& folder, const Communicator& ranks)
{
    std::vector<std::size_t> to_do;
    on_root(ranks, [&] {
        for (std::size_t i = 0; i < runs.size(); ++i) {
            if (!is_done(file.campaign(runs[i]), folder_of(file, runs[i], folder))) to_do.push_back(i);
        }
    });
    return ranks.gather(std::span<const std::size_t>(to_do));  // the others have none
}

/// One run by a group of ranks, which it leaves done, or to be gone on with. Collective.
ExitCode run_one(const campaign::CampaignFile& file, const fs::path& folder, const Communicator& group)
{
    on_root(group, [&] {
        make_folder(folder);
        fs::remove(folder / steps_file);  // of a campaign with fewer iterations
        log::start_in_file(folder / "run.log", false);
    });
    std::string steps;
    const auto ended = run_session(file, folder, [&](const campaign::Campaign& campaign) { steps = steps_csv(campaign, group); }, group);
    if (ended == ExitCode::done) on_root(group, [&] { write_file_atomically(folder / steps_file, steps); });
    return ended;
}

/// Does runs as the dealer gives them, until there are no more or a stop is asked for. \return  messages of those that failed
std::vector<std::string> work_off(const BenchmarkFile& file, const std::vector<BenchmarkRun>& runs, const std::vector<std::size_t>& to_do, const fs::path& folder,
                                  parallel::Dealer& dealer, const Communicator& group, const Communicator& ranks)
{
    std::vector<std::string> failures;
    while (true) {
        std::int64_t number = 0;
        on_root(group, [&] { number = dealer.next(); });
        group.broadcast(std::span(&number, 1), 0);
        if (number >= static_cast<std::int64_t>(to_do.size()) || group.any(stop_requested())) break;
        const auto& run = runs[to_do[static_cast<std::size_t>(number)]];
        const auto at = folder_of(file, run, folder);
        auto ended = ExitCode::failed;
        try {
            ended = run_one(file.campaign(run), at, group);
        } catch (const Agreed& error) {
            failures.push_back(fmt::format("{}: {}", at.string(), error.what()));
        }
        log::start(!ranks.is_root());
        if (ended == ExitCode::restart) break;
        std::int64_t done = 0;
        on_root(group, [&] { done = dealer.finish_one(); });
        log::info("{} of {} runs done; the last: {}, {}, seed {}{}", done, to_do.size(), file.problems[run.problem], file.methods[run.method], run.seed, ended == ExitCode::done ? "" : ": failed");
    }
    return failures;
}

/// Messages of all groups, those of a group's root, in the order of the ranks. Collective.
std::vector<std::string> gather_failures(const std::vector<std::string>& own, const Communicator& group, const Communicator& ranks)
{
    std::string mine;
    for (const auto& message : own) mine += message + '\0';
    if (!group.is_root()) mine.clear();
    const auto all = ranks.gather(std::span<const char>(mine));
    std::vector<std::string> messages;
    for (auto begin = all.begin(); begin != all.end();) {
        const auto end = std::find(begin, all.end(), '\0');
        messages.emplace_back(begin, end);
        begin = end + 1;
    }
    return messages;
}

/// Runs of one problem and seed are compared: they must be of one pool.
void check_pools(const BenchmarkFile& file, const std::vector<BenchmarkRun>& runs, const fs::path& folder)
{
    std::map<std::pair<std::size_t, std::int64_t>, std::pair<std::string, fs::path>> first;
    for (const auto& run : runs) {
        const auto at = folder_of(file, run, folder), journal = at / "journal.jsonl";
        if (!fs::exists(at / steps_file)) continue;
        const auto text = read_file(journal);
        const auto head = campaign::parse_journal(text.substr(0, text.find('\n') + 1), journal.string()).head;
        const auto [found, is_new] = first.try_emplace({run.problem, run.seed}, head->fingerprint, at);
        if (!is_new && found->second.first != head->fingerprint) {
            fail("{} and {} are of different pools (fingerprints {} and {}): the pool has changed between them; remove the runs of one, and start again", found->second.second.string(),
                 at.string(), found->second.first, head->fingerprint);
        }
    }
}

/// All steps of all runs that are done.
std::string results_csv(const BenchmarkFile& file, const std::vector<BenchmarkRun>& runs, const fs::path& folder)
{
    std::string text;
    for (std::size_t p = 0; p < file.problems.size(); ++p) {
        for (std::size_t m = 0; m < file.methods.size(); ++m) {
            for (const auto& run : runs) {
                const auto path = folder_of(file, run, folder) / steps_file;
                if (run.problem != p || run.method != m || !fs::exists(path)) continue;
                const auto steps = read_file(path);
                const auto header_end = steps.find('\n') + 1;
                if (text.empty()) text = "problem,method,seed," + steps.substr(0, header_end);
                for (auto begin = header_end; begin < steps.size();) {
                    const auto end = steps.find('\n', begin) + 1;
                    text += fmt::format("{},{},{},{}", csv_cell(file.problems[p]), csv_cell(file.methods[m]), run.seed, steps.substr(begin, end - begin));
                    begin = end;
                }
            }
        }
    }
    return text;
}

}  // namespace

fs::path folder_of(const BenchmarkFile& file, const BenchmarkRun& run, const fs::path& folder)
{
    return folder / file.problems[run.problem] / file.methods[run.method] / fmt::format("seed-{}", run.seed);
}

ExitCode run_benchmark(const BenchmarkFile& file, const fs::path& folder, const Communicator& ranks)
{
    const auto runs = file.runs();
    on_root(ranks, [&] { make_folder(folder); });
    const auto to_do = runs_to_do(file, runs, folder, ranks);
    const int groups = std::max(1, ranks.size() / file.ranks_per_run);
    log::info("{}: {} runs, {} of them to do, by {} group{} of ranks", file.name, runs.size(), to_do.size(), groups, groups == 1 ? "" : "s");

    const auto group = ranks.split(std::min(ranks.rank() / file.ranks_per_run, groups - 1));
    parallel::Dealer dealer(ranks);
    const auto own_failures = work_off(file, runs, to_do, folder, dealer, group, ranks);
    const bool is_stopped = ranks.largest_patiently(stop_requested() ? 1 : 0) != 0;
    dealer.close();
    const auto failures = gather_failures(own_failures, group, ranks);
    if (is_stopped) {
        log::info("stopped; start again to go on");
        return ExitCode::restart;
    }
    on_root(ranks, [&] {
        check_pools(file, runs, folder);
        const auto results = folder / "results.csv";
        if (const auto text = results_csv(file, runs, folder); !text.empty()) {
            write_file_atomically(results, text);
            report::write_benchmark_report(results, {file.name, file.baseline, file.text, failures}, folder / "report.html");
            log::info("results: {}\nreport: {}", fs::absolute(results).string(), fs::absolute(folder / "report.html").string());
        }
    });
    if (!failures.empty()) throw Agreed(fmt::format("{}\n{} of {} runs failed; the others are done", fmt::join(failures, "\n"), failures.size(), runs.size()));
    return ExitCode::done;
}

}  // namespace sluice::benchmark
