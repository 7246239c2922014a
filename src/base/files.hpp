#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace sluice {

/// Whole content of a text file. Error if it cannot be read.
std::string read_file(const std::filesystem::path& path);

/// Error unless a file of that name could be written: found out before hours of work, not after.
void check_can_be_written(const std::filesystem::path& path);

/// Error unless the file system of `path` has room for so many bytes more. For parallel files: MPI-IO that runs out of disk in the middle of a
/// collective write says so on every rank, or hangs.
void check_space(const std::filesystem::path& path, std::uintmax_t bytes);

/// Makes a folder and those it lies in, unless they are there; their names are on the disk then.
void make_folder(const std::filesystem::path& path);

/// Replaces `path` so that a reader, or a crash at any moment, sees the old content or the new one and nothing between:
/// temporary name, fsync, rename, fsync of the folder.
void write_file_atomically(const std::filesystem::path& path, std::string_view content);

/// Brings what this machine has written to a file to the disk.
void sync_file(const std::filesystem::path& path);

/// Makes a file that is complete on disk take the name `path`: fsync, rename, fsync of the folder.
void rename_durably(const std::filesystem::path& from, const std::filesystem::path& to);

/// Cuts off a last line that has no end, which a crash has torn. \return  what is left; nothing where there is no file
std::string keep_whole_lines(const std::filesystem::path& path);

/// Appends to a file so that what `append` has returned from survives a crash. Not copyable; closes at the end.
class DurableAppender {
public:
    explicit DurableAppender(std::filesystem::path path);
    ~DurableAppender();
    DurableAppender(const DurableAppender&) = delete;
    DurableAppender& operator=(const DurableAppender&) = delete;

    /// One write and one fsync for the whole text.
    void append(std::string_view text);

private:
    std::filesystem::path path_;
    int descriptor_ = -1;
};

}  // namespace sluice
