#pragma once

#include "parallel/communicator.hpp"

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace sluice::parallel {

/// Runs work(job) for every job on some rank and thread; what a job does must depend on its number alone. Jobs are dealt by what they are thought to cost, the dearest first,
/// each to the rank with the least so far. Collective; fails on every rank if a job does.
/// \return  this rank's jobs, in ascending order
std::vector<std::size_t> run_jobs(const std::string& label, std::span<const double> cost, const Communicator& ranks, const std::function<void(std::size_t job)>& work);

}  // namespace sluice::parallel
