#include "campaign/campaign.hpp"

#include "base/files.hpp"
#include "base/log.hpp"
#include "campaign/candidates/initial_rows.hpp"
#include "campaign/candidates/spread_points.hpp"
#include "campaign/candidates/truth.hpp"
#include "campaign/event_check.hpp"
#include "campaign/progress_line.hpp"
#include "campaign/run_folder/metrics.hpp"
#include "campaign/run_folder/pool_map.hpp"
#include "campaign/run_folder/trajectory.hpp"
#include "campaign/testing/sparse_regions.hpp"
#include "campaign/testing/test_rows.hpp"
#include "fusion/clustering/clustering.hpp"
#include "pool/scaled.hpp"
#include "pool/standardise.hpp"
#include "problems/simulated_pool.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace sluice::campaign {

namespace {

std::string goal_name(const problems::Goal& goal)
{
    switch (goal.kind) {
        case problems::GoalKind::maximize: return "maximize";
        case problems::GoalKind::minimize: return "minimize";
        case problems::GoalKind::predict: return "predict";
        case problems::GoalKind::classify: return "classify";
        case problems::GoalKind::window: return fmt::format("window [{}, {}]", goal.low, goal.high);
    }
    return "";
}

std::string fingerprint_text(const pool::Shard& shard)
{
    return fmt::format("{:016x}", shard.fingerprint);
}

JournalHead head_of(const CampaignFile& file, const pool::Shard& shard)
{
    JournalHead head{file.name(), {}, {}, std::filesystem::path(shard.info.path).filename().string(), shard.info.rows, fingerprint_text(shard), identity(file)};
    for (const auto& goal : file.goals) {
        head.targets.push_back(goal.target);
        head.goals.push_back(goal_name(goal));
    }
    return head;
}

/// After the first batch: if most answers failed, there is nothing to learn from yet.
constexpr std::size_t fewest_labels = 2;

/// Generated points become rows, numbered as they are asked for.
BatchEvent number_points(BatchEvent batch, const State& state)
{
    for (std::size_t i = 0; i < batch.points.size(); ++i) batch.rows.push_back(static_cast<RowId>(state.points.size() + i));
    return batch;
}

}  // namespace

Campaign::Campaign(CampaignFile file, std::filesystem::path folder, const Communicator& ranks)
    : file_(std::move(file)), folder_(std::move(folder)), ranks_(ranks), stages_(folder_ / "stages.csv", ranks)
{
    problem_ = Registration<problems::Problem>::all().at(file_.problem.kind)->make(file_.problem.options);
    if (!file_.strategy.kind.empty()) strategy_ = StrategyRegistration::all().at(file_.strategy.kind)->make(file_.strategy.options);
    on_root(ranks_, [&] { make_folder(folder_); });
    stages_.time(state_.next_iteration(), "read", [&](Work& work) {
        open_pool();
        work.bytes += static_cast<double>(shard_.share.rows()) * static_cast<double>(shard_.info.row_bytes());
        return 0;
    });
    restore();
    on_root(ranks_, [&] { write_file_atomically(folder_ / "campaign.toml", to_toml(file_)); });
}

