#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace governor::ipc {

/// The environment variables and the effective uid, as a value, so that tests can inject others.
struct Environment {
  std::vector<std::string> entries;        ///< "NAME=value"; these come before the inherited ones
  const char* const* inherited = nullptr;  ///< null-terminated, not owned: a copy would cost the proxy pages
  uid_t effective_uid = 0;
  /// Where the system keeps the runtime directories of users, by uid, for those who were not told theirs.
  std::string_view user_runtime_root = "/run/user";

  /// The value, or nothing where the variable is not set or empty.
  std::optional<std::string_view> lookup(std::string_view name) const;

  /// Sets or replaces a variable.
  void set(std::string_view name, std::string_view value);
};

/// Refers to the process's own variables, which nothing here changes.
Environment process_environment();

/// What a daemon that outlives its starter may inherit: where things are and how to show time, never secrets.
std::vector<std::string> minimal_environment(const Environment& environment);

}  // namespace governor::ipc
