#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/lease.hpp"
#include "core/result.hpp"
#include "daemon/shared/shared_settings.hpp"

namespace governor::daemon {

/// Knows which repositories are shared, and as which workspaces: by the name that the configuration gives, or
/// by the commit at which the repository's main line begins, which all its clones have. File threads: git is
/// asked once for each repository.
class SharedPlaces {
 public:
  SharedPlaces(SharedSettings settings, std::vector<std::string> git_environment)
      : settings_(std::move(settings)), git_environment_(std::move(git_environment)) {}

  /// Fills in `shared` of a path whose `in_repository` is known, if that is shared. An error where it should
  /// be and its workspace cannot be told: then nobody may be given it.
  std::optional<core::Error> share(core::LeasePath& path);

 private:
  using Clock = std::chrono::steady_clock;

  struct Known {
    core::Result<std::string> workspace = std::string();  ///< empty: it is not shared
    Clock::time_point since{};
  };

  [[nodiscard]] core::Result<std::string> find_workspace(const core::RepositoryPath& path) const;

  const SharedSettings settings_;
  const std::vector<std::string> git_environment_;
  std::mutex mutex_;
  std::map<std::string, Known> known_;  ///< by the repository's common directory
};

}  // namespace governor::daemon
