#include "fusion/structure/daubechies4.hpp"

#include "support/draws.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <fstream>

namespace sluice::fusion {

namespace {

double weighed(const std::vector<double>& values)
{
    double sum = 0;
    for (std::size_t i = 0; i < values.size(); ++i) sum += static_cast<double>(i + 1) * values[i];
    return sum;
}

}  // namespace

TEST(Daubechies4, HasTheBandsOfPyWavelets)
{
    std::ifstream file(SLUICE_GOLDEN "/structural_trend.json");
    const auto reference = nlohmann::json::parse(file);
    ASSERT_GT(reference["wavelets"].size(), 20);
    for (const auto& c : reference["wavelets"]) {
        SCOPED_TRACE(c.dump());
        const auto length = c["length"].get<std::size_t>();
        auto bands = daubechies4_decomposition(test::normals(length, length), c["levels"]);
        ASSERT_EQ(bands.size(), c["sizes"].size());
        for (std::size_t b = 0; b < bands.size(); ++b) {
            EXPECT_EQ(bands[b].size(), c["sizes"][b].get<std::size_t>());
            EXPECT_NEAR(weighed(bands[b]), c["weighed"][b].get<double>(), 1e-7) << "sum of 1e4, twelve digits";
        }
        for (std::size_t b = 1; b < bands.size(); ++b) std::fill(bands[b].begin(), bands[b].end(), 0.0);
        EXPECT_NEAR(weighed(daubechies4_reconstruction(bands, length)), c["smooth"].get<double>(), 1e-7);
    }
}

TEST(Daubechies4, GivesTheSignalBack)
{
    for (const std::size_t length : {1, 2, 3, 6, 7, 8, 9, 100, 511, 1023, 1024}) {
        for (const int levels : {1, 2, 5}) {
            const auto signal = test::normals(length + 5, length);
            const auto again = daubechies4_reconstruction(daubechies4_decomposition(signal, levels), length);
            for (std::size_t i = 0; i < length; ++i) EXPECT_NEAR(again[i], signal[i], 1e-10) << length << " values, " << levels << " levels";
        }
    }
}

TEST(Daubechies4, HasNoDetailInsideACubic)
{
    std::vector<double> cubic;
    for (int i = 0; i < 40; ++i) cubic.push_back(1e-3 * i * i * i - 0.1 * i * i + i + 5);
    const auto detail = daubechies4_decomposition(cubic, 1)[1];
    for (std::size_t i = 4; i + 4 < detail.size(); ++i) EXPECT_NEAR(detail[i], 0, 1e-9) << "four vanishing moments";
    EXPECT_GT(std::abs(detail[0]), 1e-3) << "the reflection has a kink";
}

}  // namespace sluice::fusion
