#include "parallel/stop_relay.hpp"

#include "base/signals.hpp"
#include "parallel/communicator.hpp"

namespace sluice::parallel {

StopRelay::StopRelay(MPI_Comm world)
{
    SLUICE_MPI(MPI_Comm_dup(world, &comm_));
    SLUICE_MPI(MPI_Comm_rank(comm_, &rank_));
    SLUICE_MPI(MPI_Comm_size(comm_, &size_));
    heard_from_.resize(static_cast<std::size_t>(size_), 0);
    listen_for_stops([this] { return heard(); });
}

void StopRelay::tell_others()
{
    if (!sent_.empty()) return;
    for (int other = 0; other < size_; ++other) {
        if (other == rank_) continue;
        sent_.emplace_back();
        SLUICE_MPI(MPI_Isend(nullptr, 0, MPI_BYTE, other, 0, comm_, &sent_.back()));
    }
}

bool StopRelay::heard()
{
    int is_there = 0;
    MPI_Status status;
    SLUICE_MPI(MPI_Iprobe(MPI_ANY_SOURCE, 0, comm_, &is_there, &status));
    if (is_there == 0) return false;
    SLUICE_MPI(MPI_Recv(nullptr, 0, MPI_BYTE, status.MPI_SOURCE, 0, comm_, MPI_STATUS_IGNORE));
    heard_from_[static_cast<std::size_t>(status.MPI_SOURCE)] = 1;
    return true;
}

void StopRelay::close()
{
    listen_for_stops({});
    const char mine = sent_.empty() ? 0 : 1;
    std::vector<char> told(heard_from_.size());
    MPI_Allgather(&mine, 1, MPI_CHAR, told.data(), 1, MPI_CHAR, comm_);
    for (int other = 0; other < size_; ++other) {
        const auto i = static_cast<std::size_t>(other);
        if (other != rank_ && told[i] != 0 && heard_from_[i] == 0) MPI_Recv(nullptr, 0, MPI_BYTE, other, 0, comm_, MPI_STATUS_IGNORE);
    }
    MPI_Waitall(static_cast<int>(sent_.size()), sent_.data(), MPI_STATUSES_IGNORE);
    MPI_Comm_free(&comm_);
}

}  // namespace sluice::parallel
