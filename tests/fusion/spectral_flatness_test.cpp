#include "fusion/structure/spectral_flatness.hpp"

#include "support/draws.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <fstream>
#include <numbers>

namespace sluice::fusion {

TEST(SpectralFlatness, EqualsNumPysForAnyFactorsOfTheLength)
{
    std::ifstream file(SLUICE_GOLDEN "/structural_trend.json");
    const auto reference = nlohmann::json::parse(file);
    ASSERT_EQ(reference["flatness"].size(), 9);
    for (const auto& c : reference["flatness"]) {
        SCOPED_TRACE(c.dump());
        const auto length = c["length"].get<std::size_t>();
        auto sequences = test::normals(length, length);
        double sum = 0;
        for (const double u : test::uniforms(length, length)) sequences.push_back(sum += u - 0.5);
        sequences.insert(sequences.end(), sequences.begin(), sequences.begin() + static_cast<std::ptrdiff_t>(length));
        const auto flatness = SpectralFlatness(length).of(sequences);
        ASSERT_EQ(flatness.size(), 3);
        EXPECT_NEAR(flatness[0], c["flatness"].get<double>(), 1e-10);
        EXPECT_NEAR(flatness[1], c["of_steps"].get<double>(), 1e-10);
        EXPECT_NEAR(flatness[2], flatness[0], 1e-10) << "alone or with another";
    }
}

TEST(SpectralFlatness, OfWhiteNoiseIsKnown)   // specification, check 18.6
{
    const std::size_t length = 65536;
    EXPECT_NEAR(SpectralFlatness(length).of(test::normals(3, length))[0], std::exp(-std::numbers::egamma), 0.005);
}

TEST(SpectralFlatness, OfAnImpulseIsOneAndOfAWaveNothing)
{
    const std::size_t length = 101;
    std::vector<double> sequences(2 * length, 0.0);
    sequences[17] = 1;
    for (std::size_t i = 0; i < length; ++i) sequences[length + i] = std::cos(2 * std::numbers::pi * 7 * static_cast<double>(i) / static_cast<double>(length));
    const auto flatness = SpectralFlatness(length).of(sequences);
    EXPECT_NEAR(flatness[0], 1, 1e-9);
    EXPECT_LT(flatness[1], 1e-10);
}

TEST(SpectralFlatness, OfShortOrConstantSequencesIsOne)
{
    EXPECT_EQ(SpectralFlatness(7).of(test::normals(1, 14)), (std::vector<double>{1, 1}));
    EXPECT_EQ(SpectralFlatness(9).of(std::vector<double>(9, 0.1)), std::vector<double>{1});
    EXPECT_EQ(SpectralFlatness(0).of({}), std::vector<double>{});
}

}  // namespace sluice::fusion
