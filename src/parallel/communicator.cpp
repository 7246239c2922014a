#include "parallel/communicator.hpp"

#include "base/signals.hpp"
#include "parallel/first_of_each.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <numeric>
#include <thread>

namespace sluice::parallel {

namespace {

/// Largest message in one MPI call: counts are ints.
constexpr std::size_t piece = std::size_t{1} << 30;

}  // namespace

void check_mpi(int status, const char* call)
{
    if (status == MPI_SUCCESS) return;
    std::array<char, MPI_MAX_ERROR_STRING> text{};
    int length = 0;
    MPI_Error_string(status, text.data(), &length);
    fail("MPI: {}: {}", call, text.data());
}

Communicator::Communicator(MPI_Comm comm, bool owned, std::shared_ptr<StopRelay> relay)
    : comm_(owned ? std::shared_ptr<MPI_Comm>(new MPI_Comm(comm),
                                              [](MPI_Comm* c) {
                                                  MPI_Comm_free(c);
                                                  delete c;
                                              })
                  : std::make_shared<MPI_Comm>(comm)),
      bytes_sent_(std::make_shared<std::int64_t>(0)),
      relay_(std::move(relay))
{
    SLUICE_MPI(MPI_Comm_set_errhandler(comm, MPI_ERRORS_RETURN));
    SLUICE_MPI(MPI_Comm_rank(comm, &rank_));
    SLUICE_MPI(MPI_Comm_size(comm, &size_));
}

void Communicator::barrier() const
{
    SLUICE_MPI(MPI_Barrier(*comm_));
}

std::int64_t Communicator::sum(std::int64_t value) const
{
    *bytes_sent_ += sizeof(value);
    SLUICE_MPI(MPI_Allreduce(MPI_IN_PLACE, &value, 1, MPI_INT64_T, MPI_SUM, *comm_));
    return value;
}

void Communicator::sum(std::span<std::int64_t> values) const
{
    *bytes_sent_ += static_cast<std::int64_t>(values.size_bytes());
    constexpr std::size_t most = piece / sizeof(std::int64_t);
    for (std::size_t begin = 0; begin < values.size(); begin += most) {
        const auto part = values.subspan(begin, std::min(most, values.size() - begin));
        SLUICE_MPI(MPI_Allreduce(MPI_IN_PLACE, part.data(), static_cast<int>(part.size()), MPI_INT64_T, MPI_SUM, *comm_));
    }
}

std::int64_t Communicator::largest(std::int64_t value) const
{
    *bytes_sent_ += sizeof(value);
    SLUICE_MPI(MPI_Allreduce(MPI_IN_PLACE, &value, 1, MPI_INT64_T, MPI_MAX, *comm_));
    return value;
}

std::int64_t Communicator::largest_patiently(std::int64_t value) const
{
    using namespace std::chrono_literals;
    constexpr auto busy = 1ms, until_telling = 500ms;  // ranks that got the same signal come before that, and need not be told
    *bytes_sent_ += sizeof(value);
    MPI_Request request = MPI_REQUEST_NULL;
    SLUICE_MPI(MPI_Iallreduce(MPI_IN_PLACE, &value, 1, MPI_INT64_T, MPI_MAX, *comm_, &request));
    const auto start = std::chrono::steady_clock::now();
    while (true) {
        int all_came = 0;
        SLUICE_MPI(MPI_Test(&request, &all_came, MPI_STATUS_IGNORE));
        if (all_came != 0) return value;
        const auto waited = std::chrono::steady_clock::now() - start;
        if (relay_ && waited > until_telling && stop_requested()) relay_->tell_others();
        if (waited < busy) std::this_thread::yield();
        else std::this_thread::sleep_for(100us);
    }
}

double Communicator::largest(double value) const
{
    *bytes_sent_ += sizeof(value);
    SLUICE_MPI(MPI_Allreduce(MPI_IN_PLACE, &value, 1, MPI_DOUBLE, MPI_MAX, *comm_));
    return value;
}

double Communicator::smallest(double value) const
{
    return -largest(-value);
}

Ranked Communicator::first(const Ranked& mine) const
{
    Ranked best = mine;
    first_of_each(std::span(&best, 1), *this);
    return best;
}

std::vector<std::byte> Communicator::gather_bytes(std::span<const std::byte> mine) const
{
    const auto ranks = static_cast<std::size_t>(size_);
    std::vector<std::int64_t> sizes(ranks);
    const auto my_size = static_cast<std::int64_t>(mine.size());
    SLUICE_MPI(MPI_Allgather(&my_size, 1, MPI_INT64_T, sizes.data(), 1, MPI_INT64_T, *comm_));
    std::vector<std::size_t> begins(ranks + 1, 0);
    for (std::size_t r = 0; r < ranks; ++r) begins[r + 1] = begins[r] + static_cast<std::size_t>(sizes[r]);

    std::vector<std::byte> all(begins.back());
    if (begins.back() < piece) {
        std::vector<int> counts(ranks), displacements(ranks);
        for (std::size_t r = 0; r < ranks; ++r) {
            counts[r] = static_cast<int>(sizes[r]);
            displacements[r] = static_cast<int>(begins[r]);
        }
        *bytes_sent_ += my_size;
        SLUICE_MPI(MPI_Allgatherv(mine.data(), counts[static_cast<std::size_t>(rank_)], MPI_BYTE, all.data(), counts.data(), displacements.data(), MPI_BYTE, *comm_));
        return all;
    }
    if (!mine.empty()) std::memcpy(all.data() + begins[static_cast<std::size_t>(rank_)], mine.data(), mine.size());
    for (std::size_t r = 0; r < ranks; ++r) broadcast_bytes(std::span(all).subspan(begins[r], begins[r + 1] - begins[r]), static_cast<int>(r));
    return all;
}

std::vector<float> Communicator::exchange(std::span<const float> mine, const std::vector<std::size_t>& to, const std::vector<std::size_t>& from) const
{
    constexpr std::size_t most = piece / sizeof(float);
    constexpr int tag = 31;
    std::vector<float> theirs(std::accumulate(from.begin(), from.end(), std::size_t{0}));
    std::vector<MPI_Request> requests;
    std::size_t begin = 0;
    for (int rank = 0; rank < size_; ++rank) {
        const auto end = begin + from[static_cast<std::size_t>(rank)];
        for (; begin < end; begin += std::min(most, end - begin)) {
            SLUICE_MPI(MPI_Irecv(theirs.data() + begin, static_cast<int>(std::min(most, end - begin)), MPI_FLOAT, rank, tag, *comm_, &requests.emplace_back(MPI_REQUEST_NULL)));
        }
    }
    begin = 0;
    for (int rank = 0; rank < size_; ++rank) {
        const auto end = begin + to[static_cast<std::size_t>(rank)];
        if (rank != rank_) count_sent((end - begin) * sizeof(float));
        for (; begin < end; begin += std::min(most, end - begin)) {
            SLUICE_MPI(MPI_Isend(mine.data() + begin, static_cast<int>(std::min(most, end - begin)), MPI_FLOAT, rank, tag, *comm_, &requests.emplace_back(MPI_REQUEST_NULL)));
        }
    }
    SLUICE_MPI(MPI_Waitall(static_cast<int>(requests.size()), requests.data(), MPI_STATUSES_IGNORE));
    return theirs;
}

void Communicator::broadcast_bytes(std::span<std::byte> data, int root) const
{
    if (rank_ == root) *bytes_sent_ += static_cast<std::int64_t>(data.size());
    for (std::size_t begin = 0; begin < data.size(); begin += piece) {
        const auto part = data.subspan(begin, std::min(piece, data.size() - begin));
        SLUICE_MPI(MPI_Bcast(part.data(), static_cast<int>(part.size()), MPI_BYTE, root, *comm_));
    }
}

std::string Communicator::broadcast(const std::string& text, int root) const
{
    std::int64_t size = static_cast<std::int64_t>(text.size());
    broadcast(std::span(&size, 1), root);
    std::string copy = text;
    copy.resize(static_cast<std::size_t>(size));
    broadcast(std::span(copy.data(), copy.size()), root);
    return copy;
}

Communicator Communicator::split(int color) const
{
    MPI_Comm part = MPI_COMM_NULL;
    const int own_group = size_ + rank_;
    SLUICE_MPI(MPI_Comm_split(*comm_, color < 0 ? own_group : color, rank_, &part));
    return Communicator(part, true, relay_);
}

Communicator Communicator::on_this_node() const
{
    MPI_Comm node = MPI_COMM_NULL;
    SLUICE_MPI(MPI_Comm_split_type(*comm_, MPI_COMM_TYPE_SHARED, rank_, MPI_INFO_NULL, &node));
    return Communicator(node, true, relay_);
}

void together(const Communicator& ranks, const std::function<void()>& action)
{
    std::string message;
    bool failed = false;
    try {
        action();
    } catch (const std::bad_alloc&) {
        failed = true;
        message = fmt::format("rank {}: out of memory; use more nodes or fewer ranks per node", ranks.rank());
    } catch (const std::exception& error) {
        failed = true;
        message = error.what();
    }
    const auto first_failed = ranks.largest_patiently(failed ? std::int64_t{ranks.size() - ranks.rank()} : std::int64_t{0});
    if (first_failed == 0) return;
    throw Agreed(ranks.broadcast(message, ranks.size() - static_cast<int>(first_failed)));
}

void stop_if_asked(const Communicator& ranks)
{
    if (ranks.any(stop_requested())) throw Interrupted("asked to stop");
}

}  // namespace sluice::parallel
