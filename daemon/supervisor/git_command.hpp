#pragma once

#include <chrono>
#include <string>
#include <system_error>
#include <vector>

#include "core/result.hpp"
#include "daemon/supervisor/tool_run.hpp"

namespace governor::daemon {

/// git in one directory: with a deadline, an environment of its own, and nobody who could be asked. The hooks
/// of the repository run as they do for people.
class GitCommand {
 public:
  static constexpr std::chrono::seconds kUsual{60};
  /// For what writes a whole working tree.
  static constexpr std::chrono::seconds kLong{600};

  GitCommand(std::string directory, std::vector<std::string> environment);

  /// What it has said, whatever its exit code is.
  [[nodiscard]] core::Result<ToolOutput> run(std::vector<std::string> arguments,
                                             std::chrono::seconds patience = kUsual) const;
  /// What it has printed, without the last line's end; an error for another exit code than 0.
  [[nodiscard]] core::Result<std::string> ask(std::vector<std::string> arguments,
                                              std::chrono::seconds patience = kUsual) const;
  /// The same with another index than the working tree's.
  [[nodiscard]] GitCommand with_index(const std::string& index) const;

 private:
  std::string directory_;
  std::vector<std::string> environment_;
};

/// A copy of a git index with the time of the original: git looks into a file that is as young as the index,
/// and would take one for unchanged that was written in the second in which the index was, if the copy were
/// younger (git's documentation, technical/racy-git).
std::error_code copy_git_index(const std::string& from, const std::string& to);

}  // namespace governor::daemon
