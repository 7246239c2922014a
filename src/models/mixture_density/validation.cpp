#include "models/mixture_density/likelihood.hpp"
#include "models/mixture_density/training.hpp"
#include "parallel/for_each_tile.hpp"

#include <array>
#include <cmath>

namespace sluice::models::mixture_density {

namespace {

/// Least variances of targets with deviation 1 that are tried.
constexpr std::array<float, 9> floors = {0, 1e-3F, 3e-3F, 0.01F, 0.03F, 0.06F, 0.1F, 0.2F, 0.4F};

/// log p of each row under each member that has not seen it, for each floor: [members, rows, floors]; 0 for the others.
std::vector<float> held_out_log_densities(const Block& block, const Shape& shape, const Recipe& recipe, const NormalisedSet& data)
{
    const torch::NoGradGuard no_gradients;
    const auto members = block.layers.table.size(0), rows = data.rows;
    const auto x = as_tensor(data.x, {rows, shape.columns}).clone();
    const auto outputs = forward(shape, block.layers, x.unsqueeze(0).expand({members, rows, shape.columns})).outputs;
    std::vector<float> densities(static_cast<std::size_t>(members * rows) * floors.size(), 0.0F);
    LikelihoodRoom room;
    for (std::int64_t m = 0; m < members; ++m) {
        for (std::int64_t i = 0; i < rows; ++i) {
            if (!recipe.holds_out(block.number * recipe.member_block + m, i)) continue;
            const auto* output = outputs.data_ptr<float>() + (m * rows + i) * shape.outputs();
            for (std::size_t f = 0; f < floors.size(); ++f) {
                densities[static_cast<std::size_t>(m * rows + i) * floors.size() + f] =
                    -negative_log_likelihood(shape, output, data.y.data() + i * shape.targets, floors[f], 0, nullptr, room);
            }
        }
    }
    return densities;
}

}  // namespace

void validate(Training& training, const Shape& shape, const Recipe& recipe, const NormalisedSet& data, const Communicator& ranks)
{
    std::vector<std::vector<float>> parts(training.blocks.size());
    parallel::for_each_tile("models/validate", Share{0, static_cast<RowId>(parts.size()), 0, 0},
                            [&](RowId b) { parts[static_cast<std::size_t>(b)] = held_out_log_densities(training.blocks[static_cast<std::size_t>(b)], shape, recipe, data); });
    std::vector<float> own;
    for (const auto& part : parts) own.insert(own.end(), part.begin(), part.end());
    const auto all = ranks.gather(std::span<const float>(own));

    const auto rows = static_cast<std::size_t>(data.rows);
    bool is_better = false;
    for (std::size_t f = 0; f < floors.size(); ++f) {
        double sum = 0;
        std::int64_t judged = 0;
        for (std::size_t i = 0; i < rows; ++i) {
            std::vector<double> terms;
            for (std::int64_t m = 0; m < recipe.members; ++m) {
                if (recipe.holds_out(m, static_cast<std::int64_t>(i))) terms.push_back(static_cast<double>(all[(static_cast<std::size_t>(m) * rows + i) * floors.size() + f]));
            }
            if (terms.empty()) continue;
            const double largest = *std::max_element(terms.begin(), terms.end());
            double total = 0;
            for (const double term : terms) total += std::exp(term - largest);
            sum -= largest + std::log(total / static_cast<double>(terms.size()));
            ++judged;
        }
        const double nll = sum / static_cast<double>(judged);
        if (!(nll < training.validation.best_nll)) continue;
        training.validation = {nll, training.step, static_cast<double>(floors[f])};
        is_better = true;
    }
    if (!is_better) return;
    for (auto& block : training.blocks) block.best.copy_(block.layers.table);
}

}  // namespace sluice::models::mixture_density
