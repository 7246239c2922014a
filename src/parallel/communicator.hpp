#pragma once

#include "base/error.hpp"
#include "parallel/stop_relay.hpp"

#include <mpi.h>

#include <cstdint>
#include <cstring>
#include <functional>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace sluice::parallel {

/// Global row of a pool.
using RowId = std::int64_t;

/// Fails with the name of the call and MPI's own words unless the status is success.
void check_mpi(int status, const char* call);
#define SLUICE_MPI(call) ::sluice::parallel::check_mpi((call), #call)

/// A score and the row that has it. The order is total: larger value first, then lower row.
struct Ranked {
    double value;
    RowId row;

    static constexpr RowId nobody = INT64_MAX;
    static constexpr Ranked none() { return {-std::numeric_limits<double>::infinity(), nobody}; }

    friend bool operator<(const Ranked& a, const Ranked& b) { return a.value != b.value ? a.value > b.value : a.row < b.row; }
    friend bool operator==(const Ranked&, const Ranked&) = default;
};

/// A group of ranks and the few collectives that Sluice uses. Every rank of the group makes every call, in the same order, also when it has
/// nothing to give. No result depends on how many ranks there are: floating-point sums are formed by the caller, in tile order, from gathered parts.
/// Counts the bytes that this rank sends. Copies share one MPI communicator, which is freed with the last of them.
class Communicator {
public:
    /// Takes over a communicator; `owned` ones are freed at the end.
    explicit Communicator(MPI_Comm comm, bool owned, std::shared_ptr<StopRelay> relay = nullptr);

    int rank() const { return rank_; }
    int size() const { return size_; }
    bool is_root() const { return rank_ == 0; }
    MPI_Comm raw() const { return *comm_; }

    void barrier() const;
    std::int64_t sum(std::int64_t value) const;
    /// Overwrites each of `values` with its sum over the ranks, which all give equally many.
    void sum(std::span<std::int64_t> values) const;
    std::int64_t largest(std::int64_t value) const;
    double largest(double value) const;
    double smallest(double value) const;
    /// As largest, for ranks that may come long after one another. Waits without using a core, and tells the others if this rank was asked to stop.
    std::int64_t largest_patiently(std::int64_t value) const;
    bool any(bool value) const { return largest(std::int64_t{value ? 1 : 0}) != 0; }

    /// The best of all ranks' entries, on every rank.
    Ranked first(const Ranked& mine) const;

    /// Everyone's parts, in rank order, on every rank; parts may differ in length and be empty. More than 2 GB are sent in pieces.
    template <typename T>
    std::vector<T> gather(std::span<const T> mine) const
    {
        static_assert(std::is_trivially_copyable_v<T>);
        const auto bytes = gather_bytes(std::as_bytes(mine));
        std::vector<T> all(bytes.size() / sizeof(T));
        if (!bytes.empty()) std::memcpy(all.data(), bytes.data(), bytes.size());
        return all;
    }

    /// Every rank gives floats to every other. \param mine  `to[r]` of them for rank r, in rank order  \return  `from[r]` from rank r, in rank order
    std::vector<float> exchange(std::span<const float> mine, const std::vector<std::size_t>& to, const std::vector<std::size_t>& from) const;

    /// Overwrites `data` on every rank with the root's.
    template <typename T>
    void broadcast(std::span<T> data, int root) const
    {
        static_assert(std::is_trivially_copyable_v<T>);
        broadcast_bytes(std::as_writable_bytes(data), root);
    }
    std::string broadcast(const std::string& text, int root) const;

    /// The ranks that give the same color, in the order of this group; a rank with color < 0 gets a group of itself alone.
    Communicator split(int color) const;

    /// The ranks that share this rank's memory. Collective.
    Communicator on_this_node() const;

    std::int64_t bytes_sent() const { return *bytes_sent_; }
    /// Of what is sent beside this class.
    void count_sent(std::size_t bytes) const { *bytes_sent_ += static_cast<std::int64_t>(bytes); }

private:
    std::vector<std::byte> gather_bytes(std::span<const std::byte> mine) const;
    void broadcast_bytes(std::span<std::byte> data, int root) const;

    std::shared_ptr<MPI_Comm> comm_;
    std::shared_ptr<std::int64_t> bytes_sent_;
    std::shared_ptr<StopRelay> relay_;
    int rank_ = 0;
    int size_ = 1;
};

/// Runs `action` on every rank. If it throws on any, every rank throws Agreed with the message of the lowest rank that failed: none is left waiting.
/// `action` must not communicate, or only in ways that fail on all ranks alike (parallel HDF5).
void together(const Communicator& ranks, const std::function<void()>& action);

/// Runs `action` on the root alone; what it throws, every rank throws.
inline void on_root(const Communicator& ranks, const std::function<void()>& action)
{
    together(ranks, [&] {
        if (ranks.is_root()) action();
    });
}

/// A safe point: throws Interrupted on every rank if any of them was asked to stop.
void stop_if_asked(const Communicator& ranks);

}  // namespace sluice::parallel

namespace sluice {
using parallel::Communicator;
using parallel::Ranked;
using parallel::RowId;
}  // namespace sluice
