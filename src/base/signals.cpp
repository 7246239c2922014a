#include "base/signals.hpp"

#include <atomic>
#include <chrono>
#include <csignal>

namespace sluice {

namespace {

volatile std::sig_atomic_t signalled = 0;
std::atomic<std::chrono::steady_clock::time_point> deadline{std::chrono::steady_clock::time_point::max()};

extern "C" void on_stop_signal(int)
{
    signalled = 1;
}

}  // namespace

void catch_stop_signals()
{
    struct sigaction action = {};
    action.sa_handler = on_stop_signal;
    action.sa_flags = SA_RESTART;
    for (const int signal : {SIGTERM, SIGUSR1, SIGINT}) sigaction(signal, &action, nullptr);
}

void stop_after_seconds(double seconds)
{
    if (seconds > 0) {
        deadline = std::chrono::steady_clock::now() + std::chrono::duration_cast<std::chrono::steady_clock::duration>(std::chrono::duration<double>(seconds));
    }
}

bool stop_requested()
{
    return signalled != 0 || std::chrono::steady_clock::now() >= deadline.load(std::memory_order_relaxed);
}

}  // namespace sluice
