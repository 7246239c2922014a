#pragma once

#include "parallel/tiling.hpp"

#include <Kokkos_Core.hpp>

#include <exception>
#include <mutex>
#include <string>

namespace sluice::parallel {

/// Calls work(tile) for every tile of a share, tiles dealt to host threads as they come free. A tile is worked on by one thread, so that what is
/// computed for it does not depend on their number. The first exception is rethrown at the end.
template <typename Work>
void for_each_tile(const std::string& label, const Share& share, const Work& work)
{
    using Dynamic = Kokkos::Schedule<Kokkos::Dynamic>;
    std::exception_ptr failure;
    std::mutex guard;
    Kokkos::parallel_for(label, Kokkos::RangePolicy<Kokkos::DefaultHostExecutionSpace, Dynamic>(share.first_tile, share.end_tile).set_chunk_size(1), [&](RowId tile) {
        try {
            work(tile);
        } catch (...) {
            const std::lock_guard lock(guard);
            if (!failure) failure = std::current_exception();
        }
    });
    if (failure) std::rethrow_exception(failure);
}

}  // namespace sluice::parallel
