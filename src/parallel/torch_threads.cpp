#include "parallel/torch_threads.hpp"

#include <ATen/Parallel.h>

namespace sluice::parallel {

void use_one_torch_thread()
{
    at::set_num_threads(1);
    at::set_num_interop_threads(1);
}

}  // namespace sluice::parallel