void Campaign::open_pool()
{
    if (file_.domain) {
        shard_ = pool::empty_shard(*file_.domain);
        scaling_ = pool::standardising(*file_.domain);
        return;
    }
    std::optional<pool::Shard> sample;  // of the rows that will be drawn
    if (file_.pool_is_fresh()) {
        constexpr RowId sample_rows = 4096;
        sample = problems::draw_pool(*problem_.simulator, file_.problem.kind, file_.seed(), sample_rows, ranks_);
        shard_ = problems::undrawn_pool(*problem_.simulator, file_.problem.kind);
        shard_.fingerprint = sample->fingerprint;
        fresh_pool_ = fresh_pool(file_);
    } else if (problem_.simulator) {
        shard_ = problems::draw_pool(*problem_.simulator, file_.problem.kind, file_.seed(), file_.drawn_rows(), ranks_);
    } else {
        const auto missing = file_.pool.text("missing") == "error" ? pool::MissingFeatures::error : pool::MissingFeatures::drop_row;
        shard_ = pool::read_shard(file_.pool_path().string(), ranks_, problem_.reads_targets, missing, file_.residency());
    }
    scaling_ = file_.pool.text("scaling") == "standard" ? pool::standardising(pool::column_statistics(sample ? *sample : shard_, ranks_)) : pool::Scaling::identity(shard_.info.columns);
    fresh_.assign(static_cast<std::size_t>(shard_.share.rows()), pool::RowState::unlabelled);
    for (const RowId row : shard_.dropped) fresh_[static_cast<std::size_t>(row - shard_.share.first_row)] = pool::RowState::excluded;
    if (!problem_.simulator && !problem_.reads_targets) return;
    const auto& names = problem_.simulator ? problem_.simulator->targets : shard_.info.target_names;
    for (const auto& goal : file_.goals) columns_.push_back(static_cast<std::size_t>(std::find(names.begin(), names.end(), goal.target) - names.begin()));
    const auto tested = file_.pool.whole("test");
    if (problem_.simulator) {
        test_ = problems::draw_test_set(*problem_.simulator, file_.seed(), tested, columns_, ranks_);
        near_boundary_ = problem_.simulator->near_boundary;
        const auto& candidates = sample ? *sample : shard_;
        const std::vector<pool::RowState> all(static_cast<std::size_t>(candidates.share.rows()), pool::RowState::unlabelled);
        if (file_.pool.real("sparse") > 0) test_.is_sparse = sparse_test_rows(candidates, scaling_, all, test_, file_.pool.real("sparse"), ranks_);
        return;
    }
    if (tested > 0) test_ = set_test_rows_aside(shard_, columns_, tested, file_.seed(), fresh_, ranks_);
    if (file_.pool.real("sparse") > 0) test_.is_sparse = sparse_test_rows(shard_, scaling_, fresh_, test_, file_.pool.real("sparse"), ranks_);
    auto yardstick = problems::measure(shard_, columns_, file_.goals, fresh_, ranks_);
    if (!file_.predicts()) yardstick_ = std::move(yardstick);
}

void Campaign::restore()
{
    journal_ = std::make_unique<Journal>(folder_ / "journal.jsonl", ranks_);
    JournalContent content;
    together(ranks_, [&] { content = journal_->content(); });
    const auto head = head_of(file_, shard_);
    if (content.head && content.head->identity != head.identity) {
        throw Agreed(fmt::format("{}: holds a run of another campaign ('{}'); its settings are in campaign.toml there. Run that one's file, or choose another --run-dir",
                                 folder_.string(), content.head->name));
    }
    if (content.head && content.head->fingerprint != head.fingerprint) {
        throw Agreed(fmt::format("{}: the pool {} has changed since this run began (fingerprint {} then, {} now); restore it, or choose another --run-dir", folder_.string(),
                                 shard_.info.path, content.head->fingerprint, head.fingerprint));
    }
    events_ = std::move(content.events);
    together(ranks_, [&] {
        for (std::size_t i = 0; i < events_.size(); ++i) check_event(events_[i], file_, shard_.info, [&](const std::string& what) { fail_as_damaged(journal_->path(), i + 2, what); });
    });

    const CheckpointOrigin origin{to_toml(file_), head.identity, head.fingerprint};
    std::size_t replayed_from = 0;
    if (auto restored = read_checkpoint(folder_, origin, journal_->text(), shard_.info.tiling(), shard_.share, ranks_)) {
        state_ = std::move(restored->state);
        const auto lines = std::count(journal_->text().begin(), journal_->text().begin() + static_cast<std::ptrdiff_t>(restored->journal_bytes), '\n');
        replayed_from = static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, lines - 1));  // the first says which campaign it is
    } else {
        state_.rows = fresh_;
    }
    together(ranks_, [&] {
        for (std::size_t i = replayed_from; i < events_.size(); ++i) {
            try {
                absorb(state_, events_[i], shard_.share);
            } catch (const Error& error) {
                fail_as_damaged(journal_->path(), i + 2, error.what());
            }
        }
    });
    if (state_.iteration >= 0) {
        log::info("continuing {} at iteration {}: {} rows labelled, {} waited for", folder_.string(), state_.iteration, state_.labelled.size(), state_.pending.size());
    }
    write_metrics();
}

