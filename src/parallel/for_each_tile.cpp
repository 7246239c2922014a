#include "parallel/for_each_tile.hpp"

#include <Kokkos_Core.hpp>

#include <exception>
#include <mutex>

namespace sluice::parallel {

void for_each_tile(const std::string& label, const Share& share, const std::function<void(RowId tile)>& work)
{
    using Tiles = Kokkos::RangePolicy<Kokkos::DefaultHostExecutionSpace, Kokkos::Schedule<Kokkos::Dynamic>>;
    std::exception_ptr failure;
    std::mutex guard;
    Kokkos::parallel_for(label, Tiles(share.first_tile, share.end_tile).set_chunk_size(1), [&](RowId tile) {
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
