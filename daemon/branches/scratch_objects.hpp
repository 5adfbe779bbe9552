#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "daemon/branches/merge_prediction.hpp"
#include "daemon/supervisor/git_command.hpp"
#include "ipc/deadline.hpp"

namespace governor::daemon {

/// A repository of governor's own for one prediction, which has all objects of another one: what git makes is
/// written here and goes with it, and nothing that the other's configuration or attributes name is run
/// (filters, merge drivers, hooks), as that is for those to run who work there.
class ScratchObjects {
 public:
  /// `parent` is made if need be. `repository`: the common directory, in bytes of the system. `commit`: one
  /// of its commits, as its names show what kind of names it has.
  static core::Result<ScratchObjects> make(const std::string& parent, const std::string& repository,
                                           const std::string& commit);
  ScratchObjects(ScratchObjects&& other) noexcept;
  ScratchObjects& operator=(ScratchObjects&&) = delete;
  ~ScratchObjects();

  /// git in it, about the files in this directory.
  [[nodiscard]] GitCommand git(const std::string& directory, std::vector<std::string> environment) const;
  /// A commit of what the branch's working tree holds of the files that git knows; the branch's own if all of
  /// it is committed. The same work gives the same commit.
  [[nodiscard]] core::Result<std::string> commit_of_work(const LiveBranch& branch,
                                                         const std::vector<std::string>& environment,
                                                         ipc::Deadline deadline) const;

 private:
  ScratchObjects(std::string directory, std::string repository);
  [[nodiscard]] std::string git_directory() const { return directory_ + "/git"; }

  std::string directory_;
  std::string repository_;
};

}  // namespace governor::daemon
