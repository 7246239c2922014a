#include "fusion/select/joint_prediction.hpp"

#include "problems/test_sums.hpp"

#include <cmath>

namespace sluice::fusion {

JointPrediction joint_prediction(const std::vector<float>& x, std::size_t rows, const LabelledSet& labelled, const std::vector<Surrogate>& surrogates)
{
    JointPrediction said;
    said.mean.assign(rows, std::vector<double>(labelled.targets.size(), 0.0));
    said.sd = said.mean;
    std::vector<double> weight(labelled.targets.size(), 0.0);
    for (const auto& s : surrogates) weight[s.target] += s.reliability.accuracy;
    std::vector<float> predicted;
    std::vector<std::vector<double>> squares = said.mean;
    for (const auto& s : surrogates) {
        const auto members = s.members.size();
        predicted.resize(rows * members);
        const double share = s.reliability.accuracy / weight[s.target];
        s.predict(x.data(), static_cast<std::int64_t>(rows), predicted.data());
        for (std::size_t i = 0; i < rows * members; ++i) {
            const auto value = static_cast<double>(predicted[i]);
            said.mean[i / members][s.target] += share * value / static_cast<double>(members);
            squares[i / members][s.target] += share * value * value / static_cast<double>(members);
        }
    }
    for (std::size_t i = 0; i < rows; ++i) {
        for (std::size_t t = 0; t < labelled.targets.size(); ++t) {
            auto& mean = said.mean[i][t];
            said.sd[i][t] = labelled.targets[t].deviation * std::sqrt(std::max(squares[i][t] - mean * mean, 0.0));
            mean = labelled.targets[t].raw(mean);
        }
    }
    return said;
}

void describe(Proposal& proposal, const std::vector<float>& x, const LabelledSet& labelled, const std::vector<Surrogate>& surrogates)
{
    auto said = joint_prediction(x, proposal.rows.size(), labelled, surrogates);
    proposal.mean = std::move(said.mean);
    proposal.sd = std::move(said.sd);
    for (std::size_t t = 0; t < labelled.targets.size(); ++t) {
        double sum = 0, count = 0;
        for (const auto& s : surrogates) {
            if (s.target == t) sum += s.reliability.accuracy, count += 1;
        }
        proposal.out_of_bag_r2.push_back(sum / count);
    }
}

double test_error(const problems::TestSet& test, const pool::Scaling& scaling, const LabelledSet& labelled, const std::vector<Surrogate>& surrogates, const Communicator& ranks)
{
    const auto targets = labelled.targets.size();
    const auto sums = problems::sum_over_test_points("fusion/test", test, scaling, 1, ranks, [&](const problems::TestTile& tile, double* sum) {
        const auto said = joint_prediction(tile.x, static_cast<std::size_t>(tile.padded_rows), labelled, surrogates);
        for (std::size_t i = 0; i < static_cast<std::size_t>(tile.rows); ++i) {
            for (std::size_t t = 0; t < targets; ++t) {
                const double difference = said.mean[i][t] - test.y[(static_cast<std::size_t>(tile.first) + i) * targets + t];
                *sum += difference * difference;
            }
        }
    });
    return sums[0] / (static_cast<double>(test.rows) * static_cast<double>(targets));
}

}  // namespace sluice::fusion
