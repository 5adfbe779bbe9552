#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace governor::daemon {

/// A repository that is shared with other machines.
struct SharedPlace {
  std::string top{};   ///< a directory in it, absolute
  std::string name{};  ///< by which all know it; empty: by its first commit
};

/// What a person has configured about workspaces that several machines share.
struct SharedSettings {
  std::string database{};             ///< `postgresql://…`; empty: nothing is shared
  bool all = false;                   ///< every git repository is shared
  std::vector<SharedPlace> places{};  ///< these are
  /// Agents and alerts of this daemon are told to whoever looks at all machines.
  bool fleet = false;
  /// What their user, and operators, order from other machines is done.
  bool orders = false;
  /// Lists of tasks that are in the database, see core::list_of.
  std::vector<std::string> task_lists{};
  /// After so long without a word from this daemon others may take what it holds.
  std::chrono::seconds membership{15};

  /// Whether there is anything for which the database is needed.
  [[nodiscard]] bool connects() const { return shares() || fleet || orders || !task_lists.empty(); }
  /// Whether there are shared workspaces.
  [[nodiscard]] bool shares() const { return !database.empty() && (all || !places.empty()); }
};

}  // namespace governor::daemon
