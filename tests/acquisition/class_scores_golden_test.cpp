#include "acquisition/mutual_information.hpp"
#include "acquisition/predictive_entropy.hpp"
#include "acquisition/vote_entropy.hpp"
#include "support/draws.hpp"
#include "support/predictions.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <fstream>

namespace sluice::acquisition {

namespace {

/// [members, classes], as tests/golden/classification.py has them.
std::vector<std::vector<float>> probabilities(std::uint64_t number)
{
    const auto u = test::uniforms(3 * number, 2);
    const auto members = 1 + static_cast<std::size_t>(u[0] * 12), classes = 2 + static_cast<std::size_t>(u[1] * 6);
    const auto drawn = test::uniforms(3 * number + 1, members * classes);
    std::vector<std::vector<float>> p;
    for (std::size_t m = 0; m < members; ++m) {
        std::vector<double> weights(drawn.begin() + static_cast<std::ptrdiff_t>(m * classes), drawn.begin() + static_cast<std::ptrdiff_t>((m + 1) * classes));
        if (number % 3 == 1) {
            for (auto& weight : weights) weight = std::floor(weight * 4) / 4;
        }
        const auto best = static_cast<std::size_t>(std::max_element(weights.begin(), weights.end()) - weights.begin());
        if (number % 5 == 0) {
            for (std::size_t c = 0; c < classes; ++c) weights[c] = c == best ? 1 : 0;
        }
        double sum = 0;
        for (const double weight : weights) sum += weight;
        if (sum == 0) sum = weights[0] = 1;
        p.emplace_back();
        for (const double weight : weights) p.back().push_back(static_cast<float>(weight / sum));
    }
    return p;
}

std::vector<double> scored(void (*score)(const models::Predictions&, Scores), const std::vector<std::vector<std::vector<float>>>& rows)
{
    std::vector<double> scores(rows.size() + 1, 77);
    score(test::predictions(rows, 1), scores);
    EXPECT_EQ(scores.back(), 77) << "a row that is not meant";
    scores.pop_back();
    return scores;
}

}  // namespace

TEST(ClassScoresGolden, AreScipys)
{
    const auto golden = nlohmann::json::parse(std::ifstream(SLUICE_GOLDEN "/classification.json"))["scores"];
    ASSERT_GE(golden.size(), 100u);
    for (std::size_t number = 0; number < golden.size(); ++number) {
        const auto p = probabilities(number);
        EXPECT_NEAR(scored(vote_entropy, {p})[0], golden[number][0].get<double>(), 1e-12) << number;
        EXPECT_NEAR(scored(predictive_entropy, {p})[0], golden[number][1].get<double>(), 1e-12) << number;
        EXPECT_NEAR(scored(mutual_information, {p})[0], golden[number][2].get<double>(), 1e-12) << number;
    }
}

TEST(ClassScores, OfMembersThatAreSureAndAgreeAreZero)
{
    const std::vector<std::vector<std::vector<float>>> agreed = {{{0, 1, 0}, {0, 1, 0}}};
    EXPECT_EQ(scored(vote_entropy, agreed)[0], 0);
    EXPECT_EQ(scored(predictive_entropy, agreed)[0], 0);
    EXPECT_EQ(scored(mutual_information, agreed)[0], 0);
}

TEST(ClassScores, OfMembersThatAreSureAndDifferAreTheLogarithmOfTheirNumber)
{
    const std::vector<std::vector<std::vector<float>>> split = {{{1, 0}, {0, 1}}};
    EXPECT_DOUBLE_EQ(scored(vote_entropy, split)[0], std::log(2));
    EXPECT_DOUBLE_EQ(scored(predictive_entropy, split)[0], std::log(2));
    EXPECT_DOUBLE_EQ(scored(mutual_information, split)[0], std::log(2));
}

TEST(ClassScores, WhereClassesOverlapAndMembersAgreeOnlyTheEntropyIsLarge)
{
    const std::vector<std::vector<std::vector<float>>> overlap(1, std::vector<std::vector<float>>(7, {0.3F, 0.3F, 0.4F}));
    EXPECT_EQ(scored(vote_entropy, overlap)[0], 0);
    EXPECT_GT(scored(predictive_entropy, overlap)[0], 1);
    const double information = scored(mutual_information, overlap)[0];
    EXPECT_GE(information, 0) << "whatever rounding leaves";
    EXPECT_LT(information, 1e-15);
}

TEST(VoteEntropy, OfTiedProbabilitiesIsAVoteForTheLowerClass)
{
    // Votes 0, 0, 2 and 0, 1, 2.
    const auto scores = scored(vote_entropy, {{{0.5F, 0.5F, 0}, {0.4F, 0.2F, 0.4F}, {0, 0, 1}}, {{0.5F, 0.5F, 0}, {0.2F, 0.4F, 0.4F}, {0, 0, 1}}});
    EXPECT_DOUBLE_EQ(scores[0], -2.0 / 3 * std::log(2.0 / 3) - 1.0 / 3 * std::log(1.0 / 3));
    EXPECT_DOUBLE_EQ(scores[1], std::log(3));
}

TEST(VoteEntropy, OfTheSameNumbersOfVotesIsTheSameWhicheverClassesTheyAreFor)
{
    // 11 votes, 7, 3 and 1 for the classes in all orders: sums in the order of classes would differ in their last bits, and ties with them.
    std::vector<int> votes = {1, 3, 7};
    std::vector<std::vector<std::vector<float>>> rows;
    do {
        rows.emplace_back();
        for (std::size_t c = 0; c < 3; ++c) {
            std::vector<float> sure(3, 0.0F);
            sure[c] = 1;
            rows.back().insert(rows.back().end(), static_cast<std::size_t>(votes[c]), sure);
        }
    } while (std::next_permutation(votes.begin(), votes.end()));
    const auto scores = scored(vote_entropy, rows);
    for (const double score : scores) EXPECT_EQ(score, scores[0]);
}

}  // namespace sluice::acquisition
