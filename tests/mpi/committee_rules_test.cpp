#include "base/random.hpp"
#include "selection/clusters/k_means.hpp"
#include "selection/greedy_sampling.hpp"
#include "selection/qbc_div.hpp"
#include "selection/uncertain_then_diverse.hpp"
#include "support/draws.hpp"
#include "support/feature_shard.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>

// Rules that weigh scores, distances, predictions and neighbours, against their definitions: row by row in float64, without bounds, tiles or memory.
namespace sluice {

namespace {

using pool::RowState;

/// A pool with features, predictions and scores by draws; or by small whole numbers, so that rows repeat and most picks tie.
struct Case {
    RowId rows = 501, columns = 4, targets = 2, tile_rows = 32;
    std::vector<RowId> labelled = {3, 77, 400};
    std::int64_t count = 10;
    std::uint64_t seed = 1;
    int distinct = 0;
    std::uint32_t iteration = 4;

    std::vector<float> drawn(std::uint64_t stream, RowId width) const
    {
        std::vector<float> values;
        for (const double v : test::normals(10 * seed + stream, static_cast<std::size_t>(rows * width))) {
            values.push_back(distinct > 0 ? static_cast<float>(std::floor(std::abs(v) * 10) - distinct * std::floor(std::floor(std::abs(v) * 10) / distinct)) : static_cast<float>(v));
        }
        return values;
    }
    std::vector<float> features() const { return drawn(0, columns); }
    std::vector<float> predictions() const { return drawn(1, targets); }
    std::vector<double> scores() const
    {
        const auto values = drawn(2, 1);
        return {values.begin(), values.end()};
    }
    std::vector<float> labels() const
    {
        const auto all = drawn(3, targets);
        std::vector<float> values;
        for (const RowId row : labelled) values.insert(values.end(), all.begin() + row * targets, all.begin() + (row + 1) * targets);
        return values;
    }
    bool is_free(RowId row) const { return std::find(labelled.begin(), labelled.end(), row) == labelled.end() && row % 19 != 5; }
};

/// The rule on this case, dealt to all ranks. Rows that are not free and not labelled are excluded.
std::vector<RowId> by_sluice(const Case& c, const std::function<std::vector<RowId>(const selection::SelectionInput&)>& rule)
{
    const auto shard = test::feature_shard(c.features(), c.columns, c.tile_rows);
    const auto scaling = pool::Scaling::identity(c.columns);
    const auto all_predictions = c.predictions(), labels = c.labels();
    const auto all_scores = c.scores();
    const std::vector<float> predictions(all_predictions.begin() + shard.share.first_row * c.targets, all_predictions.begin() + shard.share.end_row * c.targets);
    const std::vector<double> scores(all_scores.begin() + shard.share.first_row, all_scores.begin() + shard.share.end_row);
    std::vector<RowState> state;
    for (RowId row = shard.share.first_row; row < shard.share.end_row; ++row) state.push_back(c.is_free(row) ? RowState::unlabelled : RowState::excluded);
    Work work;
    selection::SelectionInput input{shard, scaling, scores, state, c.labelled, c.count, test::ranks(), work, c.seed, c.iteration};
    input.predicted = predictions;
    input.values = labels;
    return rule(input);
}

/// The definition's view of a case: what is known, and the values of all rows.
struct Table {
    explicit Table(const Case& c) : columns(static_cast<std::size_t>(c.columns)), targets(static_cast<std::size_t>(c.targets)), x(c.features()), y(c.predictions()), score(c.scores())
    {
        const auto labels = c.labels();
        for (std::size_t i = 0; i < c.labelled.size(); ++i) {
            const auto row = static_cast<std::size_t>(c.labelled[i]);
            known_x.emplace_back(x.begin() + static_cast<std::ptrdiff_t>(row * columns), x.begin() + static_cast<std::ptrdiff_t>((row + 1) * columns));
            known_y.emplace_back(labels.begin() + static_cast<std::ptrdiff_t>(i * targets), labels.begin() + static_cast<std::ptrdiff_t>((i + 1) * targets));
        }
        for (RowId row = 0; row < c.rows; ++row) {
            if (c.is_free(row)) left.push_back(row);
        }
    }
    static double distance(const float* a, const std::vector<float>& b)
    {
        double sum = 0;
        for (std::size_t i = 0; i < b.size(); ++i) sum += std::pow(static_cast<double>(a[i]) - static_cast<double>(b[i]), 2);
        return std::sqrt(sum);
    }
    double to_known_x(RowId row, std::size_t i) const { return distance(x.data() + static_cast<std::size_t>(row) * columns, known_x[i]); }
    double to_known_y(RowId row, std::size_t i) const { return distance(y.data() + static_cast<std::size_t>(row) * targets, known_y[i]); }
    template <typename Distance>
    double nearest(const Distance& distance_to) const
    {
        double least = INFINITY;
        for (std::size_t i = 0; i < known_x.size(); ++i) least = std::min(least, distance_to(i));
        return least;
    }
    void choose(RowId row)
    {
        const auto at = static_cast<std::size_t>(row);
        known_x.emplace_back(x.begin() + static_cast<std::ptrdiff_t>(at * columns), x.begin() + static_cast<std::ptrdiff_t>((at + 1) * columns));
        known_y.emplace_back(y.begin() + static_cast<std::ptrdiff_t>(at * targets), y.begin() + static_cast<std::ptrdiff_t>((at + 1) * targets));
        std::erase(left, row);
    }

