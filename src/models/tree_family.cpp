#include "models/tree_family.hpp"

#include "models/forest_on_device.hpp"

namespace sluice::models {

std::vector<float> Resample::target(std::int64_t which) const
{
    std::vector<float> values(static_cast<std::size_t>(rows));
    for (std::int64_t i = 0; i < rows; ++i) values[static_cast<std::size_t>(i)] = static_cast<float>(y[static_cast<std::size_t>(i * targets + which)]);
    return values;
}

Resample resample(const TrainingSet& data, const Bootstrap& bootstrap)
{
    Resample sample{static_cast<std::int64_t>(bootstrap.size()), data.columns, data.targets, {}, {}};
    for (const auto row : bootstrap) {
        sample.x.insert(sample.x.end(), data.x.begin() + row * data.columns, data.x.begin() + (row + 1) * data.columns);
        sample.y.insert(sample.y.end(), data.y.begin() + row * data.targets, data.y.begin() + (row + 1) * data.targets);
    }
    return sample;
}

double mean_of(const std::vector<float>& values)
{
    double sum = 0;
    for (const float value : values) sum += static_cast<double>(value);
    return sum / static_cast<double>(values.size());
}

Family tree_family(GrowForest grow, double tests_per_row)
{
    return {
        .train =
            [grow = std::move(grow)](const TrainingSet& data, std::span<const Bootstrap> bootstraps, int first_member, const FitKey& key) {
                std::vector<Member> members;
                for (std::size_t m = 0; m < bootstraps.size(); ++m) {
                    const auto sample = resample(data, bootstraps[m]);
                    std::vector<Forest> forests;
                    for (std::int64_t target = 0; target < data.targets; ++target) {
                        const auto index = (first_member + static_cast<std::int64_t>(m)) * data.targets + target;
                        forests.push_back(grow(sample, target, key.draws(Purpose::tree_columns, static_cast<int>(index))));
                    }
                    members.push_back(to_member(forests));
                }
                return members;
            },
        .predictor = [](const std::vector<Member>& members, const TrainingSet& data, parallel::Place place) {
            return place == parallel::Place::device ? forest_predictor_on_device(members, data.columns) : forest_predictor(members, data.columns);
        },
        .flops_per_row = [tests_per_row](const TrainingSet& data, std::int64_t members) { return tests_per_row * static_cast<double>(data.targets * members); },
    };
}

}  // namespace sluice::models
