#include "report/page/latents_page.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sluice::report {

namespace {

constexpr const char* text = R"({"method": "entropic-autoencoder", "units": 4, "training_rows": 1000, "encoders": 16, "error": 0.0123, "error_of_mean_code": 0.011,
    "error_of_mean_reconstruction": 0.0105, "error_of_principal_components": 0.02, "active": 4, "active_means": 3, "informed": 2, "information": 0.25, "temperature": 3e-6,
    "trials": [{"temperature": 0, "error": 0.01, "active": 4, "informed": 4}, {"temperature": 4e-6, "error": 0.02, "active": 4, "informed": 3},
               {"temperature": 1e-6, "error": 0.012, "active": 4, "informed": 4}],
    "target_error": 0.015, "runs": [{"temperature": 2e-6, "error": 0.03, "active": 4, "informed": 2}, {"temperature": 3e-6, "error": 0.0123, "active": 4, "informed": 2}],
    "warning": "the temperature is off <somewhat>"})";

std::size_t count(const std::string& all, const std::string& part)
{
    std::size_t found = 0;
    for (auto at = all.find(part); at != std::string::npos; at = all.find(part, at + 1)) ++found;
    return found;
}

}  // namespace

TEST(LatentsPage, HasEveryTrialAndRunAndTheLevelsTheyAreMeasuredBy)
{
    const auto record = latents_record("faces.h5", text);
    EXPECT_EQ(record.trials.size(), 3U);
    EXPECT_EQ(record.runs.at(1).error, 0.0123);
    const auto figure = temperature_figure(record);
    EXPECT_EQ(count(figure.svg, "<circle"), 2U * 3) << "two temperatures above 0 of three quantities";
    EXPECT_EQ(count(figure.svg, "full training, T = "), 2U * 3);
    for (const char* level : {"plain autoencoder", "aimed at", "all"}) EXPECT_NE(figure.svg.find(level), std::string::npos) << level;
    const auto page = latents_page({record});
    EXPECT_NE(page.find("the temperature is off &lt;somewhat&gt;"), std::string::npos);
    EXPECT_NE(page.find("0.0123"), std::string::npos);
}

TEST(LatentsPage, WithoutTrialsThereIsATableAndNoFigure)
{
    const auto record = latents_record("plain.h5", R"({"method": "pca", "units": 2, "training_rows": 10, "encoders": 1, "error": 1, "error_of_mean_code": 1,
        "error_of_mean_reconstruction": 1, "error_of_principal_components": 1, "active": 2, "active_means": 2, "informed": 2, "information": 1})");
    EXPECT_TRUE(temperature_figure(record).svg.empty());
    EXPECT_EQ(count(latents_page({record, record}), "<svg"), 0U);
    EXPECT_NE(latents_page({record, record}).find("2 pools of latents"), std::string::npos);
}

TEST(LatentsPage, OfSomethingElseIsRefused)
{
    EXPECT_THROW(latents_record("other.h5", "{}"), std::exception);
    EXPECT_THROW(latents_record("other.h5", "not JSON"), std::exception);
}

}  // namespace sluice::report
