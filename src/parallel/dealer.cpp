#include "parallel/dealer.hpp"

namespace sluice::parallel {

namespace {

constexpr int owner = 0;

}  // namespace

Dealer::Dealer(const Communicator& ranks)
{
    std::int64_t* counters = nullptr;
    const MPI_Aint bytes = ranks.rank() == owner ? 2 * sizeof(std::int64_t) : 0;
    SLUICE_MPI(MPI_Win_allocate(bytes, sizeof(std::int64_t), MPI_INFO_NULL, ranks.raw(), static_cast<void*>(&counters), &window_));
    if (ranks.rank() == owner) {
        SLUICE_MPI(MPI_Win_lock(MPI_LOCK_EXCLUSIVE, owner, 0, window_));
        counters[dealt] = counters[done] = 0;
        SLUICE_MPI(MPI_Win_unlock(owner, window_));
    }
    ranks.barrier();
}

std::int64_t Dealer::add(Counter counter, std::int64_t amount)
{
    std::int64_t before = 0;
    SLUICE_MPI(MPI_Win_lock(MPI_LOCK_SHARED, owner, 0, window_));
    SLUICE_MPI(MPI_Fetch_and_op(&amount, &before, MPI_INT64_T, owner, counter, MPI_SUM, window_));
    SLUICE_MPI(MPI_Win_unlock(owner, window_));
    return before;
}

void Dealer::close()
{
    SLUICE_MPI(MPI_Win_free(&window_));
}

}  // namespace sluice::parallel