    std::size_t columns, targets;
    std::vector<float> x, y;
    std::vector<double> score;
    std::vector<std::vector<float>> known_x, known_y;
    std::vector<RowId> left;  ///< ascending
};

/// The best of the rows that are left by value(row), again and again.
template <typename Prepare>
std::vector<RowId> by_brute_force(const Case& c, const Prepare& values_of)
{
    Table table(c);
    std::vector<RowId> batch;
    while (static_cast<std::int64_t>(batch.size()) < c.count && !table.left.empty()) {
        const std::vector<double> values = values_of(table);
        const auto best = static_cast<std::size_t>(std::max_element(values.begin(), values.end()) - values.begin());
        batch.push_back(table.left[best]);
        table.choose(batch.back());
    }
    return batch;
}

std::vector<RowId> gs_by_brute_force(const Case& c, selection::Apart apart)
{
    return by_brute_force(c, [&](const Table& table) {
        std::vector<double> values;
        for (const RowId row : table.left) {
            values.push_back(table.nearest([&](std::size_t i) { return table.to_known_y(row, i) * (apart == selection::Apart::outputs ? 1 : table.to_known_x(row, i)); }));
        }
        return values;
    });
}

std::vector<double> min_max(std::vector<double> values)
{
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    const double least = *low, range = *high - *low;
    for (auto& v : values) v = range > 0 ? (v - least) / range : 0;
    return values;
}

/// Mean cosine similarity to the nearest neighbours among the rows of `references` that are left.
std::vector<double> likeness(const Table& table, std::size_t neighbours, const std::vector<RowId>& references)
{
    const auto product = [&](RowId a, RowId b) {
        double sum = 0;
        for (std::size_t c = 0; c < table.columns; ++c) {
            sum += static_cast<double>(table.x[static_cast<std::size_t>(a) * table.columns + c]) * static_cast<double>(table.x[static_cast<std::size_t>(b) * table.columns + c]);
        }
        return sum;
    };
    std::vector<double> values;
    for (const RowId row : table.left) {
        std::vector<double> similar;
        for (const RowId other : references) {
            if (other == row || !std::binary_search(table.left.begin(), table.left.end(), other)) continue;
            const double lengths = std::sqrt(product(row, row) * product(other, other));
            similar.push_back(lengths > 0 ? product(row, other) / lengths : 0);
        }
        std::sort(similar.rbegin(), similar.rend());
        similar.resize(std::min(similar.size(), neighbours));
        double sum = 0;
        for (const double s : similar) sum += s / static_cast<double>(similar.size());
        values.push_back(sum);
    }
    return values;
}

std::vector<RowId> qbc_by_brute_force(const Case& c, const selection::QbcDiv& weights)
{
    const Table start(c);
    std::vector<double> scaled(start.score.size());
    std::vector<double> of_pool;
    for (const RowId row : start.left) of_pool.push_back(start.score[static_cast<std::size_t>(row)]);
    of_pool = min_max(of_pool);
    for (std::size_t i = 0; i < start.left.size(); ++i) scaled[static_cast<std::size_t>(start.left[i])] = of_pool[i];

    std::vector<RowId> references = start.left;
    if (static_cast<std::int64_t>(references.size()) > weights.references) {
        const auto key = [&](RowId row) { return RandomStream(c.seed, Purpose::density_sample, c.iteration, static_cast<std::uint64_t>(row)).uniform(); };
        std::sort(references.begin(), references.end(), [&](RowId a, RowId b) { return key(a) < key(b); });
        references.resize(static_cast<std::size_t>(weights.references));
    }
    return by_brute_force(c, [&](const Table& table) {
        std::vector<double> far;
        for (const RowId row : table.left) far.push_back(table.nearest([&](std::size_t i) { return table.to_known_x(row, i); }));
        far = min_max(far);
        std::vector<double> alike(table.left.size(), 0.0);
        if (weights.density > 0) alike = min_max(likeness(table, weights.neighbours, references));
        std::vector<double> values;
        for (std::size_t i = 0; i < table.left.size(); ++i) {
            values.push_back((1 - weights.diversity - weights.density) * scaled[static_cast<std::size_t>(table.left[i])] + weights.diversity * far[i] +
                             weights.density * (weights.prefers_sparse ? 1 - alike[i] : alike[i]));
        }
        return values;
    });
}

void expect_greedy_sampling(const Case& c)
{
    for (const auto apart : {selection::Apart::outputs, selection::Apart::inputs_and_outputs}) {
        EXPECT_EQ(by_sluice(c, [&](const auto& input) { return greedy_sampling(input, apart); }), gs_by_brute_force(c, apart));
    }
}

void expect_qbc_div(const Case& c, const selection::QbcDiv& weights)
{
    EXPECT_EQ(by_sluice(c, [&](const auto& input) { return qbc_div(input, weights); }), qbc_by_brute_force(c, weights));
}

const Case few_rows{.rows = 9, .tile_rows = 8, .labelled = {8}, .count = 20};  // fewer tiles than ranks, and all that there is

}  // namespace

TEST(GreedySampling, PicksTheRowsOfTheDefinition)
{
    for (const RowId targets : {1, 2, 20}) expect_greedy_sampling({.targets = targets, .seed = static_cast<std::uint64_t>(targets)});
    expect_greedy_sampling({.columns = 37, .count = 15, .seed = 5});
}

TEST(GreedySampling, BreaksTiesByRow)
{
    expect_greedy_sampling({.columns = 3, .tile_rows = 16, .count = 20, .seed = 6, .distinct = 3});
    expect_greedy_sampling({.columns = 1, .targets = 1, .tile_rows = 16, .count = 15, .seed = 7, .distinct = 4});
}

TEST(GreedySampling, ServesEmptyShardsAndGivesAllThereIs)
{
    expect_greedy_sampling(few_rows);
}

/// The product of minima is another rule: the nearest in features and the nearest in outputs are different rows.
TEST(GreedySampling, MultipliesDistancesToOneAndTheSameRow)
{
    const Case c{.count = 15, .seed = 8};
    const auto product_of_minima = by_brute_force(c, [&](const Table& table) {
        std::vector<double> values;
        for (const RowId row : table.left) {
            values.push_back(table.nearest([&](std::size_t i) { return table.to_known_x(row, i); }) * table.nearest([&](std::size_t i) { return table.to_known_y(row, i); }));
        }
        return values;
    });
    EXPECT_NE(by_sluice(c, [](const auto& input) { return greedy_sampling(input, selection::Apart::inputs_and_outputs); }), product_of_minima);
}

TEST(GreedySampling, NeedsPredictions)
{
    const auto blind = [](const selection::SelectionInput& input) {
        auto without = input;
        without.predicted = {};
        return greedy_sampling(without, selection::Apart::outputs);
    };
    EXPECT_THROW(by_sluice({}, blind), Agreed);
}

TEST(QbcDiv, PicksTheRowsOfTheDefinition)
{
    for (const double diversity : {0.0, 0.5, 1.0}) expect_qbc_div({.seed = 11}, {.diversity = diversity});
    expect_qbc_div({.rows = 1013, .columns = 20, .tile_rows = 64, .count = 12, .seed = 12}, {});
}

TEST(QbcDiv, WeighsDensityInBothSignsAmongTheRowsThatAreLeft)
{
    for (const bool sparse : {false, true}) {
        const selection::QbcDiv thirds{.diversity = 1.0 / 3, .density = 1.0 / 3, .prefers_sparse = sparse};
        expect_qbc_div({.rows = 170, .labelled = {3, 77}, .count = 12, .seed = 13}, thirds);
        expect_qbc_div({.rows = 90, .columns = 2, .tile_rows = 16, .labelled = {3}, .count = 20, .seed = 14}, thirds);
        expect_qbc_div({.rows = 90, .tile_rows = 16, .labelled = {3}, .count = 10, .seed = 15}, {.diversity = 0, .density = 1, .prefers_sparse = sparse, .neighbours = 3});
    }
}

TEST(QbcDiv, LooksForNeighboursInAKeyedSampleOfManyRows)
{
    expect_qbc_div({.seed = 16}, {.diversity = 1.0 / 3, .density = 1.0 / 3, .references = 60});
    expect_qbc_div({.count = 10, .seed = 17}, {.diversity = 0.2, .density = 0.8, .neighbours = 4, .references = 5});  // fewer are left than neighbours wanted
}

TEST(QbcDiv, BreaksTiesByRow)
{
    expect_qbc_div({.columns = 2, .tile_rows = 16, .count = 20, .seed = 18, .distinct = 3}, {});
    expect_qbc_div({.rows = 90, .columns = 1, .tile_rows = 16, .labelled = {3}, .count = 15, .seed = 19, .distinct = 2}, {.diversity = 0.5, .density = 0.5});
}

TEST(QbcDiv, ServesEmptyShardsAndGivesAllThereIs)
{
    expect_qbc_div(few_rows, {});
    expect_qbc_div(few_rows, {.diversity = 1.0 / 3, .density = 1.0 / 3});
}

TEST(QbcDiv, WithoutLabelsStartsAtTheBestScore)
{
    const Case c{.labelled = {}, .count = 1, .seed = 20};
    const Table table(c);
    const auto best = *std::max_element(table.left.begin(), table.left.end(), [&](RowId a, RowId b) { return table.score[static_cast<std::size_t>(a)] < table.score[static_cast<std::size_t>(b)]; });
    EXPECT_EQ(by_sluice(c, [](const auto& input) { return qbc_div(input, {}); }), std::vector<RowId>{best});
}

TEST(UncertainThenDiverse, ChoosesAmongTheBestScores)
{
    for (const int distinct : {0, 3}) {
        Case c{.count = 12, .seed = 21, .distinct = distinct};
        const Table table(c);
        auto best = table.left;
        std::stable_sort(best.begin(), best.end(), [&](RowId a, RowId b) { return table.score[static_cast<std::size_t>(a)] > table.score[static_cast<std::size_t>(b)]; });
        best.resize(24);
        const auto expected = by_brute_force(c, [&](const Table& now) {
            std::vector<double> values;
            for (const RowId row : now.left) {
                const bool is_kept = std::find(best.begin(), best.end(), row) != best.end();
                values.push_back(is_kept ? now.nearest([&](std::size_t i) { return now.to_known_x(row, i); }) : -1);
            }
            return values;
        });
        const auto* registered = selection::SelectionRegistration::all().at("uncertain-then-diverse");
        EXPECT_EQ(by_sluice(c, registered->make(Options(registered->options)).choose), expected);
    }
}

TEST(UncertainThenDiverse, ServesAnyRuleAndEmptyShards)
{
    const auto* registered = selection::SelectionRegistration::all().at("uncertain-then-diverse");
    for (const auto& [name, entry] : selection::SelectionRegistration::all()) {
        if (name == registered->name) continue;
        Options options(registered->options);
        options.set(registered->options[1], name);
        const auto rule = registered->make(options);
        EXPECT_EQ(rule.needs_predictions, entry->make(Options(entry->options)).needs_predictions) << name;
        EXPECT_EQ(rule.needs_posterior, entry->make(Options(entry->options)).needs_posterior) << name;
        if (rule.needs_posterior) continue;
        EXPECT_EQ(by_sluice(few_rows, rule.choose).size(), 7U) << name;
    }
}

namespace {

/// Lloyd's algorithm as it stands in a textbook, in float64.
std::vector<RowId> representatives(const Case& c)
{
    const Table table(c);
    const auto value = [&](RowId row, std::size_t column) { return static_cast<double>(table.x[static_cast<std::size_t>(row) * table.columns + column]); };
    const auto key = [&](RowId row) { return RandomStream(c.seed, Purpose::density_sample, c.iteration, static_cast<std::uint64_t>(row)).uniform(); };
    std::vector<RowId> starts = table.left;
    std::sort(starts.begin(), starts.end(), [&](RowId a, RowId b) { return key(a) < key(b); });
    starts.resize(std::min(starts.size(), static_cast<std::size_t>(c.count)));
    std::sort(starts.begin(), starts.end());
    std::vector<std::vector<double>> centroids;
    for (const RowId row : starts) {
        centroids.emplace_back();
        for (std::size_t j = 0; j < table.columns; ++j) centroids.back().push_back(value(row, j));
    }
    const auto distance = [&](RowId row, const std::vector<double>& centroid) {
        double sum = 0;
        for (std::size_t j = 0; j < table.columns; ++j) sum += std::pow(value(row, j) - centroid[j], 2);
        return sum;
    };
    std::vector<std::size_t> own(table.left.size(), SIZE_MAX);
    for (bool has_changed = true; has_changed;) {
        has_changed = false;
        for (std::size_t i = 0; i < own.size(); ++i) {
            std::size_t nearest = 0;
            for (std::size_t k = 1; k < centroids.size(); ++k) {
                if (distance(table.left[i], centroids[k]) < distance(table.left[i], centroids[nearest])) nearest = k;
            }
            has_changed = has_changed || own[i] != nearest;
            own[i] = nearest;
        }
        for (std::size_t k = 0; k < centroids.size(); ++k) {
            const auto rows = static_cast<double>(std::count(own.begin(), own.end(), k));
            if (rows == 0) continue;
            for (std::size_t j = 0; j < table.columns; ++j) {
                double sum = 0;
                for (std::size_t i = 0; i < own.size(); ++i) sum += own[i] == k ? value(table.left[i], j) : 0;
                centroids[k][j] = sum / rows;
            }
        }
    }
    std::vector<RowId> batch, left = table.left;
    for (const auto& centroid : centroids) {
        const auto nearest = std::min_element(left.begin(), left.end(), [&](RowId a, RowId b) { return distance(a, centroid) < distance(b, centroid); });
        batch.push_back(*nearest);
        left.erase(nearest);
    }
    return batch;
}

std::vector<RowId> k_means(const Case& c, std::int64_t passes = 1000)
{
    return by_sluice(c, [&](const auto& input) { return selection::k_means_representatives(input, passes); });
}

}  // namespace

TEST(KMeansRepresentatives, AreTheRowsNearestToTheCentroidsOfLloydsAlgorithm)
{
    for (const std::uint64_t seed : {1, 2, 3, 4}) {
        const Case c{.count = seed == 4 ? 14 : 7, .seed = seed};  // few: of a cluster of two rows, rounding decides which is nearer to their middle
        EXPECT_EQ(k_means(c), representatives(c)) << "seed " << seed;
    }
}

/// Of rows that repeat, centroids share their nearest rows, and some have none; more are wanted than there are.
TEST(KMeansRepresentatives, AreDistinctRowsWhateverRepeats)
{
    const Case c{.rows = 90, .columns = 2, .labelled = {3, 77}, .count = 500, .distinct = 2};
    auto rows = k_means(c);
    const auto free = Table(c).left;
    std::sort(rows.begin(), rows.end());
    EXPECT_EQ(rows, free);
}

/// Where rows tie there is no definition to compare with; what one rank says, any number of ranks says.
TEST(KMeansRepresentatives, AreTheSameOnAnyNumberOfRanks)
{
    const Case c{.rows = 301, .labelled = {3, 77}, .count = 12, .distinct = 4};
    EXPECT_EQ(k_means(c, 3), (std::vector<RowId>{32, 57, 89, 186, 50, 27, 169, 280, 85, 287, 82, 132}));
}

}  // namespace sluice
