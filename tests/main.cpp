#include "support/world.hpp"

#include "base/log.hpp"
#include "parallel/device.hpp"
#include "parallel/runtime.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

namespace {

const sluice::Communicator* world = nullptr;

/// What ranks beside the first print: failures alone.
class FailuresOfARank : public ::testing::EmptyTestEventListener {
    void OnTestStart(const ::testing::TestInfo& test) override { name_ = fmt::format("{}.{}", test.test_suite_name(), test.name()); }
    // GoogleTest holds a lock meanwhile: asking it which test this is would wait for ever.
    void OnTestPartResult(const ::testing::TestPartResult& result) override
    {
        if (!result.failed()) return;
        fmt::print(stderr, "rank {}: {}: {}:{}\n{}\n", world->rank(), name_, result.file_name() == nullptr ? "" : result.file_name(), result.line_number(), result.message());
    }

    std::string name_;
};

}  // namespace

const sluice::Communicator& sluice::test::ranks()
{
    return *world;
}

int main(int argc, char** argv)
{
    sluice::parallel::Runtime runtime(&argc, &argv);
    if (sluice::parallel::place_of_passes() == sluice::parallel::Place::device && sluice::parallel::gpus_on_this_node() == 0) {
        fmt::print("skipped: built for GPUs, and there is none on this machine\n");
        return 77;
    }
    runtime.start_threads(2);
    const auto all = runtime.world();
    world = &all;
    sluice::log::start(true);
    ::testing::InitGoogleTest(&argc, argv);
    // A test on the wrong number of ranks would pass without testing.
    const char* expected = std::getenv("SLUICE_TEST_RANKS");
    if (expected != nullptr && std::atoi(expected) != all.size()) {
        fmt::print(stderr, "{} ranks where {} were asked for\n", all.size(), expected);
        return 1;
    }
    auto& listeners = ::testing::UnitTest::GetInstance()->listeners();
    if (!all.is_root()) {
        delete listeners.Release(listeners.default_result_printer());
        listeners.Append(new FailuresOfARank);
    }
    // Every rank runs every test; a failure on one is a failure of all.
    const int status = RUN_ALL_TESTS();
    return all.any(status != 0) ? 1 : 0;
}
