#include "daemon/files/file_attributes.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>

#include "daemon/files/file_errors.hpp"

#if defined(__linux__)
#include <sys/xattr.h>
#elif defined(__APPLE__)
#include <copyfile.h>
#endif

namespace governor::daemon {
namespace {

#if defined(__linux__)
/// As far as the user may: labels of security modules are given by the system itself.
void copy_extended(int from, int to) {
  constexpr std::size_t kMaxBytes = 65536;
  std::string names(kMaxBytes, '\0');
  const ssize_t length = ::flistxattr(from, names.data(), names.size());
  if (length <= 0) return;
  std::string value(kMaxBytes, '\0');
  std::string_view rest(names.data(), static_cast<std::size_t>(length));
  while (!rest.empty()) {
    const std::string name(rest.substr(0, rest.find('\0')));
    rest.remove_prefix(std::min(name.size() + 1, rest.size()));
    const ssize_t size = ::fgetxattr(from, name.c_str(), value.data(), value.size());
    if (size >= 0)
      static_cast<void>(::fsetxattr(to, name.c_str(), value.data(), static_cast<std::size_t>(size), 0));
  }
}
#elif defined(__APPLE__)
void copy_extended(int from, int to) {
  static_cast<void>(::fcopyfile(from, to, nullptr, COPYFILE_ACL | COPYFILE_XATTR));
}
#else
void copy_extended(int, int) {}
#endif

}  // namespace

std::optional<core::Error> copy_attributes(int from, int to, const std::string& path) {
  struct stat old;
  struct stat fresh;
  if (::fstat(from, &old) != 0 || ::fstat(to, &fresh) != 0) return file_error("Cannot examine", path, errno);
  if (old.st_uid != fresh.st_uid || old.st_gid != fresh.st_gid) {
    const uid_t owner = old.st_uid == fresh.st_uid ? static_cast<uid_t>(-1) : old.st_uid;
    const gid_t group = old.st_gid == fresh.st_gid ? static_cast<gid_t>(-1) : old.st_gid;
    if (::fchown(to, owner, group) != 0) return file_error("Cannot keep the owner of", path, errno);
  }
  copy_extended(from, to);
  // After the owner and the access list, since both change the mode.
  if (::fchmod(to, old.st_mode & 07777) != 0) return file_error("Cannot keep the mode of", path, errno);
  return std::nullopt;
}

std::optional<core::Error> give_look(int fd, const FileLook& look, const std::string& path) {
  if (::fchmod(fd, look.mode & 07777) != 0) return file_error("Cannot give back the mode of", path, errno);
  if (!look.modified_us) return std::nullopt;
  const timespec modified{*look.modified_us / 1'000'000, *look.modified_us % 1'000'000 * 1000};
  const timespec times[2] = {modified, modified};
  static_cast<void>(::futimens(fd, times));  // a time is a hint, and no reason to leave the file lost
  return std::nullopt;
}

void give_rights_of_directory(int directory, int fd, bool is_directory) {
  struct stat info;
  if (::fstat(directory, &info) != 0) return;
  const mode_t mode = is_directory ? info.st_mode & 02777 : info.st_mode & 0666;
  static_cast<void>(::fchmod(fd, mode | 0600));
}

}  // namespace governor::daemon
