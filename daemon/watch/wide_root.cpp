#include "daemon/watch/wide_root.hpp"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "text/path_text.hpp"

namespace governor::daemon {
namespace {

/// With all that is below.
constexpr std::array<std::string_view, 15> kSystemTrees{
    "/bin", "/boot", "/dev", "/etc", "/lib",    "/lib32",   "/lib64",      "/proc",
    "/run", "/sbin", "/sys", "/usr", "/System", "/Library", "/private/etc"};
/// Projects may lie in these.
constexpr std::array<std::string_view, 12> kSystemDirectories{
    "/var",     "/opt",     "/srv",          "/tmp",     "/mnt",       "/media",
    "/var/tmp", "/private", "/Applications", "/Volumes", "/usr/local", "/lost+found"};
constexpr std::array<std::string_view, 2> kHomes{"/home", "/Users"};

bool is_at_or_below(std::string_view path, std::string_view directory) {
  return path.starts_with(directory) && (path.size() == directory.size() || path[directory.size()] == '/');
}

}  // namespace

std::string_view wide_root(std::string_view directory, std::string_view home) {
  if (directory.empty() || directory == "/") return "the whole file system";
  if (is_at_or_below(directory, "/usr/local") && directory != "/usr/local") return {};
  const auto is_in = [&](std::string_view tree) { return is_at_or_below(directory, tree); };
  const bool is_system =
      std::any_of(kSystemTrees.begin(), kSystemTrees.end(), is_in) ||
      std::find(kSystemDirectories.begin(), kSystemDirectories.end(), directory) != kSystemDirectories.end();
  if (is_system) return "a directory of the system";
  const std::string_view parent = directory.substr(0, directory.rfind('/'));
  const auto is_homes = [](std::string_view path) {
    return std::find(kHomes.begin(), kHomes.end(), path) != kHomes.end();
  };
  const bool is_home =
      directory == "/root" || is_homes(parent) || (!home.empty() && home != "/" && directory == home);
  if (is_home) return "a home directory";
  const bool has_homes = is_homes(directory) || (!home.empty() && is_at_or_below(home, directory));
  return has_homes ? std::string_view("a directory of home directories") : std::string_view();
}

std::string_view wide_root(const std::string& directory) {
  const passwd* user = ::getpwuid(::geteuid());
  const char* const of_account = user != nullptr ? user->pw_dir : nullptr;
  const char* const of_environment = std::getenv("HOME");
  for (const char* one : {of_account, of_environment}) {
    const std::string home = one != nullptr ? text::path_text(one) : std::string();
    if (const std::string_view what = wide_root(directory, home); !what.empty()) return what;
  }
  return {};
}

}  // namespace governor::daemon
