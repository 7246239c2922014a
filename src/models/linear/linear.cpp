#include "models/linear/linear.hpp"

#include "models/tensors.hpp"

namespace sluice::models {

using namespace torch::indexing;

Predict linear_predictor(const std::vector<Member>& trained, const TrainingSet& data, parallel::Place place)
{
    const auto table = stack_members(trained).to(torch_device(place));
    const auto members = table.size(0), columns = data.columns, targets = data.targets;
    const auto weights = table.index({Slice(), Slice(0, targets * columns)}).reshape({members * targets, columns}).t().clone(at::MemoryFormat::Contiguous);
    const auto intercepts = table.index({Slice(), Slice(targets * columns, None)}).reshape({members * targets}).clone();
    return [=](const float* features, std::int64_t rows, float* out) {
        const torch::NoGradGuard no_gradients;
        auto result = view_at(out, {rows, members * targets}, place);
        torch::addmm_out(result, intercepts, from_features(features, rows, columns, place), weights);
    };
}

double linear_flops(const TrainingSet& data, std::int64_t members)
{
    return 2.0 * static_cast<double>(data.columns * data.targets * members);
}

}  // namespace sluice::models
