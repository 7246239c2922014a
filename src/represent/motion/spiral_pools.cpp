#include "represent/motion/spiral_pools.hpp"

#include "base/normals.hpp"
#include "base/signals.hpp"
#include "pool/write_pool.hpp"

#include <cmath>

namespace sluice::represent {

std::vector<float> seen_frame(const SpiralWave& wave, bool is_rate, std::int64_t stride, std::uint64_t seed)
{
    constexpr double noise = 1e-6, narrowness = 0.01;
    const auto fields = fields_of(wave);
    const auto& values = is_rate ? fields.w_rate : fields.w;
    std::vector<float> seen, drawn(static_cast<std::size_t>(spiral_side * spiral_side));
    fill_normals(seed, Purpose::simulated_noise, is_rate ? 1 : 0, static_cast<std::uint64_t>(wave.frame), drawn);  // of all points, whatever the stride
    for (std::int64_t row = 0; row < spiral_side; row += stride) {
        for (std::int64_t column = 0; column < spiral_side; column += stride) {
            const auto pixel = static_cast<std::size_t>(spiral_side * row + column);
            const double x = 0.2 * static_cast<double>(column) - 10, y = 0.2 * static_cast<double>(row) - 10;
            seen.push_back(static_cast<float>(std::exp(-narrowness * (x * x + y * y)) * values[pixel].real() + noise * static_cast<double>(drawn[pixel])));
        }
    }
    return seen;
}

void write_spiral_pools(const std::string& path, const std::string& derivatives_path, std::int64_t frames, std::int64_t stride, std::uint64_t seed,
                        const Communicator& ranks)
{
    for (const bool is_rate : {false, true}) {
        pool::PoolInfo info;
        info.path = is_rate ? derivatives_path : path;
        info.rows = frames;
        info.columns = (spiral_side / stride) * (spiral_side / stride);
        info.provenance = fmt::format("reaction-diffusion{}, every {} points, seed {}", is_rate ? ", time derivatives" : "", stride, seed);
        SpiralWave wave = spiral_wave();
        pool::write_pool(info, 0, [&](RowId first, RowId count) {
            pool::StoredRows rows;
            if (count == 0) return rows;  // nor integrate
            rows.features.resize(static_cast<std::size_t>(count) * info.row_bytes());
            auto* out = reinterpret_cast<float*>(rows.features.data());
            while (wave.frame < first + count && !stop_requested()) {  // row i is frame i + 1; blocks come in order
                advance(wave);
                if (wave.frame <= first) continue;
                const auto seen = seen_frame(wave, is_rate, stride, seed);
                out = std::copy(seen.begin(), seen.end(), out);
            }
            return rows;
        }, ranks);
    }
}

}  // namespace sluice::represent
