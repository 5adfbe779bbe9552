#include "daemon/files/name_lookup.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

#include "daemon/files/fold_name.hpp"
#include "ipc/unique_fd.hpp"

#ifdef __linux__
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/vfs.h>
#endif

namespace governor::daemon {
namespace {

#ifdef __linux__
/// The flag of ext4 and f2fs; older headers lack it.
constexpr int kFoldsCase = 0x40000000;
/// File systems that ignore case as a whole, or may: taking two names for one only makes somebody wait.
constexpr bool ignores_case(unsigned long type) {
  constexpr unsigned long kTypes[] = {0x4d44, 0x2011BAB0, 0x7366746e, 0x5346544e, 0xFF534D42, 0xFE534D42};
  for (const unsigned long known : kTypes) {
    if (type == known) return true;
  }
  return false;
}
#endif

class SystemNames final : public NameLookup {
 public:
  Entry look(const std::string& path) override {
    struct stat info;
    if (::lstat(path.c_str(), &info) != 0) {
      if (errno == ENOENT || errno == ENOTDIR) return {};
      return {Kind::unreadable, {}, errno};
    }
    Entry entry;
    entry.identity = {static_cast<std::uint64_t>(info.st_dev), static_cast<std::uint64_t>(info.st_ino),
                      static_cast<std::uint64_t>(info.st_nlink)};
    entry.kind = S_ISREG(info.st_mode)   ? Kind::file
                 : S_ISDIR(info.st_mode) ? Kind::directory
                 : S_ISLNK(info.st_mode) ? Kind::symlink
                                         : Kind::other;
    return entry;
  }

  std::string target(const std::string& path) override {
    std::string text(PATH_MAX, '\0');
    const ssize_t length = ::readlink(path.c_str(), text.data(), text.size());
    text.resize(length < 0 ? 0 : static_cast<std::size_t>(length));
    return text;
  }

  bool folds_names(const std::string& directory) override {
#if defined(_PC_CASE_SENSITIVE)
    return ::pathconf(directory.c_str(), _PC_CASE_SENSITIVE) == 0;
#elif defined(__linux__)
    const ipc::UniqueFd fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!fd) return false;
    struct statfs system;
    if (::fstatfs(fd.get(), &system) == 0 && ignores_case(static_cast<unsigned long>(system.f_type)))
      return true;
    int flags = 0;  // whatever the number of the request says, the kernel writes an int
    return ::ioctl(fd.get(), FS_IOC_GETFLAGS, &flags) == 0 && (flags & kFoldsCase) != 0;
#else
    static_cast<void>(directory);
    return false;
#endif
  }

  std::string spelling(const std::string& directory, const std::string& name) override {
#ifdef F_GETPATH
    const ipc::UniqueFd fd(
        ::open((directory + "/" + name).c_str(), O_RDONLY | O_SYMLINK | O_NONBLOCK | O_CLOEXEC));
    char path[PATH_MAX];
    if (fd && ::fcntl(fd.get(), F_GETPATH, path) == 0) {
      const std::string full = path;
      return full.substr(full.rfind('/') + 1);
    }
#endif
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(::opendir(directory.empty() ? "/" : directory.c_str()),
                                                     &::closedir);
    if (!stream) return name;
    const std::string folded = fold_name(name);
    std::string found = name;
    while (const dirent* entry = ::readdir(stream.get())) {
      if (name == entry->d_name) return name;
      if (folded == fold_name(entry->d_name)) found = entry->d_name;
    }
    return found;
  }
};

}  // namespace

NameLookup& system_names() {
  static SystemNames names;
  return names;
}

}  // namespace governor::daemon
