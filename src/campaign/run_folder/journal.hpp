#pragma once

#include "base/files.hpp"
#include "parallel/communicator.hpp"
#include "problems/problem.hpp"

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace sluice::campaign {

/// First line of a journal: which campaign it belongs to.
struct JournalHead {
    std::string name;
    std::vector<std::string> targets;
    std::vector<std::string> goals;
    std::string pool;
    RowId pool_rows = 0;
    std::string fingerprint;  ///< of the pool, or of the domain's bounds
    std::string identity;     ///< of the campaign file
};

/// A batch was chosen. Durable before anyone is asked. Model columns are empty where no model was used.
struct BatchEvent {
    std::int64_t iteration = 0;  ///< 0: the initial rows
    std::vector<RowId> rows;
    std::vector<double> scores;             ///< per row
    std::vector<std::vector<double>> mean;  ///< per row and target, raw units; of a class its probabilities
    std::vector<std::vector<double>> sd;
    std::vector<double> out_of_bag_r2;      ///< per target
    std::string diagnostics;                ///< JSON object of the strategy's own, empty if none
    std::vector<std::vector<float>> points; ///< per row its features, where candidates are generated; rows are numbered as they are asked for
};

/// A row was answered, or could not be. Durable before it is used.
struct LabelEvent {
    std::int64_t iteration = 0;
    RowId row = 0;
    std::string id;           ///< empty if the pool has none
    problems::Answer answer;  ///< values per target, raw units
};

using JournalEvent = std::variant<BatchEvent, LabelEvent>;

struct JournalContent {
    std::optional<JournalHead> head;
    std::vector<JournalEvent> events;
};

/// Text of journal lines; event i stands in line i + 2. Error names file and line of one that cannot be understood.
JournalContent parse_journal(const std::string& text, const std::string& path);
/// The Error of a line that cannot be understood, or that contradicts those before it.
[[noreturn]] void fail_as_damaged(const std::string& path, std::size_t line, const std::string& what);
std::string to_line(const JournalHead& head);
std::string to_line(const JournalEvent& event);

/// The journal of a run: the one file that decides what has been paid for. Appended by the root, each append on disk before it returns.
/// It holds no times and nothing about ranks, so that two runs of one campaign have the same bytes.
class Journal {
public:
    /// Opens or starts the journal. A last line without its newline was being written when the run died: it is cut off, as nothing has used it.
    /// Collective; the content is the same on every rank.
    Journal(const std::filesystem::path& path, const Communicator& ranks);

    const std::filesystem::path& path() const { return path_; }
    const std::string& text() const { return text_; }
    JournalContent content() const { return parse_journal(text_, path_.string()); }

    /// Durable when it returns, on every rank. Collective; every rank gives the same lines.
    void append(const std::string& lines);

private:
    std::filesystem::path path_;
    const Communicator& ranks_;
    std::string text_;
    std::unique_ptr<DurableAppender> file_;  ///< root only
};

}  // namespace sluice::campaign
