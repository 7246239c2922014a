#pragma once

#include <cmath>
#include <cstddef>

namespace sluice::test {

/// The mean of correlated numbers and its standard error, from the means of consecutive blocks that are much longer than the correlation.
class BlockMean {
public:
    explicit BlockMean(std::size_t block_length) : length_(block_length) {}

    void add(double value)
    {
        block_ += value;
        if (++filled_ < length_) return;
        const double mean = block_ / static_cast<double>(length_);
        ++blocks_;
        const double gap = mean - mean_;
        mean_ += gap / static_cast<double>(blocks_);
        squares_ += gap * (mean - mean_);
        block_ = 0;
        filled_ = 0;
    }
    /// Of whole blocks.
    double mean() const { return mean_; }
    double standard_error() const { return std::sqrt(squares_ / static_cast<double>(blocks_ - 1) / static_cast<double>(blocks_)); }

private:
    std::size_t length_, filled_ = 0, blocks_ = 0;
    double block_ = 0, mean_ = 0, squares_ = 0;
};

}  // namespace sluice::test
