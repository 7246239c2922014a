#include "base/files.hpp"

#include "base/error.hpp"
#include "support/pools.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/resource.h>

#include <atomic>
#include <csignal>
#include <fstream>
#include <thread>

namespace sluice {

namespace {

using ::testing::HasSubstr;

/// As long as it lives, no file may grow beyond some bytes: writing fails as on a full disk.
class FullDisk {
public:
    explicit FullDisk(rlim_t bytes)
    {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        handler_ = std::signal(SIGXFSZ, SIG_IGN);
        const rlimit small{bytes, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &small);
    }
    ~FullDisk()
    {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, handler_);
    }

private:
    rlimit before_{};
    void (*handler_)(int) = nullptr;
};

std::size_t files_in(const std::filesystem::path& folder)
{
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), std::filesystem::directory_iterator()));
}

}  // namespace

TEST(WriteFileAtomically, WritesAndReplaces)
{
    const test::SharedFolder folder;
    const auto path = folder.path / "file";
    write_file_atomically(path, std::string("a\0b\r\n", 5));
    EXPECT_EQ(read_file(path), std::string("a\0b\r\n", 5));
    write_file_atomically(path, "");
    EXPECT_EQ(read_file(path), "");
    EXPECT_EQ(files_in(folder.path), 1U) << "a temporary file was left";
}

TEST(WriteFileAtomically, LeavesTheOldContentWhenTheDiskIsFull)
{
    const test::SharedFolder folder;
    const auto path = folder.path / "file";
    write_file_atomically(path, "old");
    {
        const FullDisk full(1000);
        EXPECT_THROW(write_file_atomically(path, std::string(5000, 'x')), Error);
    }
    EXPECT_EQ(read_file(path), "old");
    write_file_atomically(path, "new");
    EXPECT_EQ(read_file(path), "new");
}

TEST(WriteFileAtomically, ShowsAReaderTheOldContentOrTheNewOne)
{
    const test::SharedFolder folder;
    const auto path = folder.path / "file";
    const std::string contents[] = {std::string(1 << 20, 'a'), std::string(1 << 19, 'b')};
    write_file_atomically(path, contents[0]);
    std::atomic<bool> done = false;
    int torn = 0, reads = 0;
    std::thread reader([&] {
        while (!done || reads < 3) {
            const auto seen = read_file(path);
            torn += seen != contents[0] && seen != contents[1] ? 1 : 0;
            ++reads;
        }
    });
    for (int i = 0; i < 20; ++i) write_file_atomically(path, contents[i % 2]);
    done = true;
    reader.join();
    EXPECT_EQ(torn, 0) << "of " << reads << " reads";
}

TEST(WriteFileAtomically, NamesTheFileThatCannotBeWritten)
{
    const test::SharedFolder folder;
    try {
        write_file_atomically(folder.path / "missing" / "file", "x");
        FAIL();
    } catch (const Error& error) {
        EXPECT_THAT(error.what(), HasSubstr((folder.path / "missing" / "file").string()));
        EXPECT_THAT(error.what(), HasSubstr("No such file"));
    }
}

TEST(ReadFile, NamesAFileThatIsMissingOrAFolder)
{
    const test::SharedFolder folder;
    EXPECT_THROW(read_file(folder.path / "missing"), Error);
    EXPECT_THROW(read_file(folder.path), Error);
}

TEST(KeepWholeLines, CutsOffATornLine)
{
    const test::SharedFolder folder;
    const auto path = folder.path / "lines";
    EXPECT_EQ(keep_whole_lines(path), "");
    EXPECT_FALSE(std::filesystem::exists(path));
    for (const auto& [left, kept] : {std::pair{"", ""}, {"torn", ""}, {"one\n", "one\n"}, {"one\ntwo\nto", "one\ntwo\n"}}) {
        std::ofstream(path) << left;
        EXPECT_EQ(keep_whole_lines(path), kept);
        EXPECT_EQ(read_file(path), kept);
    }
}

TEST(DurableAppender, AppendsToWhatIsThere)
{
    const test::SharedFolder folder;
    const auto path = folder.path / "journal";
    {
        DurableAppender file(path);
        file.append("one\n");
        EXPECT_EQ(read_file(path), "one\n") << "visible before the file is closed";
        file.append("two\n");
    }
    DurableAppender again(path);
    again.append("three\n");
    EXPECT_EQ(read_file(path), "one\ntwo\nthree\n");
}

TEST(DurableAppender, FailsOnAFullDiskAndSaysWhere)
{
    const test::SharedFolder folder;
    DurableAppender file(folder.path / "journal");
    const FullDisk full(10);
    try {
        file.append(std::string(100, 'x'));
        FAIL();
    } catch (const Error& error) {
        EXPECT_THAT(error.what(), HasSubstr("journal: write"));
    }
}

}  // namespace sluice
