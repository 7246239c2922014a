#include "base/files.hpp"

#include "base/error.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <vector>

namespace sluice {

namespace {

[[noreturn]] void fail_with_errno(const std::filesystem::path& path, const char* call)
{
    const int code = errno;
    fail("{}: {}: {}", path.string(), call, std::strerror(code));
}

void write_all(int descriptor, std::string_view text, const std::filesystem::path& path)
{
    while (!text.empty()) {
        const ssize_t written = ::write(descriptor, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) fail_with_errno(path, "write");
        text.remove_prefix(static_cast<std::size_t>(written));
    }
}

void sync_path(const std::filesystem::path& path, int flags)
{
    const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC);
    if (descriptor < 0) fail_with_errno(path, "open");
    const int status = ::fsync(descriptor);
    ::close(descriptor);
    if (status != 0) fail_with_errno(path, "fsync");
}

std::filesystem::path folder_of(const std::filesystem::path& path)
{
    return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

}  // namespace

std::string read_file(const std::filesystem::path& path)
{
    if (std::filesystem::is_directory(path)) fail("{}: is a folder, not a file", path.string());
    std::ifstream in(path, std::ios::binary);
    if (!in) fail_with_errno(path, "cannot be read");
    std::ostringstream content;
    content << in.rdbuf();
    return std::move(content).str();
}

void check_can_be_written(const std::filesystem::path& path)
{
    if (std::filesystem::is_directory(path)) fail("{}: is a folder, not a file", path.string());
    if (::access(folder_of(path).c_str(), W_OK | X_OK) != 0) fail_with_errno(path, "cannot be written");
}

void check_space(const std::filesystem::path& path, std::uintmax_t bytes)
{
    std::error_code code;
    const auto space = std::filesystem::space(folder_of(path), code);
    if (!code && space.available < bytes) fail("{}: No space left on device: {} bytes are needed, {} are free", path.string(), bytes, space.available);
}

void make_folder(const std::filesystem::path& path)
{
    std::error_code code;
    std::vector<std::filesystem::path> missing;
    for (auto at = path; !at.empty() && !std::filesystem::exists(at, code); at = at.parent_path()) missing.push_back(at);
    std::filesystem::create_directories(path, code);
    if (std::filesystem::exists(path) && !std::filesystem::is_directory(path)) fail("{}: is a file, not a folder", path.string());
    if (code) fail("{}: cannot be made: {}", path.string(), code.message());
    for (const auto& made : missing) {
        const auto parent = folder_of(made);
        if (::access(parent.c_str(), R_OK) == 0) sync_path(parent, O_RDONLY | O_DIRECTORY);  // else it cannot be asked for
    }
}

void write_file_atomically(const std::filesystem::path& path, std::string_view content)
{
    const auto temporary = std::filesystem::path(path) += ".tmp";
    const int descriptor = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (descriptor < 0) fail_with_errno(temporary, "open");
    try {
        write_all(descriptor, content, temporary);
    } catch (...) {
        ::close(descriptor);
        ::unlink(temporary.c_str());
        throw;
    }
    ::close(descriptor);
    rename_durably(temporary, path);
}

void sync_file(const std::filesystem::path& path)
{
    sync_path(path, O_RDONLY);
}

void rename_durably(const std::filesystem::path& from, const std::filesystem::path& to)
{
    sync_file(from);
    if (::rename(from.c_str(), to.c_str()) != 0) fail_with_errno(to, "rename");
    sync_path(folder_of(to), O_RDONLY | O_DIRECTORY);
}

std::string keep_whole_lines(const std::filesystem::path& path)
{
    if (!std::filesystem::exists(path)) return {};
    auto text = read_file(path);
    const auto last_newline = text.rfind('\n');
    const std::size_t whole = last_newline == std::string::npos ? 0 : last_newline + 1;
    if (whole < text.size()) {
        std::filesystem::resize_file(path, whole);
        text.resize(whole);
    }
    return text;
}

DurableAppender::DurableAppender(std::filesystem::path path) : path_(std::move(path))
{
    descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (descriptor_ < 0) fail_with_errno(path_, "open");
    sync_path(folder_of(path_), O_RDONLY | O_DIRECTORY);
}

DurableAppender::~DurableAppender()
{
    ::close(descriptor_);
}

void DurableAppender::append(std::string_view text)
{
    write_all(descriptor_, text, path_);
    if (::fsync(descriptor_) != 0) fail_with_errno(path_, "fsync");
}

}  // namespace sluice
