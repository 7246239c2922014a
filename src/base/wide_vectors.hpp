#pragma once

namespace sluice {

/// Before a function: its loops, and those of all that it calls, are compiled for vectors of 512 bits. Where sums run in lanes of a fixed number the bits are the
/// same as without. Only to be called where has_wide_vectors().
#ifdef __x86_64__
#define SLUICE_WIDE_VECTORS __attribute__((target("arch=x86-64-v4,prefer-vector-width=512"), flatten))
#else
#define SLUICE_WIDE_VECTORS
#endif

inline bool has_wide_vectors()
{
#ifdef __x86_64__
    static const bool has = __builtin_cpu_supports("x86-64-v4") != 0;
    return has;
#else
    return false;
#endif
}

}  // namespace sluice
