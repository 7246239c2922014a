#include "report/synthetic_run.hpp"

#include "base/files.hpp"
#include "base/random.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <stdlib.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <stdexcept>

namespace sluice::report {

namespace {

using nlohmann::json;

struct Answer {
    std::uint64_t row;
    int iteration;
    bool failed;
    std::vector<double> values;
    double x;
    double y;
};

class Numbers {
public:
    explicit Numbers(std::uint64_t seed) : stream_(seed, Purpose::random_score, 0, 0) {}
    double uniform() { return stream_.uniform(); }
    double normal() { return stream_.normal(); }

private:
    RandomStream stream_;
};

std::vector<Answer> make_answers(const SyntheticRun& run, Numbers& random)
{
    std::vector<Answer> answers;
    for (int iteration = 0; iteration <= run.iterations; ++iteration) {
        const double progress = run.iterations == 0 ? 0 : std::sqrt(static_cast<double>(iteration) / run.iterations);
        for (int k = 0; k < (iteration == 0 ? run.initial : run.batch); ++k) {
            const bool failed = random.uniform() < run.failing;
            Answer answer{.row = answers.size() * 7, .iteration = iteration, .failed = failed, .values = {}, .x = 0, .y = 0};
            for (const auto& goal : run.goals) {
                const double better = run.improvement * (progress + 0.25 * random.normal());
                answer.values.push_back(run.offset + (goal == "minimize" ? -better : better));
            }
            answer.x = iteration == 0 ? 2 * random.normal() : 3 * progress + 0.8 * random.normal();
            answer.y = iteration == 0 ? random.normal() : 2 * std::sin(3 * progress) + 0.5 * random.normal();
            answers.push_back(answer);
        }
    }
    return answers;
}

void write_journal(const std::filesystem::path& path, const SyntheticRun& run, const std::vector<Answer>& answers)
{
    std::ofstream out(path);
    const json campaign = {{"event", "campaign"}, {"format", 1}, {"name", run.name}, {"targets", run.targets}, {"goals", run.goals},
                           {"pool", "synthetic.h5"}, {"pool_rows", run.pool_rows}, {"fingerprint", "12ab"}, {"identity", "34cd"}};
    out << campaign.dump() << '\n';
    for (int iteration = 0; iteration <= run.iterations; ++iteration) {
        json rows = json::array();
        for (const auto& answer : answers) {
            if (answer.iteration == iteration) rows.push_back(answer.row);
        }
        out << json{{"event", "batch"}, {"iteration", iteration}, {"rows", rows}}.dump() << '\n';
        for (const auto& answer : answers) {
            if (answer.iteration != iteration) continue;
            json label = {{"event", "label"}, {"iteration", iteration}, {"row", answer.row}};
            if (run.has_ids) label["id"] = fmt::format("mol_{}", answer.row);
            if (answer.failed) label["failed"] = true;
            if (!answer.failed) label["values"] = answer.values;
            out << label.dump() << '\n';
        }
    }
}

std::string cell(double value)
{
    return std::isfinite(value) ? fmt::format("{}", value) : "";
}

constexpr double window_lo = 0.45, window_hi = 0.55;  // above the offset

bool is_better(const SyntheticRun& run, std::size_t target, double value, double than)
{
    if (run.goals[target] == "minimize") return value < than;
    if (run.goals[target] == "maximize") return value > than;
    const double centre = run.offset + (window_lo + window_hi) / 2;
    return std::abs(value - centre) < std::abs(than - centre);
}

void write_metrics(const std::filesystem::path& path, const SyntheticRun& run, const std::vector<Answer>& answers, Numbers& random)
{
    std::ofstream out(path);
    out << "iteration,labelled,failed" << (run.is_tested ? ",test_nll,oracle_nll" : "");
    for (std::size_t t = 0; t < run.targets.size(); ++t) {
        if (run.goals[t] != "predict") out << fmt::format(",best_{0},batch_min_{0},batch_mean_{0},batch_max_{0},oob_r2_{0}", run.targets[t]);
    }
    out << ",aggregate_best,aggregate_batch_max,success\n";
    for (int iteration = 0; iteration <= run.iterations; ++iteration) {
        int labelled = 0, failed = 0;
        for (const auto& answer : answers) {
            if (answer.iteration <= iteration) ++(answer.failed ? failed : labelled);
        }
        out << iteration << ',' << labelled << ',' << failed;
        if (run.is_tested) out << (iteration == 0 ? ",," : fmt::format(",{},{}", 9 + 700 * std::exp(-0.5 * iteration) * random.uniform(), 8.5));
        for (std::size_t t = 0; t < run.targets.size(); ++t) {
            if (run.goals[t] == "predict") continue;
            double best = std::nan(""), lowest = std::nan(""), highest = std::nan(""), sum = 0;
            int count = 0;
            for (const auto& answer : answers) {
                if (answer.failed || answer.iteration > iteration) continue;
                const double value = answer.values[t];
                if (std::isnan(best) || is_better(run, t, value, best)) best = value;
                if (answer.iteration < iteration) continue;
                lowest = std::fmin(lowest, value);
                highest = std::fmax(highest, value);
                sum += value;
                ++count;
            }
            const bool modelled = run.has_model && iteration > 0;
            const double r2 = 0.85 - 1.6 * std::exp(-0.3 * iteration - 0.1 * static_cast<double>(t)) + 0.04 * random.normal();
            for (const double value : {best, lowest, sum / count, highest, modelled ? r2 : std::nan("")}) out << ',' << cell(value);
        }
        const double progress = run.iterations == 0 ? 0 : static_cast<double>(iteration) / run.iterations;
        const double aggregate = run.targets.size() > 1 ? 0.2 + 0.6 * progress : std::nan("");
        const bool success = run.success_at >= 0 && iteration >= run.success_at;
        out << ',' << cell(aggregate + 0.1) << ',' << cell(aggregate) << ',' << (!run.closed_pool ? "" : success ? "1" : "0") << '\n';
    }
}

void write_stages(const std::filesystem::path& path, const SyntheticRun& run, Numbers& random)
{
    std::ofstream out(path);
    out << "iteration,stage,seconds,bytes,flops\n";
    for (int iteration = 0; iteration <= run.iterations; ++iteration) {
        if (iteration > 0 && run.has_model) {
            out << fmt::format("{},fit,{},0,{}\n", iteration, 2 + 0.08 * iteration + 0.2 * random.uniform(), 4e10);
            out << fmt::format("{},score,{},{},{}\n", iteration, 3 + 0.3 * random.uniform(), 6.8e9, 2.1e12);
        }
        if (iteration > 0) out << fmt::format("{},select,{},{},0\n", iteration, 0.8 + 0.2 * random.uniform(), 1.3e9);
        if (iteration == 0) out << "0,read,1.4,68000000,0\n";
        out << fmt::format("{0},checkpoint,0.21,1200000,0\n{0},ask,0.05,0,0\n{0},journal,0.09,900,0\n", iteration);
    }
    out << fmt::format("{},map,0.7,68000000,0\n", run.iterations);
}

void write_map(const std::filesystem::path& path, const std::vector<Answer>& answers, Numbers& random)
{
    constexpr int bins = 64;
    constexpr double half_x = 7, half_y = 5;
    std::vector<std::vector<int>> counts(bins, std::vector<int>(bins, 0));
    for (int k = 0; k < 60000; ++k) {
        const bool second = random.uniform() < 0.3;
        const double x = (second ? 2.5 : -1) + 1.2 * random.normal();
        const double y = (second ? 1.5 : -0.5) + (second ? 0.7 : 1.1) * random.normal();
        const auto i = static_cast<int>((x + half_x) / (2 * half_x) * bins), j = static_cast<int>((y + half_y) / (2 * half_y) * bins);
        if (i >= 0 && i < bins && j >= 0 && j < bins) ++counts[static_cast<std::size_t>(j)][static_cast<std::size_t>(i)];
    }
    json picks = json::array();
    for (const auto& answer : answers) {
        picks.push_back({answer.row, answer.iteration, std::clamp(answer.x, -half_x, half_x), std::clamp(answer.y, -half_y, half_y)});
    }
    const json map = {{"explained", {0.213, 0.084}}, {"x", {-half_x, half_x}}, {"y", {-half_y, half_y}}, {"counts", counts}, {"picks", picks}};
    std::ofstream(path) << map.dump();
}

}  // namespace

TemporaryFolder::TemporaryFolder()
{
    std::string name = (std::filesystem::temp_directory_path() / "sluice-report-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = name;
}

TemporaryFolder::~TemporaryFolder()
{
    std::filesystem::remove_all(path_);
}

std::filesystem::path write_synthetic_run(const std::filesystem::path& folder, const SyntheticRun& run)
{
    std::filesystem::create_directories(folder);
    Numbers random(run.seed);
    const auto answers = make_answers(run, random);
    write_journal(folder / "journal.jsonl", run, answers);
    write_metrics(folder / "metrics.csv", run, answers, random);
    write_stages(folder / "stages.csv", run, random);
    if (run.has_map) write_map(folder / "map.json", answers, random);
    std::ofstream(folder / "sessions.jsonl")
        << R"({"started":"2026-11-23T22:00:00Z","ranks":1,"threads":2,"version":"0.1.0","commit":"abc","host":"n1",)"
        << R"("ended":"restart","peak_rss_bytes":[812000000]})" << '\n'
        << R"({"started":"2026-11-24T06:30:00Z","ranks":2,"threads":4,"version":"0.1.0","commit":"abc","host":"n2",)"
        << R"("ended":"done","peak_rss_bytes":[612000000,598000000]})" << '\n';
    std::ofstream campaign(folder / "campaign.toml");
    campaign << fmt::format("[campaign]\nname = \"{}\"\nseed = {}\nbatch = {}\n", run.name, run.seed, run.batch);
    for (std::size_t t = 0; t < run.targets.size(); ++t) {
        campaign << fmt::format("\n[[target]]\nname = \"{}\"\ngoal = \"{}\"\n", run.targets[t], run.goals[t]);
        if (run.goals[t] == "window") campaign << fmt::format("window = [{}, {}]\n", run.offset + window_lo, run.offset + window_hi);
    }
    return folder;
}

}  // namespace sluice::report
