#include "problems/forest.hpp"

#include "base/error.hpp"
#include "problems/problem.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <fstream>
#include <set>

namespace sluice::problems {

namespace {

const std::string inputs = SLUICE_GOLDEN "/../../inputs/regression/";

/// Values of a problem's pool, and the labels' variance.
std::vector<double> labels(const std::string& kind, int rows)
{
    const auto* entry = ProblemRegistration::all().at(kind);
    Options options(entry->options);
    options.set(entry->options[0], inputs + kind + ".forest.h5");
    const auto simulator = *entry->make(options).simulator;
    std::vector<double> values;
    for (RowId row = 0; row < rows; ++row) {
        std::vector<float> x(simulator.columns.size());
        std::vector<double> y(1);
        simulator.draw(1, Population::pool, row, x);
        simulator.answer(1, Population::pool, row, x, y);
        values.push_back(y[0]);
    }
    return values;
}

}  // namespace

TEST(ForestGolden, SaysWhatScikitLearnSays)
{
    const auto forest = read_forest(SLUICE_GOLDEN "/forest.h5", 3);
    const auto golden = nlohmann::json::parse(std::ifstream(SLUICE_GOLDEN "/forest.json"));
    const auto points = golden["points"].get<std::vector<float>>();
    ASSERT_EQ(forest.trees(), 7U);
    for (std::size_t i = 0; i < golden["values"].size(); ++i) EXPECT_NEAR(forest(std::span(points).subspan(3 * i, 3)), golden["values"][i].get<double>(), 1e-7) << "point " << i;
}

TEST(ForestGolden, RefusesWhatIsNotThereOrOfAnotherProblem)
{
    EXPECT_THROW(read_forest("nowhere.h5", 3), Error);
    EXPECT_THROW(read_forest(SLUICE_GOLDEN "/forest.h5", 2), Error) << "its trees look at three features";
    EXPECT_THROW(read_forest(SLUICE_GOLDEN "/forest.json", 3), Error);
}

/// Piecewise constant with thousands of cells, within the range that the table was mapped to.
TEST(ForestGolden, FoilAndHydrAreForestsOverTheBox)
{
    for (const char* kind : {"foil", "hydr"}) {
        SCOPED_TRACE(kind);
        const auto values = labels(kind, 2000);
        EXPECT_GE(*std::min_element(values.begin(), values.end()), -1);
        EXPECT_LE(*std::max_element(values.begin(), values.end()), 1);
        EXPECT_GT(std::set<double>(values.begin(), values.end()).size(), std::string(kind) == "foil" ? 1500U : 300U);
    }
}

}  // namespace sluice::problems
