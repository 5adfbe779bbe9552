#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "ipc/paths.hpp"
#include "ipc/unique_fd.hpp"

namespace governor::ipc {
namespace {

Error insecure(const std::string& path, std::string_view what, std::string_view remedy) {
  std::string message = path;
  message += ' ';
  message += what;
  message += ": ";
  message += remedy;
  return Error{Errc::insecure_directory, 0, std::move(message)};
}

/// What root makes below somebody's home that person could not use any more: for instance with sudo, which
/// may keep HOME.
Result<void> refuse_foreign_parent(const std::string& path, uid_t owner) {
  struct stat parent;
  std::string existing = path;
  do {
    existing.resize(std::max<std::size_t>(existing.rfind('/'), 1));
  } while (::stat(existing.c_str(), &parent) != 0 && existing != "/");
  if (parent.st_uid == owner || parent.st_uid == 0 || owner != 0) return {};
  return insecure(
      path, "would belong to root inside " + existing + " of uid " + std::to_string(parent.st_uid),
      "run this as that user, or set HOME, GOVERNOR_RUNTIME_DIR and GOVERNOR_STATE_DIR to root's own");
}

/// mkdir -p with mode 0700. An existing entry is left for the check to judge.
Result<void> make_directories(const std::string& path) {
  for (std::size_t slash = path.find('/', 1);; slash = path.find('/', slash + 1)) {
    const std::string part = path.substr(0, slash);
    if (::mkdir(part.c_str(), 0700) != 0 && errno != EEXIST) {
      const int cause = errno;
      struct stat existing;
      // Some systems report EROFS or EACCES for a directory that is there already.
      if (::stat(part.c_str(), &existing) != 0 || !S_ISDIR(existing.st_mode)) {
        return system_error("cannot create the directory " + part, cause);
      }
    }
    if (slash == std::string::npos) return {};
  }
}

Error not_a_directory(const std::string& path, int cause) {
  struct stat entry;
  if (::lstat(path.c_str(), &entry) == 0) {
    if (S_ISLNK(entry.st_mode)) {
      return insecure(path, "is a symbolic link, expected a directory of yours",
                      "remove the link, or name its target in GOVERNOR_RUNTIME_DIR or GOVERNOR_STATE_DIR");
    }
    if (!S_ISDIR(entry.st_mode)) {
      return insecure(path, "is not a directory, expected a directory of yours", "move it away");
    }
  }
  return system_error("cannot open the directory " + path, cause);
}

Result<void> check_private(const std::string& path, uid_t owner) {
  const UniqueFd directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  struct stat info;
  // Someone else's 0700 directory cannot be opened, but its owner is what people need to know.
  const int open_errno = directory ? 0 : errno;
  const int status = directory ? ::fstat(directory.get(), &info) : ::lstat(path.c_str(), &info);
  if (status != 0) return system_error("cannot examine the directory " + path, errno);
  if (!S_ISDIR(info.st_mode)) return not_a_directory(path, open_errno);
  if (info.st_uid != owner) {
    return insecure(
        path, "belongs to uid " + std::to_string(info.st_uid) + ", expected uid " + std::to_string(owner),
        "ask its owner to remove it, or choose another directory with GOVERNOR_RUNTIME_DIR or "
        "GOVERNOR_STATE_DIR");
  }
  if ((info.st_mode & 077U) != 0) {
    std::string mode(3, '0');
    for (unsigned i = 0; i < 3; ++i) mode[2 - i] = static_cast<char>('0' + ((info.st_mode >> (3 * i)) & 7U));
    return insecure(path, "is open to other users (mode " + mode + "), expected mode 700",
                    "run chmod 700 " + path);
  }
  if (!directory) return not_a_directory(path, open_errno);
  return {};
}

}  // namespace

Result<void> ensure_private_directory(const std::string& path, uid_t owner) {
  if (!path.starts_with('/')) {
    return Error{Errc::invalid_path, 0,
                 "\"" + path + "\" is not an absolute path: give one that begins with /"};
  }
  struct stat existing;
  if (::lstat(path.c_str(), &existing) != 0) {
    if (auto refused = refuse_foreign_parent(path, owner); !refused) return refused;
    if (auto made = make_directories(path); !made) return made;
  }
  return check_private(path, owner);
}

Result<void> ensure_private_directory(const std::string& path) {
  return ensure_private_directory(path, ::geteuid());
}

Result<void> ensure_runtime_directories(const Paths& paths) {
  if (auto made = ensure_private_directory(paths.runtime_dir); !made) return made;
  if (paths.socket_dir == paths.runtime_dir) return {};
  return ensure_private_directory(paths.socket_dir);
}

}  // namespace governor::ipc
