#include "selection/conditioned_variance.hpp"

#include "base/signals.hpp"
#include "parallel/for_each_tile.hpp"

#include <algorithm>
#include <atomic>
#include <optional>

namespace sluice::selection {

namespace {

constexpr double taken = -1;

/// The variances that are left to this rank's rows.
class VarianceLeft {
public:
    explicit VarianceLeft(const SelectionInput& input) : input_(input), variance_(input.state.size(), taken), tiles_(static_cast<std::size_t>(input.shard.share.tiles()))
    {
        parallel::for_each_tile("selection/variance", input.shard.share, [&](RowId tile) {
            if (stop_requested()) return;
            fill(tile, input_.posterior->variance, [&](std::size_t local, double value) {
                if (input_.state[local] == pool::RowState::unlabelled) variance_[local] = value;
            });
            tile_of(tile).bound = best_of(tile).value;
        });
    }

    void choose(RowId row, models::Reduction reduction)
    {
        reductions_.push_back(std::move(reduction));
        if (input_.shard.share.owns(row)) variance_[input_.local(row)] = taken;
    }

    /// The best own row. The tile that promises most comes first, so that the others seldom need to be looked at.
    Ranked find()
    {
        if (tiles_.empty()) return Ranked::none();
        const auto promising = std::max_element(tiles_.begin(), tiles_.end(), [](const Tile& a, const Tile& b) { return a.bound < b.bound; }) - tiles_.begin();
        const RowId first = input_.shard.share.first_tile + static_cast<RowId>(promising);
        Ranked best = bring_up_to_date(first);
        std::vector<Ranked> found(tiles_.size(), Ranked::none());
        std::atomic<double> floor{best.value};
        parallel::for_each_tile("selection/variance", input_.shard.share, [&](RowId tile) {
            if (tile == first || stop_requested() || tile_of(tile).bound < floor.load()) return;
            const Ranked here = bring_up_to_date(tile);
            found[static_cast<std::size_t>(tile - input_.shard.share.first_tile)] = here;
            double current = floor.load();
            while (current < here.value && !floor.compare_exchange_weak(current, here.value)) {
            }
        });
        for (const auto& other : found) best = std::min(best, other);
        return best;
    }

private:
    struct Tile {
        double bound = taken;         ///< no row of it has more
        std::size_t compared = 0;     ///< picks that its variances know of
    };

    Tile& tile_of(RowId tile) { return tiles_[static_cast<std::size_t>(tile - input_.shard.share.first_tile)]; }

    /// Calls use(local row, number) for what a function says of a tile's rows. It sees a full number of rows, the last tile padded with zeros: the shape of
    /// a matrix product decides its rounding.
    template <typename Use>
    void fill(RowId tile, const models::Reduction& function, const Use& use) const
    {
        thread_local std::vector<float> x;
        thread_local std::vector<double> said;
        const auto& shard = input_.shard;
        const Tiling tiling = shard.info.tiling();
        const RowId first = tiling.first_row(tile), rows = tiling.rows_in(tile);
        x.assign(static_cast<std::size_t>(tiling.tile_rows * shard.info.columns), 0.0F);
        said.resize(static_cast<std::size_t>(tiling.tile_rows));
        pool::decode(shard, input_.scaling, first, rows, x.data());
        function(x.data(), tiling.tile_rows, said.data());
        for (RowId i = 0; i < rows; ++i) use(input_.local(first + i), said[static_cast<std::size_t>(i)]);
    }

    Ranked best_of(RowId tile) const
    {
        const Tiling tiling = input_.shard.info.tiling();
        Ranked best = Ranked::none();
        for (RowId row = tiling.first_row(tile); row < tiling.first_row(tile) + tiling.rows_in(tile); ++row) {
            const Ranked candidate{variance_[input_.local(row)], row};
            if (candidate.value != taken && candidate < best) best = candidate;
        }
        return best;
    }

    Ranked bring_up_to_date(RowId tile)
    {
        auto& own = tile_of(tile);
        for (; own.compared < reductions_.size(); ++own.compared) {
            fill(tile, reductions_[own.compared], [&](std::size_t local, double lost) {
                if (variance_[local] != taken) variance_[local] = std::max(variance_[local] - lost, 0.0);
            });
        }
        const Ranked best = best_of(tile);
        own.bound = best.value;
        return best;
    }

    const SelectionInput& input_;
    std::vector<double> variance_;  ///< [own rows]
    std::vector<Tile> tiles_;
    std::vector<models::Reduction> reductions_;
};

}  // namespace

std::vector<RowId> conditioned_variance(const SelectionInput& input)
{
    if (input.posterior == nullptr) throw Agreed("conditioned-variance needs a Gaussian process; choose k-center to select without a model");
    std::optional<VarianceLeft> left;
    together(input.ranks, [&] { left.emplace(input); });
    std::vector<RowId> batch;
    while (static_cast<std::int64_t>(batch.size()) < input.count) {
        parallel::stop_if_asked(input.ranks);
        const Ranked best = input.ranks.first(left->find());
        if (best.row == Ranked::nobody) break;
        batch.push_back(best.row);
        left->choose(best.row, input.posterior->condition(pool::gather_rows(input.shard, input.scaling, std::span(&batch.back(), 1), input.ranks).data()));
    }
    parallel::stop_if_asked(input.ranks);
    return batch;
}

namespace {

const SelectionRegistration registration{
    "conditioned-variance",
    "rows of which a Gaussian process knows least, given those chosen before (variance sampling with greedy conditioning)",
    {},
    [](const Options&) { return Selection{.choose = conditioned_variance, .uses_scores = false, .needs_posterior = true}; }};

}  // namespace

}  // namespace sluice::selection
