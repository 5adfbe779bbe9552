#include "daemon/files/mount_of.hpp"

#include <fstream>
#include <sstream>

#ifdef __APPLE__
#include <sys/mount.h>
#include <sys/param.h>
#endif

namespace governor::daemon {
namespace {

bool is_below_mount(std::string_view path, std::string_view mount) {
  if (mount == "/") return path.starts_with('/');
  return path.starts_with(mount) && (path.size() == mount.size() || path[mount.size()] == '/');
}

#ifdef __linux__
/// The kernel writes blanks and the like as three octal digits.
std::string unescaped_mount(const std::string& text) {
  std::string plain;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\\' && at + 3 < text.size()) {
      plain += static_cast<char>((text[at + 1] - '0') * 64 + (text[at + 2] - '0') * 8 + (text[at + 3] - '0'));
      at += 3;
    } else {
      plain += text[at];
    }
  }
  return plain;
}
#endif

template <class Visit>
void for_each_mount(Visit visit) {
#ifdef __linux__
  std::ifstream table("/proc/self/mountinfo");
  std::string line;
  while (std::getline(table, line)) {
    std::istringstream words(line);
    std::string word;
    for (int i = 0; i < 5; ++i) words >> word;
    if (words) visit(unescaped_mount(word));
  }
#elif defined(__APPLE__)
  struct statfs* mounts = nullptr;
  const int count = ::getmntinfo(&mounts, MNT_NOWAIT);
  for (int i = 0; i < count; ++i) visit(std::string(mounts[i].f_mntonname));
#else
  static_cast<void>(visit);
#endif
}

}  // namespace

std::string mount_of(std::string_view path) {
  std::string deepest;
  if (!path.starts_with('/')) return deepest;
  for_each_mount([&](std::string mount) {
    if (mount.size() >= deepest.size() && is_below_mount(path, mount)) deepest = std::move(mount);
  });
  return deepest;
}

}  // namespace governor::daemon