void Campaign::record(const JournalEvent& event)
{
    // The first line comes with the first batch: a start that was refused claims no folder.
    const auto head = journal_->text().empty() ? to_line(head_of(file_, shard_)) : std::string();
    journal_->append(head + to_line(event));
    together(ranks_, [&] { absorb(state_, event, shard_.share); });
    events_.push_back(event);
}

std::vector<std::string> Campaign::ids_of(const std::vector<RowId>& rows) const
{
    return shard_.info.has_ids ? pool::read_ids(shard_.info, rows) : std::vector<std::string>(rows.size());
}

bool Campaign::has_succeeded() const
{
    for (const auto& [row, values] : state_.labelled) {
        if (file_.campaign.is_number("stop")) {
            if (file_.goals[0].merit(values[0]) >= file_.goals[0].merit(file_.campaign.real("stop"))) return true;
        } else if (file_.campaign.text("stop") == "top-10" && yardstick_->aggregation.of(values, file_.goals) >= yardstick_->success) {
            return true;
        }
    }
    return false;
}

bool Campaign::is_over() const
{
    if (!state_.pending.empty() || state_.iteration < 0) return false;
    return exhausted_ || state_.iteration >= file_.campaign.whole("iterations") || has_succeeded();
}

BatchEvent Campaign::choose_batch()
{
    BatchEvent batch;
    batch.iteration = state_.next_iteration();
    if (batch.iteration == 0 && starts_from_known_labels()) {
        for (const auto& label : known_labels()) batch.rows.push_back(label.row);
        return batch;
    }
    if (file_.domain && (batch.iteration == 0 || state_.labelled.size() < fewest_labels)) {
        batch.points = spread_points(file_, batch.iteration);
        return number_points(std::move(batch), state_);
    }
    if (fresh_pool_) return choose_fresh();
    if (batch.iteration == 0) {
        batch.rows = initial_rows(file_, shard_, fresh_, yardstick_, ranks_);
        return batch;
    }
    if (state_.labelled.size() < fewest_labels) {
        std::vector<bool> eligible;
        for (const auto row : state_.rows) eligible.push_back(row == pool::RowState::unlabelled);
        batch.rows = draw_rows(eligible, file_.campaign.whole("batch"), {.seed = file_.seed(), .iteration = batch.iteration}, shard_.share, ranks_);
        return batch;
    }
    if (!strategy_) return propose(file_, shard_, scaling_, state_, test_, truth_of(problem_, file_, shard_, columns_, {}), state_.last_fit, stages_, ranks_);
    auto proposal = strategy_({shard_, file_.domain, state_.points, scaling_, state_.rows, state_.labelled, file_.goals, test_, near_boundary_, file_.campaign.whole("batch"), file_.seed(), batch.iteration, folder_, file_.checkpoint.real("seconds"), file_.member_groups(), stages_, ranks_});
    return number_points({batch.iteration, std::move(proposal.rows), std::move(proposal.scores), std::move(proposal.mean), std::move(proposal.sd), std::move(proposal.out_of_bag_r2),
                          std::move(proposal.diagnostics), std::move(proposal.points)}, state_);
}

BatchEvent Campaign::choose_fresh()
{
    BatchEvent batch;
    batch.iteration = state_.next_iteration();
    const auto& chosen = file_.initial.numbers("rows");
    if (batch.iteration == 0 && !chosen.empty()) {
        batch.rows.assign(chosen.begin(), chosen.end());
        return batch;
    }
    if (batch.iteration == 0 || state_.labelled.size() < fewest_labels) {  // any are as good as others
        batch.rows.resize(static_cast<std::size_t>(batch.iteration == 0 ? fresh_pool_->first : std::min(file_.campaign.whole("batch"), fresh_pool_->rows)));
        std::iota(batch.rows.begin(), batch.rows.end(), fresh_pool_->begin(batch.iteration));
        return batch;
    }
    const auto view = view_of(*fresh_pool_, file_, *problem_.simulator, state_, ranks_);
    batch = propose(file_, view.shard, scaling_, view.state, test_, truth_of(problem_, file_, view.shard, columns_, view.number), state_.last_fit, stages_, ranks_);
    for (auto& row : batch.rows) row = view.number[static_cast<std::size_t>(row)];
    return batch;
}

