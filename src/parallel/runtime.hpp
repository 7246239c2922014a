#pragma once

#include "parallel/communicator.hpp"

namespace sluice::parallel {

/// MPI, Kokkos and the thread counts of everything, from construction to destruction. One per process.
///
/// Parallelism is over ranks, and within a rank over tiles: Torch, BLAS and OpenMP below a tile run on one thread, so that no result depends on
/// the number of threads.
class Runtime {
public:
    /// Starts MPI.
    Runtime(int* argc, char*** argv);
    ~Runtime();
    Runtime(const Runtime&) = delete;
    Runtime& operator=(const Runtime&) = delete;

    /// Starts Kokkos and fixes all thread counts, before anything computes; from here on results below the normal numbers are zero. Collective.
    /// \param threads  host threads of this rank; 0: OMP_NUM_THREADS, else the cores this rank may use, shared among the ranks of a node
    void start_threads(int threads);

    Communicator world() const;

private:
    std::shared_ptr<StopRelay> relay_;
};

/// Threads of the running Runtime.
int host_threads();

/// Bytes of memory that the processes of this node may use together: the machine's, or less where a control group or SLURM says so.
std::uint64_t node_memory();

/// Largest resident size of this process so far, bytes.
std::int64_t peak_memory();

/// The same since forget_peak_memory was called last, where the system can forget; else since the start.
std::int64_t recent_peak_memory();
void forget_peak_memory();

}  // namespace sluice::parallel
