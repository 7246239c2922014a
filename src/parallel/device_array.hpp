#pragma once

#include <Kokkos_Core.hpp>

#include <span>
#include <string>

namespace sluice::parallel {

using DeviceMemory = Kokkos::DefaultExecutionSpace::memory_space;

/// Values in the device's memory: those of Place::device.
template <typename T>
using DeviceArray = Kokkos::View<T*, DeviceMemory>;

/// As DeviceArray, of memory that belongs to someone else.
template <typename T>
using DevicePointer = Kokkos::View<T*, DeviceMemory, Kokkos::MemoryUnmanaged>;

template <typename T>
DeviceArray<T> to_device(const std::string& label, std::span<const T> values)
{
    DeviceArray<T> copy(Kokkos::view_alloc(label, Kokkos::WithoutInitializing), values.size());
    Kokkos::deep_copy(copy, Kokkos::View<const T*, Kokkos::HostSpace, Kokkos::MemoryUnmanaged>(values.data(), values.size()));
    return copy;
}

template <typename T>
void to_host(const DeviceArray<T>& values, std::span<T> out)
{
    Kokkos::deep_copy(Kokkos::View<T*, Kokkos::HostSpace, Kokkos::MemoryUnmanaged>(out.data(), out.size()), Kokkos::subview(values, std::pair<std::size_t, std::size_t>(0, out.size())));
}

/// The start of an array that is made large enough; what it held is lost.
template <typename T>
T* room_for(DeviceArray<T>& array, std::size_t count)
{
    if (array.size() < count) array = DeviceArray<T>(Kokkos::view_alloc(array.label(), Kokkos::WithoutInitializing), count);
    return array.data();
}

}  // namespace sluice::parallel