bool Campaign::starts_from_known_labels() const
{
    return file_.initial.text("rule") == "file";
}

std::vector<LabelEvent> Campaign::known_labels() const
{
    const auto csv = file_.path.parent_path() / file_.initial.text("file");
    std::vector<LabelEvent> labels;
    together(ranks_, [&] {
        labels = read_labels(csv, file_, shard_.info, {}, [&](RowId row) {
            const bool excluded = shard_.share.owns(row) && fresh_[static_cast<std::size_t>(row - shard_.share.first_row)] == pool::RowState::excluded;
            return excluded ? fmt::format("row {} cannot be used: a feature or target is missing, or models are tested on it", row) : std::string();
        });
    });
    return labels;
}

void Campaign::start_batch()
{
    parallel::stop_if_asked(ranks_);
    const auto batch = choose_batch();
    exhausted_ = batch.rows.empty();
    if (exhausted_ && batch.iteration == 0) throw Agreed(fmt::format("{}: no row of {} can be asked for: each lacks a feature", file_.path.string(), shard_.info.path));
    if (exhausted_) return;
    record(batch);
    if (batch.iteration % file_.checkpoint.whole("every") != 0) return;
    stages_.time(batch.iteration, "checkpoint", [&](Work&) {
        save_checkpoint();
        return 0;
    });
}

const std::vector<RowId>& Campaign::pending_batch()
{
    if (state_.pending.empty() && !is_over()) start_batch();
    if (state_.iteration == 0 && starts_from_known_labels() && !state_.pending.empty()) {
        auto labels = known_labels();
        std::erase_if(labels, [&](const LabelEvent& label) { return std::find(state_.pending.begin(), state_.pending.end(), label.row) == state_.pending.end(); });
        take(labels);
        if (!is_over()) start_batch();
    }
    return state_.pending;
}

void Campaign::take(const std::vector<LabelEvent>& answers)
{
    std::string lines;
    for (const auto& answer : answers) lines += to_line(answer);
    journal_->append(lines);
    together(ranks_, [&] {
        for (const auto& answer : answers) absorb(state_, answer, shard_.share);
    });
    events_.insert(events_.end(), answers.begin(), answers.end());
    if (state_.pending.empty()) {
        write_metrics();
        log::info("{}", progress_line(file_, state_, events_));
    }
    stages_.flush();
}

std::vector<problems::Answer> Campaign::answers_to(const std::vector<RowId>& rows) const
{
    if (problem_.look_up) return problem_.look_up(shard_, columns_, rows, ranks_);
    std::vector<problems::Answer> answers;
    const auto features = features_of(rows);
    const auto columns = static_cast<std::size_t>(shard_.info.columns);
    if (problem_.simulator) {
        const auto labels = problems::simulate_labels(*problem_.simulator, file_.seed(), problems::Population::pool, rows, features, ranks_);
        const auto values = problems::columns_of(labels, problem_.simulator->targets.size(), columns_);
        for (auto first = values.begin(); first != values.end(); first += static_cast<std::ptrdiff_t>(columns_.size())) {
            answers.emplace_back(std::in_place, first, first + static_cast<std::ptrdiff_t>(columns_.size()));
        }
        return answers;
    }
    for (std::size_t i = 0; i < rows.size(); ++i) answers.push_back(problem_.evaluate(std::span(features).subspan(i * columns, columns)));
    return answers;
}

std::vector<float> Campaign::features_of(const std::vector<RowId>& rows) const
{
    if (fresh_pool_) return draw_features(*problem_.simulator, file_.seed(), rows);
    if (!file_.domain) return pool::gather_rows(shard_, pool::Scaling::identity(shard_.info.columns), rows, ranks_);
    std::vector<float> x;
    for (const auto row : rows) {
        const auto& point = state_.points[static_cast<std::size_t>(row)];
        x.insert(x.end(), point.begin(), point.end());
    }
    return x;
}

