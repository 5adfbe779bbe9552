#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "ipc/spawn_daemon.hpp"

#ifdef __APPLE__
#include <mach-o/dyld.h>
#endif

namespace governor::ipc {
namespace {

#ifdef __APPLE__
std::string own_executable() {
  char path[PATH_MAX];
  std::uint32_t size = sizeof path;
  if (::_NSGetExecutablePath(path, &size) != 0) return {};
  char resolved[PATH_MAX];
  return ::realpath(path, resolved) ? resolved : path;
}
#else
std::string own_executable() {
  char path[PATH_MAX];
  const auto length = ::readlink("/proc/self/exe", path, sizeof path);
  if (length <= 0) return {};
  std::string name(path, static_cast<std::size_t>(length));
  // What the kernel adds when an upgrade has replaced the file; its successor stands beside.
  constexpr std::string_view kDeleted = " (deleted)";
  if (name.ends_with(kDeleted)) name.resize(name.size() - kDeleted.size());
  return name;
}
#endif

bool is_executable(const std::string& path) {
  return ::access(path.c_str(), X_OK) == 0;
}

std::string beside_own_executable(std::string_view name) {
  std::string path = own_executable();
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return {};
  path.resize(slash + 1);
  return path += name;
}

/// Relative entries are left out: they would make the result depend on the IDE's working directory.
std::string in_search_path(std::string_view search_path, std::string_view name) {
  while (!search_path.empty()) {
    const std::size_t colon = search_path.find(':');
    const std::string_view directory = search_path.substr(0, colon);
    if (directory.starts_with('/')) {
      std::string candidate(directory);
      candidate += '/';
      candidate += name;
      if (is_executable(candidate)) return candidate;
    }
    search_path.remove_prefix(colon == std::string_view::npos ? search_path.size() : colon + 1);
  }
  return {};
}

Result<std::string> given_binary(std::string_view given, std::string_view variable) {
  char resolved[PATH_MAX];
  const std::string path(given);
  if (::realpath(path.c_str(), resolved) && is_executable(resolved)) return std::string(resolved);
  return Error{Errc::not_found, 0,
               std::string(variable) + " is \"" + path +
                   "\", expected the path of an executable: correct or unset it"};
}

/// What the variable names, else the program of this name beside our own, else in PATH.
Result<std::string> find_binary(const Environment& environment, std::string_view name,
                                std::string_view variable) {
  if (const auto given = environment.lookup(variable)) return given_binary(*given, variable);
  const std::string beside = beside_own_executable(name);
  if (!beside.empty() && is_executable(beside)) return beside;
  if (std::string found = in_search_path(environment.lookup("PATH").value_or(""), name); !found.empty())
    return found;
  std::string message = "cannot find ";
  message += name;
  message += ", expected it at " + (beside.empty() ? "PATH" : beside) +
             " or in PATH: install it there, or name it in ";
  message += variable;
  return Error{Errc::not_found, 0, std::move(message)};
}

}  // namespace

Result<std::string> find_daemon_binary(const Environment& environment) {
  return find_binary(environment, "governord", "GOVERNOR_DAEMON");
}

Result<std::string> find_gateway_binary(const Environment& environment) {
  return find_binary(environment, "governor-gateway", "GOVERNOR_GATEWAY");
}

}  // namespace governor::ipc
