#include "parallel/device_exchange.hpp"

#include "parallel/device.hpp"

#ifdef KOKKOS_ENABLE_CUDA
#include <nccl.h>
#endif

#include <numeric>

namespace sluice::parallel {

namespace {

std::size_t sum_of(const std::vector<std::size_t>& counts)
{
    return std::accumulate(counts.begin(), counts.end(), std::size_t{0});
}

DeviceArray<float> through_host(const DeviceArray<float>& mine, const std::vector<std::size_t>& to, const std::vector<std::size_t>& from, const Communicator& ranks)
{
    std::vector<float> staged(sum_of(to));
    to_host(mine, std::span(staged));
    const auto theirs = ranks.exchange(staged, to, from);
    return to_device("parallel/exchanged", std::span<const float>(theirs));
}

}  // namespace

#ifdef KOKKOS_ENABLE_CUDA

namespace {

void check_nccl(ncclResult_t status, const char* call)
{
    if (status != ncclSuccess) fail("NCCL: {}: {}", call, ncclGetErrorString(status));
}
#define SLUICE_NCCL(call) check_nccl((call), #call)

}  // namespace

struct DeviceExchange::Channel {
    ncclComm_t comm = nullptr;
    ~Channel()
    {
        if (comm != nullptr) ncclCommDestroy(comm);
    }
};

DeviceExchange::DeviceExchange(const Communicator& ranks) : ranks_(ranks)
{
    const bool share_gpus = ranks.any(ranks.on_this_node().size() > gpus_on_this_node());  // NCCL refuses two ranks on one GPU
    if (share_gpus || ranks.size() == 1) return;
    ncclUniqueId id{};
    on_root(ranks, [&] { SLUICE_NCCL(ncclGetUniqueId(&id)); });
    ranks.broadcast(std::span(&id, 1), 0);
    channel_ = std::make_unique<Channel>();
    together(ranks, [&] { SLUICE_NCCL(ncclCommInitRank(&channel_->comm, ranks.size(), id, ranks.rank())); });
}

DeviceArray<float> DeviceExchange::operator()(const DeviceArray<float>& mine, const std::vector<std::size_t>& to, const std::vector<std::size_t>& from) const
{
    if (!channel_) return through_host(mine, to, from, ranks_);
    const DeviceArray<float> theirs(Kokkos::view_alloc(std::string("parallel/exchanged"), Kokkos::WithoutInitializing), sum_of(from));
    const auto stream = Kokkos::Cuda().cuda_stream();
    std::size_t sent = 0, got = 0;
    SLUICE_NCCL(ncclGroupStart());
    for (int rank = 0; rank < ranks_.size(); ++rank) {
        const auto peer = static_cast<std::size_t>(rank);
        SLUICE_NCCL(ncclSend(mine.data() + sent, to[peer], ncclFloat32, rank, channel_->comm, stream));
        SLUICE_NCCL(ncclRecv(theirs.data() + got, from[peer], ncclFloat32, rank, channel_->comm, stream));
        sent += to[peer];
        got += from[peer];
    }
    SLUICE_NCCL(ncclGroupEnd());
    Kokkos::fence("parallel/exchange");
    ranks_.count_sent((sent - to[static_cast<std::size_t>(ranks_.rank())]) * sizeof(float));
    return theirs;
}

#else

struct DeviceExchange::Channel {};

DeviceExchange::DeviceExchange(const Communicator& ranks) : ranks_(ranks) {}

DeviceArray<float> DeviceExchange::operator()(const DeviceArray<float>& mine, const std::vector<std::size_t>& to, const std::vector<std::size_t>& from) const
{
    return through_host(mine, to, from, ranks_);
}

#endif

DeviceExchange::~DeviceExchange() = default;

}  // namespace sluice::parallel
