#include "models/ensemble.hpp"

#include "base/random.hpp"
#include "support/world.hpp"

#include <gtest/gtest.h>

#include <atomic>

namespace sluice {

namespace {

using test::ranks;

models::TrainingSet random_labels(std::int64_t count, std::int64_t columns, std::int64_t targets)
{
    models::TrainingSet data;
    data.columns = columns;
    data.targets = targets;
    RandomStream random(9, Purpose::random_score, 0, 0);
    for (std::int64_t i = 0; i < count; ++i) {
        data.rows.push_back(i);
        for (std::int64_t c = 0; c < columns; ++c) data.x.push_back(static_cast<float>(random.normal()));
        for (std::int64_t t = 0; t < targets; ++t) data.y.push_back(random.normal());
    }
    return data;
}

std::vector<float> predictions(const models::Ensemble& ensemble, const models::TrainingSet& data)
{
    std::vector<float> all(static_cast<std::size_t>(data.count() * ensemble.width() * data.targets));
    ensemble.predict(data.x.data(), data.count(), all.data());
    return all;
}

}  // namespace

TEST(FitEnsemble, GivesTheSameBitsOnOneRankAndOnAll)
{
    const auto alone = ranks().split(-1);
    const auto data = random_labels(40, 17, 2);
    for (const auto& [name, registered] : models::FamilyRegistration::all()) {
        Options options(registered->options);
        for (const auto& spec : registered->options) {
            if (spec.name == "steps" || spec.name == "epochs") options.set(spec, std::int64_t{10});
        }
        const auto family = registered->make(options);
        for (const auto& [members, block] : {std::pair{7, 3}, {2, 1}, {5, 5}}) {
            SCOPED_TRACE(fmt::format("{}, {} members in blocks of {}", name, members, block));
            const auto together = models::fit_ensemble(family, data, members, block, {3, 1}, ranks());
            const auto whole = models::fit_ensemble(family, data, members, block, {3, 1}, alone);
            EXPECT_EQ(together.members, members * family.passes);
            EXPECT_EQ(predictions(together, data), predictions(whole, data));
            EXPECT_EQ(together.out_of_bag_r2, whole.out_of_bag_r2);
            if (family.posterior) continue;  // the likelihood of a Gaussian process has the same best place wherever the search for it begins
            EXPECT_NE(predictions(models::fit_ensemble(family, data, members, block, {4, 1}, alone), data), predictions(whole, data)) << "another seed";
        }
    }
}

TEST(FitEnsemble, TrainsEveryMemberOnceOnItsOwnResample)
{
    const auto data = random_labels(12, 1, 1);
    std::atomic<std::int64_t> trained = 0;
    models::Family family;  // a member is its number and the sum of its resample
    family.train = [&](const models::TrainingSet&, std::span<const models::Bootstrap> bags, int first, const models::FitKey&) {
        trained += static_cast<std::int64_t>(bags.size());
        std::vector<models::Member> members;
        for (std::size_t b = 0; b < bags.size(); ++b) {
            float sum = 0;
            for (const auto row : bags[b]) sum += static_cast<float>(row);
            members.push_back({static_cast<float>(first) + static_cast<float>(b), sum});
            members.back().resize(2 + b);  // members may differ in length
        }
        return members;
    };
    std::vector<models::Member> seen;
    family.predictor = [&](const std::vector<models::Member>& members, const models::TrainingSet&, parallel::Place) {
        seen = members;
        return [](const float*, std::int64_t rows, float* out) { std::fill_n(out, rows * 10, 0.0F); };
    };
    family.flops_per_row = [](const models::TrainingSet&, std::int64_t members) { return 4.0 * static_cast<double>(members); };
    const auto ensemble = models::fit_ensemble(family, data, 10, 4, {5, 6}, ranks());
    std::vector<models::Member> expected;
    for (int m = 0; m < 10; ++m) {
        float sum = 0;
        for (const auto row : models::draw_bootstrap(12, m, {5, 6})) sum += static_cast<float>(row);
        expected.push_back({static_cast<float>(m), sum});
        expected.back().resize(static_cast<std::size_t>(2 + m % 4));
    }
    EXPECT_EQ(seen, expected) << "in member order, on every rank";
    EXPECT_EQ(ranks().sum(trained), 10);
    EXPECT_EQ(ensemble.flops_per_row, 40);
}

TEST(FitEnsemble, FailsOnEveryRankWhereOneBlockFails)
{
    const auto data = random_labels(5, 1, 1);
    models::Family family;
    family.train = [&](const models::TrainingSet&, std::span<const models::Bootstrap>, int first, const models::FitKey&) -> std::vector<models::Member> {
        if (first == 2) fail("block 2 does not converge");
        return {};
    };
    EXPECT_THROW(models::fit_ensemble(family, data, 6, 2, {}, ranks()), Agreed);
}

TEST(FitEnsemble, GoesOnFromTheFitBeforeWithTheSameBitsOnOneRankAndOnAll)
{
    const auto alone = ranks().split(-1);
    const auto data = random_labels(18, 37, 1);  // matrix products that round by where their operands lie in memory
    const auto* registered = models::FamilyRegistration::all().at("deep-mlp-ensemble");
    Options options(registered->options);
    for (const auto& spec : registered->options) {
        if (spec.name == "start") options.set(spec, std::string("warm"));
        if (spec.name == "epochs") options.set(spec, std::int64_t{30});
    }
    const auto family = registered->make(options);
    for (const int members : {2, 7}) {
        const auto fit = [&](const Communicator& group) {
            const auto first = models::fit_ensemble(family, data, members, 4, {3, 1}, group);
            return models::fit_ensemble(family, data, members, 4, {3, 2}, group, first.trained);
        };
        EXPECT_EQ(fit(ranks()).trained, fit(alone).trained) << members << " members";
    }
}

}  // namespace sluice
