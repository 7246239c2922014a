#include "represent/training_rows.hpp"

#include "base/error.hpp"
#include "base/random.hpp"
#include "parallel/first_k.hpp"
#include "pool/standardise.hpp"

namespace sluice::represent {

namespace {

TrainingRows gathered(const pool::Shard& shard, const pool::Scaling& standardising, std::span<const Ranked> drawn, const Communicator& ranks)
{
    std::vector<RowId> rows;
    for (const auto& one : drawn) rows.push_back(one.row);
    std::sort(rows.begin(), rows.end());  // read in the order in which they are stored
    const auto features = pool::gather_rows(shard, standardising, rows, ranks);
    TrainingRows result{static_cast<std::int64_t>(rows.size()), shard.info.columns, {}};
    together(ranks, [&] {
        result.x.assign(features.begin(), features.end());
        cut_off(result.x.data(), result.x.size());
    });
    return result;
}

}  // namespace

pool::Scaling scaling_of(const pool::Shard& shard, FeatureScale scale, const Communicator& ranks)
{
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

Subsample draw_subsample(const pool::Shard& shard, const pool::Scaling& standardising, std::int64_t training_rows, std::uint64_t seed, const Communicator& ranks)
{
    const RowId all = shard.info.rows;
    const auto held_out = std::min(training_rows, all) / 10, trained = std::min(training_rows, all - held_out);
    std::vector<Ranked> words;
    for (RowId row = shard.share.first_row; row < shard.share.end_row; ++row) {
        words.push_back({RandomStream(seed, Purpose::representation_rows, 0, static_cast<std::uint64_t>(row)).uniform(), row});
    }
    const auto drawn = parallel::first_k(std::move(words), trained + held_out, ranks);
    const std::span<const Ranked> first(drawn);
    return {gathered(shard, standardising, first.first(static_cast<std::size_t>(trained)), ranks), gathered(shard, standardising, first.subspan(static_cast<std::size_t>(trained)), ranks)};
}

}  // namespace sluice::represent
