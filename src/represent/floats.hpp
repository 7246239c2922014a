#pragma once

#include <cstddef>
#include <new>
#include <vector>

namespace sluice::represent {

/// Memory that begins at a cache line, in every thread and on every rank: the rounding of a matrix product may depend on alignment.
template <typename T>
struct CacheLineAllocator {
    using value_type = T;
    static constexpr std::align_val_t line{64};

    CacheLineAllocator() = default;
    template <typename U>
    CacheLineAllocator(const CacheLineAllocator<U>&)
    {
    }
    T* allocate(std::size_t count) { return static_cast<T*>(::operator new(count * sizeof(T), line)); }
    void deallocate(T* memory, std::size_t) { ::operator delete(memory, line); }
    friend bool operator==(const CacheLineAllocator&, const CacheLineAllocator&) { return true; }
};

/// Parameters of a network, or rows of features.
using Floats = std::vector<float, CacheLineAllocator<float>>;

inline constexpr std::size_t floats_in_line = static_cast<std::size_t>(CacheLineAllocator<float>::line) / sizeof(float);

}  // namespace sluice::represent
