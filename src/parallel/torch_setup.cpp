#include "parallel/torch_setup.hpp"

#include <ATen/Context.h>
#include <ATen/Parallel.h>

namespace sluice::parallel {

void use_one_torch_thread()
{
    at::set_num_threads(1);
    at::set_num_interop_threads(1);
}

bool torch_has_gpu()
{
    return at::hasCUDA();
}

}  // namespace sluice::parallel
