#include "campaign/run_folder/journal.hpp"

#include "base/error.hpp"

#include <nlohmann/json.hpp>

#include <cmath>
#include <limits>

namespace sluice::campaign {

namespace {

using Json = nlohmann::ordered_json;

constexpr int format_version = 1;

std::vector<double> numbers(const Json& list)
{
    std::vector<double> values;
    for (const auto& value : list) values.push_back(value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.get<double>());
    return values;
}

std::vector<std::vector<double>> table(const Json& list)
{
    std::vector<std::vector<double>> rows;
    for (const auto& row : list) rows.push_back(numbers(row));
    return rows;
}

/// Names may have bytes that are not UTF-8, which JSON cannot hold: they are shown as U+FFFD. Rows and values are what counts.
std::string text_of(const Json& line)
{
    return line.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

JournalHead to_head(const Json& line)
{
    return {line.at("name"), line.at("targets"), line.at("goals"), line.at("pool"), line.at("pool_rows"), line.at("fingerprint"), line.at("identity")};
}

JournalEvent to_event(const Json& line)
{
    const auto& kind = line.at("event").get_ref<const std::string&>();
    if (kind == "batch") {
        BatchEvent batch;
        batch.iteration = line.at("iteration");
        batch.rows = line.at("rows").get<std::vector<RowId>>();
        if (line.contains("scores")) batch.scores = numbers(line["scores"]);
        if (line.contains("mean")) batch.mean = table(line["mean"]);
        if (line.contains("sd")) batch.sd = table(line["sd"]);
        if (line.contains("oob_r2")) batch.out_of_bag_r2 = numbers(line["oob_r2"]);
        if (line.contains("strategy")) batch.diagnostics = line["strategy"].dump();
        if (line.contains("points")) batch.points = line["points"].get<std::vector<std::vector<float>>>();
        return batch;
    }
    if (kind != "label") fail("unknown event '{}'", kind);
    LabelEvent label;
    label.iteration = line.at("iteration");
    label.row = line.at("row");
    if (line.contains("id")) label.id = line["id"];
    if (!line.value("failed", false)) label.answer = numbers(line.at("values"));
    return label;
}

}  // namespace

void fail_as_damaged(const std::string& path, std::size_t line, const std::string& what)
{
    fail("{}:{}: damaged: {}; restore the file from a copy, or start again in another run folder", path, line, what);
}

JournalContent parse_journal(const std::string& text, const std::string& path)
{
    JournalContent content;
    std::size_t line_number = 0;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = text.find('\n', begin);
        ++line_number;
        int format = format_version;
        try {
            const auto line = Json::parse(text.substr(begin, end - begin));
            const bool is_head = line.at("event") == "campaign";
            if (is_head) format = line.at("format");
            if (is_head && format == format_version) content.head = to_head(line);
            if (!is_head) content.events.push_back(to_event(line));
        } catch (const std::exception& error) {
            fail_as_damaged(path, line_number, error.what());
        }
        if (format != format_version) fail("{}:{}: journal format {}; this program reads format {}", path, line_number, format, format_version);
        if (end == std::string::npos) break;
        begin = end + 1;
    }
    if (!content.head && !text.empty()) fail_as_damaged(path, 1, "the first line must say which campaign it is");
    return content;
}

std::string to_line(const JournalHead& head)
{
    return text_of({{"event", "campaign"}, {"format", format_version}, {"name", head.name}, {"targets", head.targets}, {"goals", head.goals}, {"pool", head.pool},
                {"pool_rows", head.pool_rows}, {"fingerprint", head.fingerprint}, {"identity", head.identity}});
}

std::string to_line(const JournalEvent& event)
{
    Json line;
    if (const auto* batch = std::get_if<BatchEvent>(&event)) {
        line = {{"event", "batch"}, {"iteration", batch->iteration}, {"rows", batch->rows}};
        if (!batch->points.empty()) line["points"] = batch->points;
        if (!batch->scores.empty()) line["scores"] = batch->scores;
        if (!batch->mean.empty()) line["mean"] = batch->mean;
        if (!batch->sd.empty()) line["sd"] = batch->sd;
        if (!batch->out_of_bag_r2.empty()) line["oob_r2"] = batch->out_of_bag_r2;
        if (!batch->diagnostics.empty()) line["strategy"] = Json::parse(batch->diagnostics);
    } else {
        const auto& label = std::get<LabelEvent>(event);
        line = {{"event", "label"}, {"iteration", label.iteration}, {"row", label.row}};
        if (!label.id.empty()) line["id"] = label.id;
        if (label.answer) line["values"] = *label.answer;
        else line["failed"] = true;
    }
    return text_of(line);
}

Journal::Journal(const std::filesystem::path& path, const Communicator& ranks) : path_(path), ranks_(ranks)
{
    on_root(ranks, [&] {
        text_ = keep_whole_lines(path);
        file_ = std::make_unique<DurableAppender>(path);
    });
    text_ = ranks.broadcast(text_, 0);
}

void Journal::append(const std::string& lines)
{
    on_root(ranks_, [&] { file_->append(lines); });
    text_ += lines;
}

}  // namespace sluice::campaign
