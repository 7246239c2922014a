#pragma once

#include <cstdlib>
#include <memory>
#include <new>

namespace sluice::parallel {

/// A scratch buffer that starts at a cache line in every thread and on every rank: the rounding of a matrix product may depend on alignment.
class AlignedFloats {
public:
    /// Makes room for at least `size` floats; the content is lost when it grows.
    float* room_for(std::size_t size)
    {
        if (size > size_) {
            constexpr std::size_t line = 64;
            data_.reset(static_cast<float*>(std::aligned_alloc(line, (size * sizeof(float) + line - 1) / line * line)));
            if (!data_) throw std::bad_alloc();
            size_ = size;
        }
        return data_.get();
    }

private:
    struct Free {
        void operator()(float* p) const { std::free(p); }
    };
    std::unique_ptr<float, Free> data_;
    std::size_t size_ = 0;
};

}  // namespace sluice::parallel
