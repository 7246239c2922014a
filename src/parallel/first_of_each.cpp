#include "parallel/first_of_each.hpp"

#include <algorithm>

namespace sluice::parallel {

namespace {

void first_of(void* in, void* inout, int* count, MPI_Datatype*)
{
    const auto* a = static_cast<const Ranked*>(in);
    auto* b = static_cast<Ranked*>(inout);
    for (int i = 0; i < *count; ++i) b[i] = std::min(a[i], b[i]);
}

}  // namespace

void first_of_each(std::span<Ranked> entries, const Communicator& ranks)
{
    static_assert(sizeof(Ranked) == 16);
    struct Operation {
        MPI_Datatype type;
        MPI_Op op;
    };
    // Created once and left to MPI_Finalize: both live as long as MPI does.
    static const Operation operation = [] {
        Operation o{};
        SLUICE_MPI(MPI_Type_contiguous(sizeof(Ranked), MPI_BYTE, &o.type));
        SLUICE_MPI(MPI_Type_commit(&o.type));
        SLUICE_MPI(MPI_Op_create(first_of, 1, &o.op));
        return o;
    }();
    ranks.count_sent(entries.size_bytes());
    constexpr std::size_t most = std::size_t{1} << 26;  // of one MPI call: 1 GB
    for (std::size_t begin = 0; begin < entries.size(); begin += most) {
        const auto part = entries.subspan(begin, std::min(most, entries.size() - begin));
        SLUICE_MPI(MPI_Allreduce(MPI_IN_PLACE, part.data(), static_cast<int>(part.size()), operation.type, operation.op, ranks.raw()));
    }
}

}  // namespace sluice::parallel
