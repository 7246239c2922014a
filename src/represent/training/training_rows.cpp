#include "represent/training/training_rows.hpp"

#include "base/error.hpp"
#include "base/random.hpp"
#include "parallel/first_k.hpp"
#include "pool/standardise.hpp"

namespace sluice::represent {

namespace {

/// \param rows  in the order in which they are stored
TrainingRows gathered(const pool::Shard& shard, const pool::Scaling& standardising, const std::vector<RowId>& rows, const pool::Shard* derivatives,
                      const Communicator& ranks)
{
    const auto features = pool::gather_rows(shard, standardising, rows, ranks);
    TrainingRows result{static_cast<std::int64_t>(rows.size()), shard.info.columns, {}};
    together(ranks, [&] {
        result.x.assign(features.begin(), features.end());
        cut_off(result.x.data(), result.x.size());
    });
    if (derivatives == nullptr) return result;
    auto scaling = standardising;
    std::fill(scaling.shift.begin(), scaling.shift.end(), 0.0F);
    const auto rates = pool::gather_rows(*derivatives, scaling, rows, ranks);
    together(ranks, [&] { result.rate.assign(rates.begin(), rates.end()); });
    return result;
}

std::vector<RowId> sorted_rows(std::span<const Ranked> drawn)
{
    std::vector<RowId> rows;
    for (const auto& one : drawn) rows.push_back(one.row);
    std::sort(rows.begin(), rows.end());
    return rows;
}

}  // namespace

pool::Scaling scaling_of(const pool::Shard& shard, FeatureScale scale, const Communicator& ranks)
{
    if (scale == FeatureScale::none) return pool::Scaling::identity(shard.info.columns);
    if (scale == FeatureScale::standard) return pool::standardising(pool::column_statistics(shard, ranks));
    if (shard.info.type != pool::FeatureType::uint8) throw Agreed(fmt::format("{}: features are {}; --scale pixels: must be uint8", shard.info.path, pool::name_of(shard.info.type)));
    auto scaling = pool::Scaling::identity(shard.info.columns);
    std::fill(scaling.factor.begin(), scaling.factor.end(), 1.0F / 255);
    return scaling;
}

void cut_off(float* features, std::size_t count)
{
    for (std::size_t i = 0; i < count; ++i) features[i] = std::clamp(features[i], -largest_feature, largest_feature);
}

Subsample draw_subsample(const pool::Shard& shard, const pool::Scaling& standardising, const Draw& draw, const Communicator& ranks, const pool::Shard* derivatives)
{
    const RowId last = std::min(draw.last_held_out, shard.info.rows), all = shard.info.rows - last;
    const auto random = last > 0 ? RowId{0} : std::min(draw.training_rows, all) / 10, chosen = std::min(draw.training_rows, all - random);
    if (chosen == 0) throw Agreed(fmt::format("{}: --last-held-out {}: leaves no rows to learn from, of {}", shard.info.path, draw.last_held_out, shard.info.rows));
    const auto trial = draw.has_trials ? chosen / 10 : RowId{0}, trained = chosen - trial;
    std::vector<Ranked> words;
    for (RowId row = shard.share.first_row; row < std::min(shard.share.end_row, all); ++row) {
        words.push_back({RandomStream(draw.seed, Purpose::representation_rows, 0, static_cast<std::uint64_t>(row)).uniform(), row});
    }
    const auto drawn = parallel::first_k(std::move(words), chosen + random, ranks);
    const auto part = [&](RowId first, RowId count) { return sorted_rows(std::span(drawn).subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count))); };
    auto held_out = part(chosen, random);
    for (RowId row = all; row < shard.info.rows; ++row) held_out.push_back(row);
    return {gathered(shard, standardising, part(0, trained), derivatives, ranks), gathered(shard, standardising, held_out, derivatives, ranks),
            gathered(shard, standardising, part(trained, trial), derivatives, ranks)};
}

}  // namespace sluice::represent
