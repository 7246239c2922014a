#include "acquisition/score.hpp"
#include "problems/problem.hpp"
#include "selection/selection.hpp"
#include "selection/strategy.hpp"

#include <gtest/gtest.h>

namespace sluice {

namespace {

/// What validate, methods and the documentation say of a registered thing is there, on one line, and so is the help of each of its options.
template <typename Made>
void expect_descriptions(const char* section)
{
    EXPECT_FALSE(Registration<Made>::all().empty()) << section;
    for (const auto& [name, entry] : Registration<Made>::all()) {
        EXPECT_GE(entry->summary.size(), 10u) << "[" << section << "] " << name << " has no description";
        EXPECT_EQ(entry->summary.find_first_of("\n|"), std::string::npos) << "[" << section << "] " << name << ": not one cell of a table";
        for (const auto& option : entry->options) EXPECT_FALSE(option.help_text.empty()) << "[" << section << "] " << name << ": " << option.name << " has no help";
    }
}

}  // namespace

TEST(Registrations, AreDescribed)
{
    expect_descriptions<problems::Problem>("problem");
    expect_descriptions<models::Family>("surrogate");
    expect_descriptions<acquisition::Score>("acquisition");
    expect_descriptions<selection::Selection>("selection");
    expect_descriptions<Strategy>("strategy");
}

}  // namespace sluice
