#pragma once

#include <functional>

namespace sluice {

/// From now on SIGTERM, SIGUSR1 and SIGINT ask this process to stop at the next safe point instead of ending it.
void catch_stop_signals();

/// Gives these signals their usual effect again, also one that came since. For a command without safe points.
void release_stop_signals();

/// Also asks for a stop once this many seconds have passed since the call; <= 0: never.
void stop_after_seconds(double seconds);

/// Lets stop_requested ask, now and then and in one thread at a time, whether another process wants this one to stop; empty: no more.
void listen_for_stops(std::function<bool()> heard);

/// Whether this process was asked to stop. Long local loops leave early on it; the ranks then agree (parallel::stop_if_asked).
bool stop_requested();

}  // namespace sluice
