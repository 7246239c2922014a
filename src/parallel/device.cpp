#include "parallel/device.hpp"

#include <Kokkos_Core.hpp>

namespace sluice::parallel {

#ifdef KOKKOS_ENABLE_CUDA

Place place_of_passes()
{
    return Place::device;
}

int gpus_on_this_node()
{
    int count = 0;
    return cudaGetDeviceCount(&count) == cudaSuccess ? count : 0;
}

std::optional<int> device_number()
{
    return Kokkos::device_id();
}

#else

Place place_of_passes()
{
    return Place::host;
}

int gpus_on_this_node()
{
    return 0;
}

std::optional<int> device_number()
{
    return std::nullopt;
}

#endif

}  // namespace sluice::parallel
