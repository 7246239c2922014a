#include "campaign/run_folder/run_lock.hpp"

#include "base/error.hpp"
#include "base/files.hpp"
#include "campaign/run_folder/sessions.hpp"
#include "support/pools.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <fstream>
#include <thread>

namespace sluice::campaign {

namespace {

using ::testing::HasSubstr;
using std::chrono::milliseconds;

}  // namespace

TEST(RunLock, KeepsOthersOutAsLongAsItLives)
{
    const test::SharedFolder folder;
    const auto run = folder.path / "a" / "b.run";
    {
        const RunLock lock(run, test::ranks());
        try {
            const RunLock other(run, test::ranks(), {.here = milliseconds(50)});
            FAIL();
        } catch (const Error& error) {
            EXPECT_THAT(error.what(), HasSubstr(fmt::format("b.run: another sluice is at work there ({}, process {})", host_name(), ::getpid())));
        }
        const RunLock another(folder.path / "other.run", test::ranks(), {.here = milliseconds(0)});
    }
    const RunLock again(run, test::ranks(), {.here = milliseconds(0)});
}

TEST(RunLock, WaitsForOneThatIsAboutToEnd)
{
    const test::SharedFolder folder;
    auto lock = std::make_unique<RunLock>(folder.path, test::ranks());
    std::thread ending([&] {
        std::this_thread::sleep_for(milliseconds(200));
        lock.reset();
    });
    EXPECT_NO_THROW(RunLock(folder.path, test::ranks(), {.here = std::chrono::seconds(20)}));
    ending.join();
}

TEST(RunLock, WaitsLongerForAnotherMachine)
{
    const test::SharedFolder folder;
    auto lock = std::make_unique<RunLock>(folder.path, test::ranks());
    std::ofstream(folder.path / "lock") << "elsewhere, process 1";
    try {
        const RunLock other(folder.path, test::ranks(), {.here = std::chrono::minutes(5), .elsewhere = milliseconds(50)});
        FAIL();
    } catch (const Error& error) {
        EXPECT_THAT(error.what(), HasSubstr("(elsewhere, process 1)"));
    }
    std::thread ending([&] {
        std::this_thread::sleep_for(milliseconds(200));
        lock.reset();
    });
    EXPECT_NO_THROW(RunLock(folder.path, test::ranks(), {.here = milliseconds(0)}));
    ending.join();
}

}  // namespace sluice::campaign
