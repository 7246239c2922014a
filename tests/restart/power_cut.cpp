// What a power cut would leave of a folder, at every moment at which that changes. To be preloaded into a program:
//   LD_PRELOAD=libpower_cut.so POWER_CUT_ROOT=/folder POWER_CUT_STATES=/another program …
// writes folders 00000-kept, 00001-ahead, … of what could be left of POWER_CUT_ROOT. By POSIX, the content of a file is on the disk once fsync of the file has returned, and a name
// once fsync of its folder has. `kept` is a disk that has nothing more; `ahead` one that has all names, of files whose content it has only so far (ext4 and XFS log names in order,
// and before data). Taken before and after each fsync and after each rename, by a process of one rank; folders below the root may not be renamed.

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <sstream>
#include <string>

namespace {

namespace fs = std::filesystem;

/// Of a file, whatever its name. A number of an inode is used again; not together with a time of birth.
using Identity = std::pair<std::uint64_t, std::int64_t>;

Identity identity_of(const fs::path& path)
{
    struct statx status {};
    statx(AT_FDCWD, path.c_str(), AT_SYMLINK_NOFOLLOW, STATX_INO | STATX_BTIME, &status);
    return {status.stx_ino, std::int64_t{status.stx_btime.tv_sec} * 1'000'000'000 + status.stx_btime.tv_nsec};
}

std::string content_of(const fs::path& path)
{
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return std::move(text).str();
}

struct Entry {
    bool is_folder;
    Identity file;
};

using Names = std::map<std::string, Entry>;

Names names_in(const fs::path& folder)
{
    Names names;
    for (const auto& entry : fs::directory_iterator(folder)) {
        if (entry.is_directory() || entry.is_regular_file()) names[entry.path().filename()] = {entry.is_directory(), identity_of(entry.path())};
    }
    return names;
}

class Disk {
public:
    Disk(fs::path root, fs::path states) : root_(std::move(root)), states_(std::move(states))
    {
        names_[root_] = names_in(root_);  // what was there before is on the disk
        for (const auto& entry : fs::recursive_directory_iterator(root_)) {
            if (entry.is_directory()) names_[entry.path()] = names_in(entry.path());
            if (entry.is_regular_file()) content_[identity_of(entry.path())] = content_of(entry.path());
        }
    }

    bool has(const fs::path& path) const
    {
        const auto below = path.lexically_relative(root_);
        return !below.empty() && *below.begin() != "..";
    }

    void keep(const fs::path& path)
    {
        if (fs::is_directory(path)) names_[path] = names_in(path);
        else if (fs::exists(path)) content_[identity_of(path)] = content_of(path);
        write("kept", root_, false);
        ++number_;
    }

    void look_ahead()
    {
        write("ahead", root_, true);
        ++number_;
    }

private:
    void write(const char* kind, const fs::path& folder, bool has_all_names)
    {
        char name[32];
        std::snprintf(name, sizeof name, "%05d-%s", number_, kind);
        const auto to = states_ / name / folder.lexically_relative(root_);
        fs::create_directories(to);
        const auto names = has_all_names ? names_in(folder) : names_[folder];
        for (const auto& [file, entry] : names) {
            if (entry.is_folder) write(kind, folder / file, has_all_names);
            else std::ofstream(to / file, std::ios::binary) << content_[entry.file];
        }
    }

    fs::path root_, states_;
    std::map<fs::path, Names> names_;
    std::map<Identity, std::string> content_;
    int number_ = 0;
};

std::mutex one_at_a_time;

/// None where this is not wanted, as in programs that the one of interest starts.
Disk* disk()
{
    static Disk* const it = [] {
        const char *root = std::getenv("POWER_CUT_ROOT"), *states = std::getenv("POWER_CUT_STATES");
        return root != nullptr && states != nullptr ? new Disk(root, states) : nullptr;
    }();
    return it;
}

template <typename Function>
Function next(const char* name)
{
    return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

int synced(int descriptor, int (*sync)(int))
{
    const std::lock_guard lock(one_at_a_time);
    std::error_code code;
    const auto path = fs::read_symlink("/proc/self/fd/" + std::to_string(descriptor), code);
    if (disk() == nullptr || code || !disk()->has(path)) return sync(descriptor);
    disk()->look_ahead();
    const int status = sync(descriptor);
    if (status == 0) disk()->keep(path);
    return status;
}

__attribute__((constructor)) void begin()
{
    disk();
}

}  // namespace

extern "C" {

int fsync(int descriptor)
{
    return synced(descriptor, next<int (*)(int)>("fsync"));
}

int fdatasync(int descriptor)
{
    return synced(descriptor, next<int (*)(int)>("fdatasync"));
}

int rename(const char* from, const char* to) noexcept
{
    const std::lock_guard lock(one_at_a_time);
    const int status = next<int (*)(const char*, const char*)>("rename")(from, to);
    if (disk() != nullptr && disk()->has(fs::absolute(to).lexically_normal())) disk()->look_ahead();
    return status;
}

}
