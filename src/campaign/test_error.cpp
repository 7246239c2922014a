#include "campaign/test_error.hpp"

#include "parallel/tile_sums.hpp"
#include "pool/scaled.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace sluice::campaign {

namespace {

/// Sums over test points, in the order of tiles. \param add  of a point's predictions (view, index) and its number among all, to the sums
template <typename Add>
std::vector<double> sum_over_points(const models::Ensemble& ensemble, std::size_t targets, const pool::Scaling& scaling, const problems::TestSet& test, std::size_t sums,
                                    const Communicator& ranks, const Add& add)
{
    constexpr RowId tile_rows = 256;
    const Tiling tiling{test.rows, tile_rows};
    const auto share = share_of(tiling, ranks.rank(), ranks.size());
    const auto columns = scaling.shift.size(), width = static_cast<std::size_t>(ensemble.width());
    return parallel::sum_over_tiles("campaign/test_error", tiling, share, sums, ranks, [&](RowId tile, double* sum) {
        const auto first = tiling.first_row(tile), rows = tiling.rows_in(tile);
        std::vector<float> x(static_cast<std::size_t>(tile_rows) * columns), predicted(static_cast<std::size_t>(tile_rows) * width * targets);
        std::copy_n(test.x.begin() + first * static_cast<RowId>(columns), rows * static_cast<RowId>(columns), x.begin());
        x = pool::scaled(std::move(x), scaling);
        ensemble.predict(x.data(), tile_rows, predicted.data());
        const models::Predictions::View view(predicted.data(), static_cast<std::size_t>(tile_rows), width, targets);
        for (RowId i = 0; i < rows; ++i) add(view, i, static_cast<std::size_t>(first + i), sum);
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
