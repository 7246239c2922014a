#include "selection/bait/picks.hpp"

#include "selection/selection.hpp"
#include "support/bait_brute_force.hpp"
#include "support/draws.hpp"
#include "support/feature_shard.hpp"

#include <gtest/gtest.h>

namespace sluice {

namespace {

using test::BaitShape;

void expect_near(const std::vector<Ranked>& found, const std::vector<Ranked>& expected, double tolerance)
{
    ASSERT_EQ(found.size(), expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
        EXPECT_EQ(found[i].row, expected[i].row) << i;
        EXPECT_NEAR(found[i].value, expected[i].value, tolerance * std::abs(expected[i].value)) << i;
    }
}

void expect_the_definition(const BaitShape& shape, double tolerance = 1e-9)
{
    const auto pool = test::random_bait_pool(shape);
    const auto found = test::with_input(pool, selection::bait);
    const auto expected = test::bait_by_definition(pool);
    expect_near(found.picked, expected.picked, tolerance);
    expect_near(found.removed, expected.removed, tolerance);
    EXPECT_EQ(found.rows, expected.rows);
}

constexpr std::int64_t long_z = 27, long_a = 19;  // too long for matrices
static_assert(long_z * long_a > selection::longest_for_matrices);

using Start = std::function<selection::BaitScores(const selection::BaitInput&, double weight, std::int64_t pool_rows)>;

/// Compares the scores of own rows with those of the definition.
void expect_scores(const test::BaitPool& pool, double influence_tolerance, const Start& compute)
{
    const auto expected = test::BaitByDefinition(pool).scores();
    test::with_input(pool, [&](const selection::BaitInput& input) {
        const auto n = static_cast<double>(pool.labelled_rows()), q = static_cast<double>(pool.count);
        const auto found = compute(input, n / (n + q), std::count(pool.state.begin(), pool.state.end(), pool::RowState::unlabelled));
        for (RowId row = input.share.first_row; row < input.share.end_row; ++row) {
            const auto local = static_cast<std::size_t>(row - input.share.first_row), all = static_cast<std::size_t>(row);
            EXPECT_NEAR(found.leverage[local], expected.leverage[all], 1e-10 * expected.leverage[all]) << row;
            EXPECT_NEAR(found.influence[local], expected.influence[all], influence_tolerance * expected.influence[all]) << row;
        }
    });
}

}  // namespace

TEST(Bait, PicksAndRemovesTheRowsOfTheDefinition)
{
    expect_the_definition({});
    expect_the_definition({.rows = 333, .labelled = 40, .z_columns = 6, .a_columns = 5, .count = 9, .tile_rows = 32, .seed = 2});
    expect_the_definition({.rows = 700, .labelled = 3, .z_columns = 20, .a_columns = 2, .count = 3, .tile_rows = 600, .size = 1.5, .seed = 3});
}

TEST(Bait, PicksAndRemovesTheRowsOfTheDefinitionWhereRowsAreLong)
{
    // Later scores stand on products in float32.
    expect_the_definition({.rows = 120, .labelled = 12, .z_columns = long_z, .a_columns = long_a, .count = 6, .tile_rows = 16, .seed = 4});
    expect_the_definition({.rows = 620, .labelled = 30, .z_columns = long_z, .a_columns = long_a, .count = 4, .tile_rows = 600, .seed = 5});
}

TEST(Bait, NeedsNoLabelledRows)
{
    expect_the_definition({.labelled = 0});
    expect_the_definition({.rows = 90, .labelled = 0, .z_columns = long_z, .a_columns = long_a, .count = 4, .seed = 6});
}

TEST(Bait, TakesScalarFeatures)
{
    // A regression with one output and constant noise: a is a constant.
    auto pool = test::random_bait_pool({.rows = 200, .labelled = 25, .z_columns = 12, .a_columns = 1, .count = 5, .seed = 7});
    std::fill(pool.a.begin(), pool.a.end(), 2.0F);
    std::fill(pool.labelled_a.begin(), pool.labelled_a.end(), 2.0F);
    const auto found = test::with_input(pool, selection::bait), expected = test::bait_by_definition(pool);
    expect_near(found.picked, expected.picked, 1e-9);
    expect_near(found.removed, expected.removed, 1e-9);
}

TEST(Bait, KeepsAccountOfThePriorInformation)
{
    auto pool = test::random_bait_pool({.seed = 8});
    pool.lambda = 25;
    const auto found = test::with_input(pool, selection::bait), expected = test::bait_by_definition(pool);
    expect_near(found.picked, expected.picked, 1e-9);
    EXPECT_EQ(found.rows, expected.rows);
}

TEST(Bait, GivesAllThereIsAndNoMore)
{
    expect_the_definition({.rows = 14, .labelled = 2, .count = 8, .tile_rows = 4, .seed = 9});  // more than half
    const auto pool = test::random_bait_pool({.rows = 9, .count = 50, .tile_rows = 4, .seed = 10});
    EXPECT_EQ(test::with_input(pool, selection::bait).rows.size(), 8U);
    auto empty = pool;
    std::fill(empty.state.begin(), empty.state.end(), pool::RowState::labelled);
    EXPECT_TRUE(test::with_input(empty, selection::bait).rows.empty());
}

TEST(Bait, PrefersTheLowerOfEqualRows)
{
    for (const auto& [z_columns, a_columns] : {std::pair<std::int64_t, std::int64_t>{4, 3}, {long_z, long_a}}) {
        // Copies of 35 rows, a multiple of 7: equal rows are excluded together.
        const auto pool = test::random_bait_pool(
            {.rows = 350, .labelled = 5, .z_columns = z_columns, .a_columns = a_columns, .count = 6, .tile_rows = 50, .distinct = 35, .seed = 11});
        const auto batch = test::with_input(pool, selection::bait);
        std::vector<int> copies(35, 0);
        for (const auto& pick : batch.picked) {
            EXPECT_EQ(pick.row / 35, copies[static_cast<std::size_t>(pick.row % 35)]) << "the first copy that is left of row " << pick.row % 35;
            ++copies[static_cast<std::size_t>(pick.row % 35)];
        }
    }
}

TEST(Bait, IsNotMisledByRowsThatPicksExplain)
{
    // Rows in pairs that differ little, so large that what a pick leaves of its twin's influence is less than the sixth digit of what that was before.
    constexpr RowId pairs = 49;
    const BaitShape shape{.rows = 2 * pairs, .labelled = 4, .z_columns = long_z, .a_columns = long_a, .count = 12, .size = 12, .distinct = pairs, .seed = 12};
    auto pool = test::random_bait_pool(shape);
    for (std::size_t i = pool.z.size() / 2; i < pool.z.size(); ++i) pool.z[i] *= 1 + 1e-4F * static_cast<float>(i % 5);
    const auto found = test::with_input(pool, selection::bait), expected = test::bait_by_definition(pool);
    ASSERT_EQ(found.picked.size(), expected.picked.size());
    for (std::size_t i = 0; i < found.picked.size(); ++i) {
        EXPECT_EQ(found.picked[i].row % pairs, expected.picked[i].row % pairs) << i << ": either of the pair";
        EXPECT_NEAR(found.picked[i].value, expected.picked[i].value, 1e-4 * expected.picked[i].value) << i;
    }
}

TEST(Bait, PicksTheSameHoweverFarItLooksAhead)
{
    // Rows that picks explain fall behind quickly where there are few leaders.
    for (const auto& shape : {BaitShape{.rows = 300, .count = 9, .tile_rows = 32, .seed = 15}, {.rows = 200, .labelled = 0, .count = 12, .size = 3, .distinct = 57, .seed = 16}}) {
        const auto pool = test::random_bait_pool(shape);
        test::with_input(pool, [](const selection::BaitInput& input) {
            const auto rows = input.ranks.sum(std::int64_t{std::count(input.state.begin(), input.state.end(), pool::RowState::unlabelled)});
            const auto expected = selection::pick_short_rows(input, rows, 2 * input.count, 10'000);
            for (const std::size_t leaders : {1, 7}) {
                const auto found = selection::pick_short_rows(input, rows, 2 * input.count, leaders);
                ASSERT_EQ(found.size(), expected.size());
                for (std::size_t i = 0; i < found.size(); ++i) {
                    EXPECT_EQ(found[i].ranked.row, expected[i].ranked.row) << leaders << " leaders, pick " << i;
                    EXPECT_EQ(found[i].ranked.value, expected[i].ranked.value) << leaders << " leaders, pick " << i;
                }
            }
        });
    }
}

TEST(Bait, StartsFromTheScoresOfTheDefinition)
{
    const Start by_pairs = [](const selection::BaitInput& input, double weight, std::int64_t rows) {
        return selection::scores_by_pairs(input, selection::LabelledInformation(input.labelled, input.lambda, weight), rows);
    };
    const Start by_matrices = [](const selection::BaitInput& input, double weight, std::int64_t rows) {
        return selection::scores_by_matrices(input, weight, selection::mean_information(input, rows));
    };
    for (const std::int64_t labelled : {0, 1, 37}) {
        auto pool = test::random_bait_pool({.rows = 611, .labelled = labelled, .z_columns = 7, .a_columns = 9, .count = 3, .tile_rows = 300, .seed = 13});
        pool.lambda = 0.5;
        expect_scores(pool, 1e-10, by_matrices);
        expect_scores(pool, 3e-6, by_pairs);
    }
}

TEST(Bait, StartsFromTheSameScoresInAnyMemory)
{
    const auto pool = test::random_bait_pool({.rows = 250, .labelled = 9, .z_columns = 5, .a_columns = 6, .tile_rows = 32, .seed = 14});
    test::with_input(pool, [&](const selection::BaitInput& input) {
        const selection::LabelledInformation labelled(input.labelled, 1, 0.5);
        const auto at_once = selection::scores_by_pairs(input, labelled, 214), tile_by_tile = selection::scores_by_pairs(input, labelled, 214, 1),
                   in_groups = selection::scores_by_pairs(input, labelled, 214, 3 * 32 * 20 * sizeof(float));
        EXPECT_EQ(at_once.influence, tile_by_tile.influence);
        EXPECT_EQ(at_once.leverage, tile_by_tile.leverage);
        EXPECT_EQ(at_once.influence, in_groups.influence);
    });
}

TEST(Bait, RefusesFeaturesThatAreNotNumbers)
{
    auto pool = test::random_bait_pool({});
    pool.z[50] = NAN;
    EXPECT_THROW(test::with_input(pool, selection::bait), Agreed);
    pool = test::random_bait_pool({});
    pool.labelled_a[3] = INFINITY;
    EXPECT_THROW(test::with_input(pool, selection::bait), Agreed);
    pool = test::random_bait_pool({});
    pool.z[3 * 4] = NAN;  // excluded
    EXPECT_NO_THROW(test::with_input(pool, selection::bait));
}

/// As a batch rule: the embedding of a row is its scaled features. Rows as they are stored, and rows that are scaled.
TEST(Bait, OfFeaturesChoosesTheRowsOfTheDefinition)
{
    constexpr RowId rows = 211, columns = 5, tile_rows = 16;
    const std::vector<RowId> labelled = {7, 100, 209};
    std::vector<float> stored;
    for (const double v : test::normals(5, rows * columns)) stored.push_back(static_cast<float>(v));
    auto scaled = pool::Scaling::identity(columns);
    scaled.shift = {0, 1, 0, -2, 0};
    scaled.factor = {1, 2, 0.5F, 1, 3};
    for (const auto& scaling : {pool::Scaling::identity(columns), scaled}) {
        test::BaitPool pool{.z_columns = columns, .z = stored, .a = std::vector<float>(rows, 1.0F), .count = 9, .tile_rows = tile_rows, .lambda = 0.3};
        pool.state.assign(rows, pool::RowState::unlabelled);
        for (std::size_t i = 0; i < stored.size(); ++i) pool.z[i] = (stored[i] - scaling.shift[i % columns]) * scaling.factor[i % columns];
        for (const RowId row : labelled) {
            pool.state[static_cast<std::size_t>(row)] = pool::RowState::labelled;
            pool.labelled_z.insert(pool.labelled_z.end(), pool.z.begin() + row * columns, pool.z.begin() + (row + 1) * columns);
            pool.labelled_a.push_back(1);
        }
        const auto shard = test::feature_shard(stored, columns, tile_rows);
        const auto own = std::span(pool.state).subspan(static_cast<std::size_t>(shard.share.first_row), static_cast<std::size_t>(shard.share.rows()));
        Work work;
        const auto& rule = *Registration<selection::Selection>::all().at("bait");
        Options options(rule.options);
        options.set(rule.options.front(), pool.lambda);
        EXPECT_EQ(rule.make(options).choose({shard, scaling, {}, own, labelled, pool.count, test::ranks(), work}), test::bait_by_definition(pool).rows);
    }
}

}  // namespace sluice
