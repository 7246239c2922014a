#include "report/figures/latent_pictures.hpp"

#include "report/page/latents_page.hpp"

#include <gtest/gtest.h>

namespace sluice::report {

namespace {

constexpr const char* text = R"([{"name": "interpolation", "lines": 4, "columns": 9, "height": 28, "width": 20, "png": "iVBORw0KGgo="},
                                 {"name": "generation", "lines": 2, "columns": 8, "height": 28, "width": 20, "png": "iVBORw0KGgo="}])";

std::size_t count(const std::string& all, const std::string& part)
{
    std::size_t found = 0;
    for (auto at = all.find(part); at != std::string::npos; at = all.find(part, at + 1)) ++found;
    return found;
}

}  // namespace

TEST(LatentPictures, AreOnThePageThatNeedsNothingFromOutside)
{
    auto record = latents_record("faces.h5", R"({"method": "vae", "units": 2, "training_rows": 10, "encoders": 1, "error": 1, "error_of_mean_code": 1,
        "error_of_mean_reconstruction": 1, "error_of_principal_components": 1, "active": 2, "active_means": 2, "informed": 2, "information": 1})");
    record.pictures = latent_pictures("faces.h5", text);
    const auto page = latents_page({record});
    EXPECT_EQ(count(page, "href=\"data:image/png;base64,iVBORw0KGgo=\""), 2U);
    for (const char* part : {"<b>Figure 1.</b>", "<b>Figure 2.</b>"}) EXPECT_NE(page.find(part), std::string::npos) << part;
    for (const char* forbidden : {"<script", "<link", "<img", "@import", "url(", "src=", "href=\"h"}) EXPECT_EQ(page.find(forbidden), std::string::npos) << forbidden;
}

TEST(LatentPictures, HaveSquarePixelsAndALabelForEveryLine)
{
    const auto figure = picture_figure(latent_pictures("faces.h5", text)[0]);
    // (800 - 72) / 9 wide, times 28/20 high
    EXPECT_NE(figure.svg.find("width=\"728\" height=\"452.98\""), std::string::npos) << figure.svg;
    EXPECT_EQ(count(figure.svg, ">codes</text>"), 2U);
    EXPECT_EQ(count(figure.svg, ">rows</text>"), 2U);
    EXPECT_EQ(count(figure.svg, "class=\"gap\""), 8U + 3U);
}

TEST(LatentPictures, OfSomethingElseAreRefused)
{
    for (const char* other : {"not JSON", "{\"a\": 1}", R"([{"name": "other", "lines": 1, "columns": 1, "height": 1, "width": 1, "png": "AA=="}])",
                              R"([{"name": "generation", "lines": 1, "columns": 1, "height": 1, "width": 1, "png": "\"/><script>"}])",
                              R"([{"name": "generation", "lines": 1, "columns": 0, "height": 1, "width": 1, "png": "AA=="}])"}) {
        EXPECT_THROW(latent_pictures("faces.h5", other), std::exception) << other;
    }
}

}  // namespace sluice::report
