#include "report/record/journal.hpp"

#include "base/error.hpp"
#include "report/record/json_lines.hpp"

namespace sluice::report {

namespace {

Label read_label(const nlohmann::json& line)
{
    Label label;
    label.iteration = line.at("iteration").get<std::int64_t>();
    label.row = line.at("row").get<std::uint64_t>();
    label.failed = line.value("failed", false);
    if (line.contains("id")) label.id = line["id"].is_string() ? line["id"].get<std::string>() : line["id"].dump();
    if (!label.failed) label.values = numbers_or_nan(line.at("values"));
    return label;
}

FusionStep read_fusion_step(const nlohmann::json& batch)
{
    FusionStep step{.iteration = batch.at("iteration").get<std::int64_t>(), .families = {}, .deviation = {}, .calibration_deviation = {}};
    for (const auto& s : batch["strategy"]["surrogates"]) {
        step.families.push_back({s.at("family").get<std::string>(), number_or_nan(s.at("accuracy")), number_or_nan(s.at("calibration"))});
    }
    for (const auto& target : batch["strategy"].at("targets")) {
        step.deviation.push_back(number_or_nan(target.at("deviation")));
        step.calibration_deviation.push_back(number_or_nan(target.at("calibration_deviation")));
    }
    return step;
}

}  // namespace

Journal read_journal(const std::filesystem::path& path)
{
    Journal journal;
    for_each_json_line(path, [&](const nlohmann::json& line) {
        const auto event = line.at("event").get<std::string>();
        if (event == "campaign") {
            journal.name = line.at("name").get<std::string>();
            journal.targets = line.at("targets").get<std::vector<std::string>>();
            journal.goals = line.at("goals").get<std::vector<std::string>>();
            journal.pool = line.value("pool", "");
            journal.pool_rows = line.value("pool_rows", std::uint64_t{0});
            journal.fingerprint = line.value("fingerprint", "");
        } else if (event == "batch") {
            journal.asked += line.at("rows").size();
            if (line.contains("strategy") && line["strategy"].contains("surrogates")) journal.fusion.push_back(read_fusion_step(line));
        } else if (event == "label") {
            journal.labels.push_back(read_label(line));
            const auto& label = journal.labels.back();
            if (!label.failed && label.values.size() != journal.targets.size()) {
                fail("{}: row {} has {} values where the campaign has {} targets", path.string(), label.row, label.values.size(),
                     journal.targets.size());
            }
        }
    });
    if (journal.targets.empty() || journal.goals.size() != journal.targets.size()) {
        fail("{}: has no campaign line with targets and goals; {} is not a run folder", path.string(), path.parent_path().string());
    }
    return journal;
}

bool has_no_best(const std::string& goal)
{
    return goal == "predict" || goal == "classify";
}

}  // namespace sluice::report
