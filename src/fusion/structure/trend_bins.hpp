#pragma once

#include "parallel/communicator.hpp"

#include <algorithm>
#include <vector>

namespace sluice::fusion {

/// Consecutive places of an order, cut into bins of nearly equal size: bin j holds places floor(j N / bins) to floor((j + 1) N / bins) - 1. With as many
/// places as bins, or fewer, each place is a bin.
///
/// A curve given by one value per bin is continued to all places by linear interpolation between bin centres, constant beyond the first and last.
class TrendBins {
public:
    /// \param places  >= 1
    /// \param most_bins  >= 1
    TrendBins(RowId places, RowId most_bins) : places_(places), bins_(std::min(places, most_bins))
    {
        for (RowId j = 0; j <= bins_; ++j) edge_.push_back(j * places_ / bins_);
    }

    RowId places() const { return places_; }
    std::size_t bins() const { return static_cast<std::size_t>(bins_); }
    RowId places_in(std::size_t bin) const { return edge_[bin + 1] - edge_[bin]; }

    /// Where a place lies: its bin, and the two neighbouring bins its interpolated value is of, `left` and `left` + 1.
    struct Location {
        std::size_t bin;
        std::size_t left;
        double right_weight;  ///< of `left` + 1, in [0, 1); 0 where there is no such bin
    };

    Location locate(RowId place) const
    {
        const auto bin = static_cast<std::size_t>(((place + 1) * bins_ - 1) / places_);
        if (places_ == bins_) return {bin, bin, 0};
        const std::size_t left = bin > 0 && 2 * place < twice_centre(bin) ? bin - 1 : bin;
        const RowId beyond = 2 * place - twice_centre(left);
        if (beyond <= 0 || left + 1 == bins()) return {bin, left, 0};
        return {bin, left, static_cast<double>(beyond) / static_cast<double>(twice_centre(left + 1) - twice_centre(left))};
    }

private:
    RowId twice_centre(std::size_t bin) const { return edge_[bin] + edge_[bin + 1]; }

    RowId places_;
    RowId bins_;
    std::vector<RowId> edge_;  ///< [bins + 1]
};

}  // namespace sluice::fusion
