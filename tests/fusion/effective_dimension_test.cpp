#include "fusion/fit/effective_dimension.hpp"

#include "fusion/fit/information_budget.hpp"
#include "support/draws.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <fstream>

namespace sluice::fusion {

namespace {

using test::normals;
using test::uniforms;

struct Sample {
    std::vector<float> x;
    std::vector<double> y;
    std::int64_t columns;

    Points points() const { return {x, columns}; }
};

/// The sample of one case of the reference: tests/golden/effective_dimension.py has the same function.
Sample sample(const std::string& kind, std::uint64_t seed, std::size_t rows, std::size_t columns)
{
    Sample s{std::vector<float>(rows * columns), std::vector<double>(rows), static_cast<std::int64_t>(columns)};
    const auto noise = normals(seed + 1000, rows);
    const auto at = [&](std::size_t i, std::size_t c) -> float& { return s.x[i * columns + c]; };
    if (kind == "independent" || kind == "two-valued") {
        const auto x = normals(seed, rows * columns);
        std::transform(x.begin(), x.end(), s.x.begin(), [](double v) { return static_cast<float>(v); });
        for (std::size_t i = 0; i < rows; ++i) {
            const double first = x[i * columns], middle = x[i * columns + columns / 2];
            s.y[i] = kind == "two-valued" ? noise[i] > 0 : first + middle * middle + 0.125 * noise[i];
        }
    } else if (kind == "surface") {
        const auto u = uniforms(seed, 2 * rows);
        for (std::size_t i = 0; i < rows; ++i) {
            const double first = u[2 * i], second = u[2 * i + 1];
            for (std::size_t c = 0; c < columns; ++c) {
                const auto mixed = static_cast<double>(c % 2) * first * second;
                at(i, c) = static_cast<float>(first * static_cast<double>(1 + c % 3) + second * static_cast<double>(c % 5) + mixed);
            }
            s.y[i] = first * second + 0.0625 * noise[i];
        }
    } else if (kind == "whole") {
        const auto x = uniforms(seed, rows * columns), y = uniforms(seed + 1, rows);
        for (std::size_t i = 0; i < rows; ++i) {
            for (std::size_t c = 0; c < columns; ++c) at(i, c) = c % 4 == 0 ? 1.0F : static_cast<float>(std::floor(x[i * columns + c] * 3));
            s.y[i] = std::floor(y[i] * 5) + (columns > 1 ? static_cast<double>(at(i, 1)) : 0.0);
        }
    } else if (kind == "resampled") {
        auto base = normals(seed, rows * columns);
        for (std::size_t i = 0; i < base.size(); ++i) base[i] *= i % columns % 2 == 0 ? 1.0 : 0.015625;
        const auto drawn = uniforms(seed + 1, rows);
        for (std::size_t i = 0; i < rows; ++i) {
            const auto from = static_cast<std::size_t>(drawn[i] * static_cast<double>(rows));
            for (std::size_t c = 0; c < columns; ++c) at(i, c) = static_cast<float>(base[from * columns + c]);
            s.y[i] = base[from * columns] - base[(from + 1) * columns - 1] + 0.125 * noise[from];
        }
    } else if (kind == "corners") {
        for (std::size_t i = 0; i < rows; ++i) at(i, i) = 1;
        s.y = noise;
    } else if (kind == "cross") {
        for (std::size_t i = 1; i < rows; ++i) at(i, (i - 1) / 2) = i % 2 == 1 ? 1.0F : -1.0F;
        s.y = noise;
    } else {
        ADD_FAILURE() << kind;
    }
    return s;
}

nlohmann::json reference()
{
    std::ifstream file(SLUICE_GOLDEN "/effective_dimension.json");
    return nlohmann::json::parse(file);
}

}  // namespace

TEST(EffectiveDimension, EqualsScikitDimensionAndTheSpecificationsSteps)
{
    const auto expected = reference();
    ASSERT_EQ(expected["cases"].size(), 25);
    for (const auto& c : expected["cases"]) {
        SCOPED_TRACE(c.dump());
        const auto s = sample(c["kind"], c["seed"], c["rows"], c["columns"]);
        const auto found = effective_dimension(s.points(), s.y);
        EXPECT_EQ(found.distinct_rows, c["distinct"].get<std::int64_t>());
        EXPECT_EQ(found.unsupervised, c["unsupervised"].get<int>());
        EXPECT_EQ(found.supervised, c["supervised"].get<int>());
        EXPECT_EQ(found.nearest_neighbour, c["nearest_neighbour"].get<int>());
    }
}

TEST(EffectiveDimension, OfSaturatedSamplesIsTheNumberOfSlicesLessOne)   // specification, check 18.7
{
    for (const auto& [rows, dimension] : {std::pair{13, 5}, {25, 11}, {60, 9}, {100, 9}, {140, 9}}) {
        for (const int columns : {rows - 1, rows, 3 * rows}) {
            const auto s = sample("independent", 40, static_cast<std::size_t>(rows), static_cast<std::size_t>(columns));
            const auto found = effective_dimension(s.points(), s.y);
            EXPECT_TRUE(found.saturated) << rows << " x " << columns;
            EXPECT_EQ(found.supervised, dimension) << rows << " x " << columns;
        }
        const auto s = sample("independent", 40, static_cast<std::size_t>(rows), 5);
        EXPECT_FALSE(effective_dimension(s.points(), s.y).saturated);
    }
}

TEST(EffectiveDimension, IgnoresScaleShiftOrderAndCopiesOfRows)
{
    const auto s = sample("independent", 50, 60, 6);
    const auto expected = effective_dimension(s.points(), s.y);
    Sample changed = s;
    for (auto& v : changed.x) v = 4 * v + 1;
    for (auto& v : changed.y) v = std::exp(v);
    changed.x.insert(changed.x.end(), changed.x.begin(), changed.x.begin() + 60);
    changed.y.insert(changed.y.end(), changed.y.begin(), changed.y.begin() + 10);
    const auto found = effective_dimension(changed.points(), changed.y);
    EXPECT_EQ(found.distinct_rows, 60);
    EXPECT_EQ(found.unsupervised, expected.unsupervised);
    EXPECT_EQ(found.supervised, expected.supervised);
    EXPECT_EQ(found.nearest_neighbour, expected.nearest_neighbour);
}

TEST(EffectiveDimension, TakesTheTargetOfTheFirstOfEqualRows)
{
    auto s = sample("independent", 51, 40, 3);
    const int expected = effective_dimension(s.points(), s.y).supervised;
    for (std::size_t i = 0; i < 40; ++i) {
        const std::vector<float> row(s.points().row(static_cast<std::int64_t>(i)), s.points().row(static_cast<std::int64_t>(i)) + 3);
        s.x.insert(s.x.end(), row.begin(), row.end());
        s.y.push_back(static_cast<double>(i % 2));
    }
    EXPECT_EQ(effective_dimension(s.points(), s.y).supervised, expected);
}

TEST(EffectiveDimension, OfHardlyAnythingIsOne)
{
    const auto expect_ones = [](const std::vector<float>& x, std::int64_t columns, const std::vector<double>& y) {
        const auto found = effective_dimension({x, columns}, y);
        EXPECT_EQ(found.unsupervised, 1);
        EXPECT_EQ(found.supervised, 1);
        EXPECT_EQ(found.nearest_neighbour, 1);
    };
    expect_ones({1, 2, 3}, 3, {5});                              // one row
    expect_ones({1, 2, 1, 2, 1, 2}, 2, {5, 6, 7});               // one distinct row
    expect_ones({0, 1, 0, 2}, 2, {1, 2});                        // two rows
    expect_ones({1, 2, 3, 4, 5, 6, 7, 9}, 1, {1, 3, 2, 5, 4, 7, 6, 8});  // one column
    expect_ones({0.0F, -0.0F, -0.0F, 0.0F}, 2, {1, 2});          // both zeros are equal
    EXPECT_EQ(effective_dimension({std::vector<float>{0.0F, -0.0F, -0.0F, 0.0F}, 2}, std::vector<double>{1, 2}).distinct_rows, 1);
}

TEST(EffectiveDimension, KeepsTheDigitsOfSmallDistances)
{
    // Pairs of rows that differ by 2^-12 far from the origin: the product form alone would lose their distances.
    auto s = sample("surface", 52, 50, 3);
    for (auto& v : s.x) v = std::round(v * 4096) / 4096;
    const int expected = nearest_neighbour_dimension(s.points());
    for (auto& v : s.x) v += 1024;
    EXPECT_EQ(nearest_neighbour_dimension(s.points()), expected);
}

TEST(InformationBudget, IsTheFormulaWithinItsLimits)   // specification, section 5.4
{
    const auto of = [](int unsupervised, int supervised, int neighbour, std::int64_t cap) {
        return information_budget({.unsupervised = unsupervised, .supervised = supervised, .nearest_neighbour = neighbour}, cap);
    };
    EXPECT_EQ(of(4, 1, 3, 1000).effective_dimension, 2);
    EXPECT_EQ(of(4, 1, 3, 1000).total_dimension, 8);
    EXPECT_EQ(of(4, 1, 3, 1000).budget, 44) << "64 ln 2 = 44.36";
    EXPECT_EQ(of(10, 9, 9, 1000).budget, 663) << "288 ln 10 = 663.14";
    EXPECT_EQ(of(10, 9, 9, 500).budget, 500);
    EXPECT_EQ(of(60, 9, 20, 1000).budget, 1000);
    EXPECT_EQ(of(1, 1, 1, 1000).budget, 22) << "32 ln 2 = 22.18";
}

}  // namespace sluice::fusion
