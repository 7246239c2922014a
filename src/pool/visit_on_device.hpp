#pragma once

#include "pool/shard.hpp"

#include <functional>
#include <string>

namespace sluice::pool {

/// Rows of a pool that are on the device at a time: some tiles of it, of which a rank may own a part.
struct DeviceGroup {
    RowId before;   ///< rows of the group that come before this rank's own
    RowId rows;     ///< own rows
    RowId own_row;  ///< the first of them, counted from the first row of the share
};

/// The number of rows that every group is worked on with.
RowId rows_of_group(const PoolInfo& info);

/// Brings the rows of a shard to this rank's device, as stored, group by group, and decodes them there: visit(group, features [rows of group, columns]).
/// A group belongs to the pool and is visited with its full number of rows, so that every product has the same shape for any number of ranks; rows of other
/// ranks hold anything. Leaves early if a stop is asked for.
void visit_on_device(const std::string& label, const Shard& shard, const Scaling& scaling, const std::function<void(const DeviceGroup&, const float*)>& visit);

}  // namespace sluice::pool