void Campaign::ask_oracle()
{
    const auto rows = state_.pending;
    std::vector<std::string> ids(rows.size());
    on_root(ranks_, [&] { ids = ids_of(rows); });
    std::vector<LabelEvent> answers;
    stages_.time(state_.iteration, "ask", [&](Work&) {
        const auto replies = answers_to(rows);
        for (std::size_t i = 0; i < rows.size(); ++i) answers.push_back({state_.iteration, rows[i], ranks_.broadcast(ids[i], 0), replies[i]});
        return 0;
    });
    take(answers);
}

void Campaign::run()
{
    if (!problem_.has_oracle()) throw Agreed(fmt::format("{}: [problem] kind = \"{}\" has no oracle of its own; use sluice ask and sluice tell", file_.path.string(), file_.problem.kind));
    while (!is_over()) {
        if (!pending_batch().empty()) ask_oracle();
    }
    stages_.flush();
}

void Campaign::write_metrics()
{
    std::optional<Judgement> judgement;
    if (yardstick_) judgement = Judgement{yardstick_->aggregation, yardstick_->success};
    on_root(ranks_, [&] { write_file_atomically(folder_ / "metrics.csv", metrics_csv(events_, file_.goals, judgement)); });
}

void Campaign::write_trajectory()
{
    auto trajectory = asked_rows(state_);
    const auto x = pool::scaled(features_of(trajectory.rows), scaling_);
    const auto columns = shard_.info.columns;
    measure_novelty(trajectory, x, columns);
    if (yardstick_) {
        std::vector<double> aggregates;
        for (const auto& [row, values] : state_.labelled) aggregates.push_back(yardstick_->aggregation.of(values, file_.goals));
        const auto below = problems::rows_below(*yardstick_, shard_, columns_, file_.goals, fresh_, aggregates, ranks_);
        std::map<RowId, double> percentile;
        for (std::size_t i = 0; const auto& [row, values] : state_.labelled) percentile[row] = 100 * static_cast<double>(below[i++]) / static_cast<double>(yardstick_->rows);
        for (const auto row : trajectory.rows) trajectory.percentile.push_back(percentile.contains(row) ? percentile[row] : std::nan(""));
    }
    on_root(ranks_, [&] {
        constexpr std::uint16_t whole_trajectory = 2;  // a call of its own among the clusterings of an iteration
        const fusion::ClusteringMethods methods{.k_means = true, .mixture = false, .hdbscan = true, .leiden = true};
        const fusion::ClusteringKey key{file_.seed(), static_cast<std::uint32_t>(state_.iteration), whole_trajectory};
        trajectory.cluster = fusion::cluster({x, columns}, methods, static_cast<int>(file_.campaign.whole("batch")), fusion::default_most_scored, key).label;
        write_file_atomically(folder_ / "trajectory.json", to_json(trajectory));
    });
}

void Campaign::save_checkpoint()
{
    write_checkpoint(folder_, {to_toml(file_), identity(file_), fingerprint_text(shard_)}, state_, journal_->text(), shard_.info.tiling(), shard_.share, ranks_);
}

void Campaign::write_map()
{
    stages_.time(state_.iteration, "map", [&](Work&) {
        std::string text;
        if (file_.domain || fresh_pool_) {
            std::vector<RowId> rows;  // all that there was of a pool
            std::map<RowId, std::int64_t> asked;
            for (const auto& [row, iteration] : state_.asked) {
                asked.emplace(static_cast<RowId>(rows.size()), iteration);
                rows.push_back(row);
            }
            text = pool_map_json(pool::shard_of_points(features_of(rows), shard_.info.columns, ranks_), scaling_, asked, ranks_);
        } else {
            text = pool_map_json(shard_, scaling_, state_.asked, ranks_);
        }
        on_root(ranks_, [&] { write_file_atomically(folder_ / "map.json", text); });
        if (strategy_) write_trajectory();
        return 0;
    });
    stages_.flush();
}

}  // namespace sluice::campaign
