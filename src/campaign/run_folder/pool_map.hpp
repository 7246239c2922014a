#pragma once

#include "pool/shard.hpp"

#include <map>
#include <string>

namespace sluice::campaign {

/// The pool in its two first principal components, as a histogram, and where the rows asked for lie in it: the JSON text of map.json. Collective.
/// \param asked  row -> iteration
std::string pool_map_json(const pool::Shard& shard, const pool::Scaling& scaling, const std::map<RowId, std::int64_t>& asked, const Communicator& ranks);

}  // namespace sluice::campaign
