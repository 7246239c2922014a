#include "models/trees/forest.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace sluice::models {

namespace {

/// Appends a random subtree; thresholds are whole numbers, so that features meet them exactly.
void grow(Tree& tree, RandomStream& random, int columns, int distinct, int depth, double leaf_chance)
{
    if (depth == 0 || random.uniform() < leaf_chance) {
        tree.push_back({.value = static_cast<float>(random.normal())});
        return;
    }
    const auto place = tree.size();
    tree.push_back({static_cast<std::int32_t>(random.below(static_cast<std::uint32_t>(columns))),
                    static_cast<float>(random.below(static_cast<std::uint32_t>(distinct))) - static_cast<float>(distinct / 2), 0});
    grow(tree, random, columns, distinct, depth - 1, leaf_chance);
    tree[place].right = static_cast<std::int32_t>(tree.size());
    grow(tree, random, columns, distinct, depth - 1, leaf_chance);
}

struct Case {
    int columns, distinct, depth, trees, rows;
    double leaf_chance;
};

}  // namespace

TEST(ForestKernel, EqualsFollowingEveryTreeFromItsRoot)
{
    RandomStream random(4, Purpose::random_score, 0, 0);
    for (const auto& c : {Case{5, 7, 4, 20, 300, 0.2}, {1, 2, 1, 3, 1, 0}, {3, 2000, 10, 4, 129, 0},  // 1,024 leaves, and up to 2,000 thresholds a feature
                          {2, 255, 8, 40, 128, 0.05}, {2, 256, 8, 40, 127, 0.05}, {40, 3, 0, 5, 17, 0}}) {
        constexpr int members = 3, targets = 2;
        SCOPED_TRACE(fmt::format("{} columns, {} values, depth {}, {} trees, {} rows", c.columns, c.distinct, c.depth, c.trees, c.rows));
        std::vector<std::vector<Forest>> forests(members, std::vector<Forest>(targets));
        std::vector<Member> packed;
        for (int m = 0; m < members; ++m) {
            for (int t = 0; t < targets; ++t) {
                forests[m][t].base = static_cast<float>(random.normal());
                forests[m][t].is_float32 = t == 1;
                for (int i = 0; i < c.trees + m; ++i) grow(forests[m][t].trees.emplace_back(), random, c.columns, c.distinct, c.depth, c.leaf_chance);
            }
            packed.push_back(to_member(forests[m]));
        }
        std::vector<float> features;
        for (int i = 0; i < c.rows * c.columns; ++i) features.push_back(static_cast<float>(random.below(static_cast<std::uint32_t>(c.distinct + 2))) - static_cast<float>(c.distinct / 2 + 1));
        std::vector<float> out(static_cast<std::size_t>(c.rows * members * targets), std::nanf(""));
        forest_predictor(packed, c.columns)(features.data(), c.rows, out.data());
        for (int i = 0; i < c.rows; ++i) {
            for (int m = 0; m < members; ++m) {
                for (int t = 0; t < targets; ++t) {
                    ASSERT_EQ(out[static_cast<std::size_t>((i * members + m) * targets + t)], static_cast<float>(value_at(forests[m][t], features.data() + i * c.columns)))
                        << "row " << i << ", member " << m << ", target " << t;
                }
            }
        }
    }
}

TEST(ForestKernel, EvaluatesATreeThatIsAsDeepAsItHasLeaves)
{
    // x < 0 -> 0, else x < 1 -> 1, else ... : one leaf after the other, and the same from the other side.
    constexpr int leaves = 400;
    Tree right, left;
    for (int i = 0; i < leaves - 1; ++i) {
        right.push_back({0, static_cast<float>(i), 2 * i + 2});
        right.push_back({.value = static_cast<float>(i)});
    }
    right.push_back({.value = leaves - 1});
    for (int i = 0; i < leaves - 1; ++i) left.push_back({0, static_cast<float>(leaves - 2 - i), 2 * leaves - 2 - i});
    for (int i = 0; i < leaves; ++i) left.push_back({.value = static_cast<float>(i)});
    for (const auto& tree : {right, left}) {
        std::vector<float> features, expected;
        for (int i = 0; i < leaves; ++i) features.push_back(static_cast<float>(i) - 0.5F);
        std::vector<float> out(leaves);
        forest_predictor({to_member({{.trees = {tree}}})}, 1)(features.data(), leaves, out.data());
        for (int i = 0; i < leaves; ++i) ASSERT_EQ(out[static_cast<std::size_t>(i)], static_cast<float>(i));
    }
}

TEST(ForestKernel, AddsConstantsAndTreesInTheirOrder)
{
    // In float32, 2^24 + 1 is 2^24, and 2^24 + 2 is not.
    const Tree big{{.value = 0x1p24F}}, one{{.value = 1}}, split{{0, 0, 2}, {.value = 1}, {.value = 2}};
    const std::vector<float> features = {-1, 0};
    std::vector<float> out(2 * 3);
    forest_predictor({to_member({{.base = 1, .is_float32 = true, .trees = {one, big}}}), to_member({{.base = 0, .is_float32 = true, .trees = {big, one, one}}}),
                      to_member({{.base = 0, .is_float32 = false, .trees = {big, one, split}}})},
                     1)(features.data(), 2, out.data());
    EXPECT_EQ(out, (std::vector<float>{0x1p24F + 2, 0x1p24F, 0x1p24F + 2, 0x1p24F + 2, 0x1p24F, 0x1p24F + 4}));  // 2^24 + 3 rounds to even
}

TEST(BelowWhat, DecidesAsAComparisonWithTheDoubleDoes)
{
    RandomStream random(5, Purpose::random_score, 0, 0);
    for (int i = 0; i < 1000; ++i) {
        const auto x = static_cast<float>(random.normal());
        const double apart = static_cast<double>(std::nextafter(x, 9.0F)) - static_cast<double>(x);
        for (const double threshold : {static_cast<double>(x), static_cast<double>(x) + 0.3 * apart, static_cast<double>(x) + 0.7 * apart, static_cast<double>(x) - 0.3 * apart}) {
            for (const float feature : {x, std::nextafter(x, -9.0F), std::nextafter(x, 9.0F)}) {
                ASSERT_EQ(static_cast<double>(feature) <= threshold, feature < below_what(threshold)) << x << " " << threshold << " " << feature;
            }
        }
    }
    EXPECT_GT(below_what(0), 0.0F);
}

TEST(Member, KeepsForests)
{
    const std::vector<Forest> forests = {{.base = 0.25F, .is_float32 = true, .trees = {{{3, -1.5F, 2}, {.value = 7}, {.value = 8}}, {{.value = -0.0F}}}}, {.base = 2, .trees = {}}};
    const auto back = to_forests(to_member(forests));
    ASSERT_EQ(back.size(), 2);
    EXPECT_EQ(back[0].base, 0.25F);
    EXPECT_TRUE(back[0].is_float32);
    ASSERT_EQ(back[0].trees.size(), 2);
    EXPECT_EQ(back[0].trees[0][0].feature, 3);
    EXPECT_EQ(back[0].trees[0][0].value, -1.5F);
    EXPECT_EQ(back[0].trees[0][0].right, 2);
    EXPECT_EQ(back[0].trees[0][2].value, 8);
    EXPECT_EQ(back[0].trees[1][0].feature, -1);
    EXPECT_EQ(back[1].base, 2);
    EXPECT_FALSE(back[1].is_float32);
    EXPECT_TRUE(back[1].trees.empty());
}

}  // namespace sluice::models
