#include "base/signals.hpp"

#include <atomic>
#include <chrono>
#include <csignal>

namespace sluice {

namespace {

volatile std::sig_atomic_t signalled = 0;
std::atomic<std::chrono::steady_clock::time_point> deadline{std::chrono::steady_clock::time_point::max()};

constexpr int stop_signals[] = {SIGTERM, SIGUSR1, SIGINT};

extern "C" void on_stop_signal(int signal)
{
    signalled = signal;
}

}  // namespace

void catch_stop_signals()
{
    struct sigaction action = {};
    action.sa_handler = on_stop_signal;
    action.sa_flags = SA_RESTART;
    for (const int signal : stop_signals) sigaction(signal, &action, nullptr);
}

void release_stop_signals()
{
    for (const int signal : stop_signals) std::signal(signal, SIG_DFL);
    if (signalled != 0) std::raise(signalled);
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
