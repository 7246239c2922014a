#include "base/signals.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <mutex>

namespace sluice {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::array stop_signals = {SIGTERM, SIGUSR1, SIGINT};
constexpr auto between_listening = std::chrono::milliseconds(20);

std::atomic<int> signalled{0};  ///< the last signal that came
std::atomic<bool> told{false};  ///< by another process
std::atomic<Clock::time_point> deadline{Clock::time_point::max()};

struct Listener {
    std::mutex guard;
    std::function<bool()> heard;
    Clock::time_point last;
};

Listener& listener()
{
    static Listener only;
    return only;
}

extern "C" void on_stop_signal(int signal)
{
    signalled = signal;
}

void handle_stop_signals(void (*handler)(int))
{
    struct sigaction action = {};
    action.sa_handler = handler;
    action.sa_flags = SA_RESTART;
    for (const int signal : stop_signals) sigaction(signal, &action, nullptr);
}

}  // namespace

void catch_stop_signals()
{
    handle_stop_signals(on_stop_signal);
}

void release_stop_signals()
{
    handle_stop_signals(SIG_DFL);
    if (signalled != 0) std::raise(signalled);
}

void stop_after_seconds(double seconds)
{
    if (seconds > 0) deadline = Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
}

void listen_for_stops(std::function<bool()> heard)
{
    const std::lock_guard lock(listener().guard);
    listener().heard = std::move(heard);
}

bool stop_requested()
{
    if (signalled != 0 || told) return true;
    const auto now = Clock::now();
    if (now >= deadline.load(std::memory_order_relaxed)) return true;
    auto& l = listener();
    if (const std::unique_lock lock(l.guard, std::try_to_lock); lock && l.heard && now - l.last >= between_listening) {
        l.last = now;
        if (l.heard()) told = true;
    }
    return told;
}

}  // namespace sluice
