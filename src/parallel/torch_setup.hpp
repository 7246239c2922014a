#pragma once

namespace sluice::parallel {

/// Torch and its BLAS run on one thread from now on. In a file of its own: Torch's headers are slow to compile and clash with Kokkos' macros.
void use_one_torch_thread();

/// Whether the LibTorch that is linked computes on GPUs, and finds one.
bool torch_has_gpu();

}  // namespace sluice::parallel
