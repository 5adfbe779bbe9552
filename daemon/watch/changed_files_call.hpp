#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/file_watch.hpp"
#include "core/path_pattern.hpp"
#include "daemon/files/backup_store.hpp"
#include "daemon/tools/tool.hpp"

namespace governor::daemon {

/// What is to be looked at.
struct ChangedFiles {
  std::vector<std::string> files;
  std::vector<std::string> vanished;        ///< directories: what governor knows below them
  std::vector<core::PathPattern> patterns;  ///< all files that these match
  core::FileChange::When when = core::FileChange::When::now;
};

/// A call of the daemon's own: looks at files that may have changed, keeps what they hold now, and tells the
/// state, some files at a time. Those that are being written at that moment, or were written since it was
/// decided to look at them, go to `look_again`.
class ChangedFilesCall final : public ToolCall {
 public:
  using LookAgain = std::function<void(std::vector<std::string>)>;
  ChangedFilesCall(ChangedFiles what, LookAgain look_again);

  core::Result<std::string> run(CallContext& context) override;
  void work(FileServices& files) override;

 private:
  struct Look {
    std::string path;
    core::FileVersionKey known = 0;  ///< what governor knew when it was decided to look
    std::string known_sha256;
    core::FileState after;
  };

  void take_down(CallContext& context, Look look);
  void next_looks(const core::State& state);

  ChangedFiles what_;
  LookAgain look_again_;
  std::vector<std::string> to_look_at_;  ///< in reverse
  std::vector<Look> looks_;              ///< of this round
  std::vector<BackupStore::Pin> pins_;   ///< until what they keep is taken down
  std::vector<std::string> busy_;
  std::size_t alerts_ = 0;
  std::size_t more_alerts_ = 0;
  std::string example_;
  bool found_all_ = false;
};

/// So that the call can go the way of tools.
const Tool& changed_files_request();

}  // namespace governor::daemon
