#include "ipc/paths.hpp"

#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>

namespace governor::ipc {
namespace {

Error relative_path(std::string_view variable, std::string_view value) {
  return Error{Errc::invalid_path, 0,
               std::string(variable) + " is \"" + std::string(value) +
                   "\", expected an absolute path: give one that begins with /"};
}

std::string without_extra_slashes(std::string_view path) {
  std::string clean;
  for (char c : path) {
    if (c != '/' || clean.empty() || clean.back() != '/') clean += c;
  }
  if (clean.size() > 1 && clean.back() == '/') clean.pop_back();
  return clean;
}

/// The XDG specification says that relative values are to be ignored.
std::optional<std::string> xdg_directory(const Environment& environment, std::string_view variable) {
  auto value = environment.lookup(variable);
  if (!value || !value->starts_with('/')) return std::nullopt;
  return without_extra_slashes(*value);
}

Result<std::string> home_directory(const Environment& environment, std::string_view override_variable) {
  auto home = environment.lookup("HOME");
  if (home && home->starts_with('/')) return without_extra_slashes(*home);
  return Error{Errc::invalid_path, 0,
               "HOME is not set to an absolute path: set it, or set " + std::string(override_variable)};
}

#ifdef __APPLE__
std::string default_runtime_dir(const Environment& environment) {
  char buffer[PATH_MAX];
  const std::size_t length = ::confstr(_CS_DARWIN_USER_TEMP_DIR, buffer, sizeof buffer);
  if (length > 1 && length <= sizeof buffer) return without_extra_slashes(std::string(buffer) + "/governor");
  return "/tmp/governor-" + std::to_string(environment.effective_uid);
}

Result<std::string> default_state_dir(const Environment& environment) {
  auto home = home_directory(environment, "GOVERNOR_STATE_DIR");
  if (!home) return home.error();
  return *home + "/Library/Application Support/governor";
}

Result<std::string> default_config_file(const Environment& environment) {
  auto home = home_directory(environment, "GOVERNOR_CONFIG");
  if (!home) return home.error();
  return *home + "/Library/Application Support/governor/config.json";
}
#else
bool is_private_directory(const std::string& path, uid_t owner) {
  struct stat info;
  return ::lstat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode) && info.st_uid == owner &&
         (info.st_mode & 077U) == 0;
}

std::string default_runtime_dir(const Environment& environment) {
  if (auto directory = xdg_directory(environment, "XDG_RUNTIME_DIR")) return *directory + "/governor";
  const std::string usual =
      std::string(environment.user_runtime_root) + "/" + std::to_string(environment.effective_uid);
  if (is_private_directory(usual, environment.effective_uid)) return usual + "/governor";
  return "/tmp/governor-" + std::to_string(environment.effective_uid);
}

Result<std::string> default_state_dir(const Environment& environment) {
  if (auto directory = xdg_directory(environment, "XDG_STATE_HOME")) return *directory + "/governor";
  auto home = home_directory(environment, "GOVERNOR_STATE_DIR");
  if (!home) return home.error();
  return *home + "/.local/state/governor";
}

Result<std::string> default_config_file(const Environment& environment) {
  if (auto directory = xdg_directory(environment, "XDG_CONFIG_HOME"))
    return *directory + "/governor/config.json";
  auto home = home_directory(environment, "GOVERNOR_CONFIG");
  if (!home) return home.error();
  return *home + "/.config/governor/config.json";
}
#endif

/// The override, or what `fallback` says.
template <class Fallback>
Result<std::string> choose(const Environment& environment, std::string_view variable, Fallback fallback) {
  if (auto value = environment.lookup(variable)) {
    if (!value->starts_with('/')) return relative_path(variable, *value);
    return without_extra_slashes(*value);
  }
  return fallback(environment);
}

std::string hex_hash(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325U;  // FNV-1a: stable across builds, which std::hash is not
  for (unsigned char c : text) hash = (hash ^ c) * 0x100000001b3U;
  std::string hex(16, '0');
  for (std::size_t i = 0; i < hex.size(); ++i) hex[15 - i] = "0123456789abcdef"[(hash >> (4 * i)) & 15U];
  return hex;
}

std::string socket_directory(const std::string& runtime_dir, uid_t effective_uid) {
  if (runtime_dir.size() + std::string_view("/governor.sock").size() <= kMaxSocketPath) return runtime_dir;
  return "/tmp/governor-" + std::to_string(effective_uid) + "-" + hex_hash(runtime_dir);
}

void set_runtime_dir(Paths& paths, std::string runtime_dir, uid_t effective_uid) {
  paths.socket_dir = socket_directory(runtime_dir, effective_uid);
  paths.socket = paths.socket_dir + "/governor.sock";
  paths.daemon_lock = runtime_dir + "/daemon.lock";
  paths.spawn_lock = runtime_dir + "/spawn.lock";
  paths.runtime_dir = std::move(runtime_dir);
}

}  // namespace

Result<Paths> resolve_paths(const Environment& environment) {
  auto runtime = choose(environment, "GOVERNOR_RUNTIME_DIR",
                        [](const Environment& e) -> Result<std::string> { return default_runtime_dir(e); });
  if (!runtime) return runtime.error();
  auto state = choose(environment, "GOVERNOR_STATE_DIR", default_state_dir);
  if (!state) return state.error();
  auto config = choose(environment, "GOVERNOR_CONFIG", default_config_file);
  if (!config) return config.error();

  Paths paths;
  set_runtime_dir(paths, std::move(*runtime), environment.effective_uid);
  paths.state_dir = std::move(*state);
  paths.config_file = std::move(*config);
  return paths;
}

Paths refuge_paths(const Paths& paths, uid_t effective_uid) {
  Paths refuge = paths;
  set_runtime_dir(refuge, "/tmp/governor-" + std::to_string(effective_uid) + "-" + hex_hash(paths.state_dir),
                  effective_uid);
  return refuge;
}

}  // namespace governor::ipc
