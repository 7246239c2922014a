#include "campaign/testing/test_error.hpp"

#include "models/predictions.hpp"
#include "problems/test_sums.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace sluice::campaign {

namespace {

/// Sums over test points. \param add  of a point's predictions (view, index) and its number among all, to the sums
template <typename Add>
std::vector<double> sum_over_points(const models::Ensemble& ensemble, std::size_t targets, const pool::Scaling& scaling, const problems::TestSet& test, std::size_t sums,
                                    const Communicator& ranks, const Add& add)
{
    constexpr auto padded = static_cast<std::size_t>(problems::TestTile::padded_rows);
    const auto width = static_cast<std::size_t>(ensemble.width());
    return problems::sum_over_test_points("campaign/test_error", test, scaling, sums, ranks, [&](const problems::TestTile& tile, double* sum) {
        std::vector<float> predicted(padded * width * targets);
        ensemble.predict(tile.x.data(), problems::TestTile::padded_rows, predicted.data());
        const models::Predictions::View view(predicted.data(), padded, width, targets);
        for (RowId i = 0; i < tile.rows; ++i) add(view, i, static_cast<std::size_t>(tile.first + i), sum);
    });
}

}  // namespace

TestFigures error_figures(const models::Ensemble& ensemble, const StandardisedTargets& standard, const pool::Scaling& scaling, const problems::TestSet& test,
                          const Communicator& ranks)
{
    const auto targets = standard.mean.size();
    const bool has_regions = !test.is_sparse.empty();
    // All, dense and sparse.
    const auto sums = sum_over_points(ensemble, targets, scaling, test, has_regions ? 3 : 1, ranks, [&](const auto& view, RowId i, std::size_t point, double* sum) {
        for (std::size_t t = 0; t < targets; ++t) {
            const double said = standard.raw(models::moments(view, ensemble.form, i, static_cast<int>(t)).mean, t);
            const double difference = said - test.y[point * targets + t];
            sum[0] += difference * difference;
            if (has_regions) sum[test.is_sparse[point] ? 2 : 1] += difference * difference;
        }
    });
    const auto mean = [&](double sum, std::int64_t points) { return sum / (static_cast<double>(points) * static_cast<double>(targets)); };
    TestFigures figures = {{"test_mse", mean(sums[0], test.rows)}};
    if (!has_regions) return figures;
    const auto sparse = std::count(test.is_sparse.begin(), test.is_sparse.end(), true);
    figures.emplace_back("test_mse_dense", mean(sums[1], test.rows - sparse));
    figures.emplace_back("test_mse_sparse", mean(sums[2], sparse));
    return figures;
}

TestFigures class_figures(const models::Ensemble& ensemble, std::size_t classes, const pool::Scaling& scaling, const problems::TestSet& test, const Communicator& ranks)
{
    constexpr double least = 1e-15;
    const auto sums = sum_over_points(ensemble, classes, scaling, test, 2, ranks, [&](const auto& view, RowId i, std::size_t point, double* sum) {
        std::vector<double> probability(classes);
        for (std::size_t c = 0; c < classes; ++c) probability[c] = models::moments(view, i, static_cast<int>(c)).mean;
        const auto truth = static_cast<std::size_t>(test.y[point]);
        const auto said = static_cast<std::size_t>(std::max_element(probability.begin(), probability.end()) - probability.begin());
        sum[0] += said == truth ? 1 : 0;
        sum[1] -= std::log(std::max(probability[truth], least));
    });
    const auto points = static_cast<double>(test.rows);
    return {{"test_accuracy", sums[0] / points}, {"test_log_loss", sums[1] / points}};
}

std::string to_diagnostics(const TestFigures& figures)
{
    auto shown = nlohmann::ordered_json::object();
    for (const auto& [name, value] : figures) {
        if (std::isfinite(value)) shown[name] = value;
    }
    return shown.empty() ? std::string() : nlohmann::ordered_json{{"figures", shown}}.dump();
}

}  // namespace sluice::campaign
