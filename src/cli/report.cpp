#include "report/report.hpp"

#include "base/files.hpp"
#include "base/log.hpp"
#include "base/signals.hpp"
#include "cli/command.hpp"
#include "pool/hdf5.hpp"
#include "report/page/latents_page.hpp"

#include <algorithm>

namespace sluice::cli {

namespace {

struct Arguments {
    std::vector<std::filesystem::path> runs;
    std::filesystem::path output;
};

/// Of pools of latents, in place of run folders.
void report_latents(const std::vector<std::filesystem::path>& pools, const std::filesystem::path& output)
{
    std::vector<report::LatentsRecord> records;
    for (const auto& path : pools) {
        const auto file = hdf5::File::open(path);
        if (!file.has("/representation")) fail("{}: holds no latents: report is about run folders, or pools that represent wrote", path.string());
        records.push_back(report::latents_record(path.string(), file.read_texts("/representation").at(0)));
        if (file.has("/pictures")) records.back().pictures = report::latent_pictures(path.string(), file.read_texts("/pictures").at(0));
    }
    write_file_atomically(output, report::latents_page(records));
}

}  // namespace

void add_report(CLI::App& app, Action& action)
{
    auto arguments = std::make_shared<Arguments>();
    auto* command = app.add_subcommand("report", "make one HTML page about one or several runs, or about pools of latents");
    command->add_option("runs", arguments->runs, "run folders, or pools that represent wrote")->required();
    command->add_option("-o,--output", arguments->output, "HTML file")->required();
    command->callback([arguments, &action] {
        action = [arguments](const Communicator& ranks) {
            release_stop_signals();
            on_root(ranks, [&] {
                const auto& runs = arguments->runs;
                const auto files = std::count_if(runs.begin(), runs.end(), [](const auto& path) { return std::filesystem::is_regular_file(path); });
                if (files == 0) return report::write_report(runs, arguments->output);
                if (static_cast<std::size_t>(files) < runs.size()) fail("a report is about run folders or about pools of latents, not about both");
                report_latents(runs, arguments->output);
            });
            log::info("report: {}", std::filesystem::absolute(arguments->output).string());
            return ExitCode::done;
        };
    });
}

}  // namespace sluice::cli
