#include "models/ensemble.hpp"

#include "base/random.hpp"
#include "parallel/for_each_tile.hpp"

#include <cmath>
#include <numeric>

namespace sluice::models {

Bootstrap draw_bootstrap(std::int64_t count, int member, const FitKey& key)
{
    auto random = key.draws(Purpose::bootstrap, member);
    Bootstrap rows(static_cast<std::size_t>(count));
    for (auto& row : rows) row = random.below(static_cast<std::uint32_t>(count));
    return rows;
}

std::vector<double> out_of_bag_r2(const TrainingSet& data, const std::vector<Bootstrap>& bootstraps, const std::vector<float>& predictions)
{
    const auto count = static_cast<std::size_t>(data.count()), targets = static_cast<std::size_t>(data.targets), members = bootstraps.size();
    std::vector<char> in_bag(members * count, 0);
    for (std::size_t m = 0; m < members; ++m) {
        for (const auto row : bootstraps[m]) in_bag[m * count + static_cast<std::size_t>(row)] = 1;
    }
    std::vector<double> r2;
    for (std::size_t t = 0; t < targets; ++t) {
        std::vector<double> truth, predicted;
        for (std::size_t i = 0; i < count; ++i) {
            double sum = 0;
            int voters = 0;
            for (std::size_t m = 0; m < members; ++m) {
                if (in_bag[m * count + i] != 0) continue;
                sum += static_cast<double>(predictions[(i * members + m) * targets + t]);
                ++voters;
            }
            if (voters == 0) continue;
            truth.push_back(data.y[i * targets + t]);
            predicted.push_back(sum / voters);
        }
        double mean = 0, total = 0, residual = 0;
        for (const double y : truth) mean += y / static_cast<double>(truth.size());
        for (std::size_t i = 0; i < truth.size(); ++i) {
            total += (truth[i] - mean) * (truth[i] - mean);
            residual += (truth[i] - predicted[i]) * (truth[i] - predicted[i]);
        }
        r2.push_back(total > 0 ? 1 - residual / total : std::nan(""));
    }
    return r2;
}

std::vector<Member> gather_members(const std::vector<Member>& own, const Communicator& ranks)
{
    std::vector<std::int64_t> lengths;
    std::vector<float> values;
    for (const auto& member : own) {
        lengths.push_back(static_cast<std::int64_t>(member.size()));
        values.insert(values.end(), member.begin(), member.end());
    }
    const auto all_lengths = ranks.gather(std::span<const std::int64_t>(lengths));
    const auto all_values = ranks.gather(std::span<const float>(values));
    std::vector<Member> all;
    auto at = all_values.begin();
    for (const auto length : all_lengths) {
        all.emplace_back(at, at + length);
        at += length;
    }
    return all;
}

namespace {

Bootstrap every_row(std::int64_t count)
{
    Bootstrap rows(static_cast<std::size_t>(count));
    std::iota(rows.begin(), rows.end(), std::int64_t{0});
    return rows;
}

std::vector<Member> train_in_blocks(const Family& family, const TrainingSet& data, const std::vector<Bootstrap>& bootstraps, int block, const FitKey& key, const Communicator& ranks)
{
    // Blocks are tiles of members.
    const Tiling blocks{static_cast<RowId>(bootstraps.size()), block};
    const Share share = share_of(blocks, ranks.rank(), ranks.size());
    std::vector<std::vector<Member>> trained(static_cast<std::size_t>(share.tiles()));
    together(ranks, [&] {
        parallel::for_each_tile("models/train", share, [&](RowId b) {
            const auto first = static_cast<std::size_t>(blocks.first_row(b)), count = static_cast<std::size_t>(blocks.rows_in(b));
            trained[static_cast<std::size_t>(b - share.first_tile)] =
                family.train(data, std::span(bootstraps).subspan(first, count), static_cast<int>(first), key);
        });
    });
    std::vector<Member> own;
    for (auto& part : trained) std::move(part.begin(), part.end(), std::back_inserter(own));
    return own;
}

std::vector<Member> train_shares(const Family& family, const TrainingSet& data, int members, const FitKey& key, const Communicator& ranks, const std::vector<Member>& before)
{
    const Share share = share_of(Tiling{members, 1}, ranks.rank(), ranks.size());
    const MemberShare mine{static_cast<int>(share.first_row), static_cast<int>(share.rows()), members};
    std::vector<Member> begin;
    if (!before.empty()) begin.assign(before.begin() + mine.first, before.begin() + mine.first + mine.count);
    std::vector<Member> own;
    together(ranks, [&] { own = family.train_together(data, mine, begin, key, ranks); });
    return own;
}

}  // namespace

Ensemble fit_ensemble(const Family& family, const TrainingSet& data, int members, int block, const FitKey& key, const Communicator& ranks, const std::vector<Member>& before)
{
    const bool resamples = family.form == Form::members && family.resamples;
    std::vector<Bootstrap> bootstraps;
    for (int m = 0; m < members; ++m) bootstraps.push_back(resamples ? draw_bootstrap(data.count(), m, key) : every_row(data.count()));
    const auto own = family.train_together ? train_shares(family, data, members, key, ranks, before) : train_in_blocks(family, data, bootstraps, block, key, ranks);
    parallel::stop_if_asked(ranks);

    Ensemble ensemble;
    ensemble.members = members * family.passes;
    ensemble.form = family.form;
    const auto all = gather_members(own, ranks);
    if (family.is_warm) ensemble.trained = all;
    together(ranks, [&] {
        ensemble.predict = family.predictor(all, data, parallel::Place::host);
        if (family.posterior) ensemble.posterior = family.posterior(all, data);
        if (family.predicted_loss) ensemble.predicted_loss = family.predicted_loss(all, data);
    });
    if (family.output_change) ensemble.output_change = [change = family.output_change, all, data](const ChangeBasis& basis) { return change(all, data, basis); };
    ensemble.flops_per_row = family.flops_per_row(data, members);
    if (!resamples || family.classifies) return ensemble;  // R2 is of numbers

    std::vector<float> predictions(static_cast<std::size_t>(data.count() * members * data.targets));
    ensemble.predict(data.x.data(), data.count(), predictions.data());
    ensemble.out_of_bag_r2 = out_of_bag_r2(data, bootstraps, predictions);
    return ensemble;
}

}  // namespace sluice::models
