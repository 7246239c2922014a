#include "parallel/runtime.hpp"

#include "parallel/device.hpp"
#include "parallel/torch_setup.hpp"

#include <Kokkos_Core.hpp>

#ifdef __SSE__
#include <xmmintrin.h>
#endif
#include <sched.h>
#include <sys/resource.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace sluice::parallel {

namespace {

/// Number of threads asked for by the environment, or 0.
int threads_of_environment()
{
    const char* text = std::getenv("OMP_NUM_THREADS");
    if (text == nullptr || *text == '\0') return 0;
    int threads = 0;
    const char* end = text + std::strlen(text);
    const auto [stop, status] = std::from_chars(text, end, threads);
    if (status != std::errc() || (stop != end && *stop != ',') || threads < 1 || threads > 1024) {
        fail("environment: OMP_NUM_THREADS = '{}': must be a whole number from 1 to 1024", text);
    }
    return threads;
}

int fair_share_of_cores(const Communicator& world)
{
    cpu_set_t mine;
    CPU_ZERO(&mine);
    sched_getaffinity(0, sizeof(mine), &mine);
    const auto on_node = world.on_this_node();
    // A launcher that binds gives every rank its own cores; one that does not gives all ranks the same ones.
    const auto cores = static_cast<std::int64_t>(CPU_COUNT(&mine));
    const bool bound = on_node.sum(cores) <= static_cast<std::int64_t>(std::max(1L, sysconf(_SC_NPROCESSORS_ONLN)));
    return static_cast<int>(std::max<std::int64_t>(1, bound ? cores : cores / on_node.size()));
}

/// Results below the normal numbers are zero from here on, in this thread and in all that it starts: an exponential or a decaying mean that nobody will miss
/// otherwise makes sums and products many times slower.
void flush_denormal_results()
{
#ifdef __SSE__
    _MM_SET_FLUSH_ZERO_MODE(_MM_FLUSH_ZERO_ON);
#endif
}

}  // namespace

Runtime::Runtime(int* argc, char*** argv)
{
    int provided = 0;
    SLUICE_MPI(MPI_Init_thread(argc, argv, MPI_THREAD_SERIALIZED, &provided));
    if (provided < MPI_THREAD_SERIALIZED) fail("this MPI has no thread support; build it with MPI_THREAD_SERIALIZED");
    relay_ = std::make_shared<StopRelay>(MPI_COMM_WORLD);
}

void Runtime::start_threads(int threads)
{
    together(world(), [&] { threads = threads > 0 ? threads : threads_of_environment(); });
    if (threads == 0) threads = fair_share_of_cores(world());
    together(world(), [] {
        if (place_of_passes() == Place::host) return;
        if (gpus_on_this_node() == 0) fail("no GPU on this node: this program was built for GPUs; run it where there are some, or build the release preset");
        if (!torch_has_gpu()) fail("this program was built for GPUs with a LibTorch that is not; configure it again with CMAKE_PREFIX_PATH at a LibTorch with CUDA");
    });
    flush_denormal_results();
    ::setenv("OMP_PROC_BIND", "false", 0);
    Kokkos::initialize(Kokkos::InitializationSettings().set_num_threads(threads).set_disable_warnings(true));
    use_one_torch_thread();
}

Runtime::~Runtime()
{
    if (Kokkos::is_initialized()) Kokkos::finalize();
    relay_->close();
    MPI_Finalize();
}

Communicator Runtime::world() const
{
    return Communicator(MPI_COMM_WORLD, false, relay_);
}

int host_threads()
{
    return Kokkos::DefaultHostExecutionSpace().concurrency();
}

std::uint64_t node_memory()
{
    auto least = static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(::sysconf(_SC_PAGE_SIZE));
    if (const char* megabytes = std::getenv("SLURM_MEM_PER_NODE")) {
        const auto limit = std::strtoull(megabytes, nullptr, 10) << 20;
        if (limit > 0) least = std::min<std::uint64_t>(least, limit);
    }
    // A line is "number:controllers:/group"; version 2 of control groups names no controller. Every group above limits it too.
    std::ifstream groups("/proc/self/cgroup");
    for (std::string line; std::getline(groups, line);) {
        const bool is_second = line.starts_with("0::"), is_first = line.find(":memory:") != std::string::npos;
        if (!is_first && !is_second) continue;
        const std::string base = is_second ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory", file = is_second ? "/memory.max" : "/memory.limit_in_bytes";
        std::filesystem::path group = line.substr(line.rfind(':') + 1);
        for (bool is_root = false; !is_root; group = group.parent_path()) {
            is_root = !group.has_relative_path();
            std::uint64_t limit = 0;
            if (std::ifstream(base + group.string() + file) >> limit) least = std::min(least, limit);
        }
    }
    return least;
}

std::int64_t peak_memory()
{
    rusage usage = {};
    getrusage(RUSAGE_SELF, &usage);
    return std::int64_t{usage.ru_maxrss} * 1024;
}

std::int64_t recent_peak_memory()
{
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        std::int64_t kilobytes = 0;
        if (std::sscanf(line.c_str(), "VmHWM: %ld kB", &kilobytes) == 1) return kilobytes * 1024;
    }
    return peak_memory();
}

void forget_peak_memory()
{
    std::ofstream("/proc/self/clear_refs") << 5;
}

}  // namespace sluice::parallel
