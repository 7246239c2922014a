#pragma once

#include <mpi.h>

#include <vector>

namespace sluice::parallel {

/// Carries a request to stop from a rank that got it to ranks that did not and are busy with work of their own; without it they would end that first,
/// which may take hours. A signal to the whole job needs none of this: every rank knows. Ranks listen in stop_requested(); a rank that has stopped
/// and waits in vain for the others tells them (Communicator::largest_patiently).
class StopRelay {
public:
    /// Collective, as is close().
    explicit StopRelay(MPI_Comm world);
    StopRelay(const StopRelay&) = delete;
    StopRelay& operator=(const StopRelay&) = delete;

    /// Once; later calls do nothing. Not from a parallel region.
    void tell_others();

    /// Takes what nobody listened to. The last call.
    void close();

private:
    bool heard();

    MPI_Comm comm_ = MPI_COMM_NULL;
    int rank_ = 0;
    int size_ = 1;
    std::vector<MPI_Request> sent_;
    std::vector<char> heard_from_;  ///< [ranks]
};

}  // namespace sluice::parallel
