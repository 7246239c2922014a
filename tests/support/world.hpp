#pragma once

#include "parallel/communicator.hpp"

namespace sluice::test {

/// All ranks that the test program runs on.
const Communicator& ranks();

}  // namespace sluice::test
