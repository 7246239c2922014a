#pragma once

#include "parallel/tiling.hpp"

#include <functional>
#include <string>

namespace sluice::parallel {

/// Calls work(tile) for every tile of a share, tiles dealt to host threads as they come free. A tile is worked on by one thread, so that what is
/// computed for it does not depend on their number. The first exception is rethrown at the end.
void for_each_tile(const std::string& label, const Share& share, const std::function<void(RowId tile)>& work);

}  // namespace sluice::parallel
