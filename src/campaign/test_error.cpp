#include "campaign/test_error.hpp"

#include "parallel/tile_sums.hpp"
#include "pool/scaled.hpp"

#include <algorithm>

namespace sluice::campaign {

double mean_squared_error(const models::Ensemble& ensemble, const StandardisedTargets& standard, const pool::Scaling& scaling, const problems::TestSet& test,
                          const Communicator& ranks)
{
    constexpr RowId tile_rows = 256;
    const Tiling tiling{test.rows, tile_rows};
    const auto share = share_of(tiling, ranks.rank(), ranks.size());
    const auto columns = scaling.shift.size(), width = static_cast<std::size_t>(ensemble.width()), targets = standard.mean.size();
    const auto sums = parallel::sum_over_tiles("campaign/test_error", tiling, share, 1, ranks, [&](RowId tile, double* sum) {
        const auto first = tiling.first_row(tile), rows = tiling.rows_in(tile);
        std::vector<float> x(static_cast<std::size_t>(tile_rows) * columns), predicted(static_cast<std::size_t>(tile_rows) * width * targets);
        std::copy_n(test.x.begin() + first * static_cast<RowId>(columns), rows * static_cast<RowId>(columns), x.begin());
        x = pool::scaled(std::move(x), scaling);
        ensemble.predict(x.data(), tile_rows, predicted.data());
        const models::Predictions::View view(predicted.data(), static_cast<std::size_t>(tile_rows), width, targets);
        for (RowId i = 0; i < rows; ++i) {
            for (std::size_t t = 0; t < targets; ++t) {
                const double said = standard.raw(models::moments(view, ensemble.form, i, static_cast<int>(t)).mean, t);
                const double difference = said - test.y[static_cast<std::size_t>(first + i) * targets + t];
                *sum += difference * difference;
            }
        }
    });
    return sums[0] / (static_cast<double>(test.rows) * static_cast<double>(targets));
}

}  // namespace sluice::campaign
