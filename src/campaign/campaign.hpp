#pragma once

#include "campaign/campaign_file.hpp"
#include "campaign/candidates/fresh_pool.hpp"
#include "campaign/proposal/propose.hpp"
#include "campaign/run_folder/checkpoint.hpp"
#include "campaign/run_folder/journal.hpp"
#include "campaign/state.hpp"
#include "parallel/stage_record.hpp"
#include "problems/closed_pool.hpp"
#include "selection/strategy.hpp"

namespace sluice::campaign {

/// A campaign in its run folder: what it was told (file), what it works on (pool), what happened (journal) and where it stands (state).
class Campaign {
public:
    /// Starts a run in `folder`, or continues the one that it holds. Throws Agreed if it holds another campaign's. Collective.
    Campaign(CampaignFile file, std::filesystem::path folder, const Communicator& ranks);

    /// Goes on until the campaign is over. Throws Interrupted at a safe point when asked to stop. Collective.
    void run();

    /// The rows that wait for an answer; chooses the next batch if none does and the campaign is not over. Collective.
    const std::vector<RowId>& pending_batch();

    /// Takes answers to pending rows, in any order. They are on disk when it returns. Collective; every rank gives the same.
    void take(const std::vector<LabelEvent>& answers);

    /// Whether the goal is reached, the iterations are spent, or no row is left.
    bool is_over() const;
    /// Whether a labelled row is good enough for `stop`.
    bool has_succeeded() const;

    void save_checkpoint();
    /// Writes map.json, the pool and the rows asked for in two principal components, and with a strategy trajectory.json. Collective.
    void write_map();

    const CampaignFile& file() const { return file_; }
    const std::filesystem::path& folder() const { return folder_; }
    const State& state() const { return state_; }
    const pool::Shard& shard() const { return shard_; }
    /// Of the features, as models and distances see them.
    const pool::Scaling& scaling() const { return scaling_; }
    /// Features of rows of the pool, or of generated candidates asked for, raw: [rows, columns]. Collective.
    std::vector<float> features_of(const std::vector<RowId>& rows) const;
    /// Ids of rows, empty texts if the pool has none. Root only.
    std::vector<std::string> ids_of(const std::vector<RowId>& rows) const;

private:
    void open_pool();
    void restore();
    bool starts_from_known_labels() const;
    std::vector<LabelEvent> known_labels() const;
    void start_batch();
    BatchEvent choose_batch();
    BatchEvent choose_fresh();
    std::vector<problems::Answer> answers_to(const std::vector<RowId>& rows) const;
    void ask_oracle();
    void record(const JournalEvent& event);
    void write_metrics();
    void write_trajectory();

    CampaignFile file_;
    std::filesystem::path folder_;
    const Communicator& ranks_;
    parallel::StageRecord stages_;
    problems::Problem problem_;
    Strategy strategy_;                 ///< empty: surrogate, acquisition and selection
    pool::Shard shard_;                 ///< without rows where candidates are generated, or drawn anew for each batch
    pool::Scaling scaling_;
    std::vector<std::size_t> columns_;  ///< of the pool's targets or the simulator's outputs, per target of the campaign
    std::optional<FreshPool> fresh_pool_;
    std::vector<pool::RowState> fresh_; ///< [own rows] unlabelled, or excluded
    std::optional<problems::Yardstick> yardstick_;
    problems::TestSet test_;
    std::function<bool(std::span<const float>)> near_boundary_;
    std::unique_ptr<Journal> journal_;
    std::vector<JournalEvent> events_;
    State state_;
    bool exhausted_ = false;            ///< no unlabelled row is left to ask for
};

}  // namespace sluice::campaign
