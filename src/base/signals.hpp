#pragma once

namespace sluice {

/// From now on SIGTERM, SIGUSR1 and SIGINT ask this process to stop at the next safe point instead of ending it.
void catch_stop_signals();

/// The signals end the process again, at once if one has come already: for commands that have no safe points.
void release_stop_signals();

/// Also asks for a stop once this many seconds have passed since the call; <= 0: never.
void stop_after_seconds(double seconds);

/// Whether this process was asked to stop. Long local loops leave early on it; the ranks then agree (parallel::stop_if_asked).
bool stop_requested();

}  // namespace sluice
