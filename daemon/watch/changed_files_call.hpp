#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/file_watch.hpp"
#include "daemon/files/backup_store.hpp"
#include "daemon/tools/tool.hpp"
#include "daemon/watch/git_activity.hpp"
#include "daemon/watch/watch_filter.hpp"

namespace governor::daemon {

/// What is to be looked at.
struct ChangedFiles {
  std::vector<std::string> files;
  std::vector<std::string> vanished;       ///< directories: what governor knows below them
  std::vector<core::WatchTarget> targets;  ///< all files of these
  core::FileChange::When when = core::FileChange::When::now;
  WatchFilter::IsOwn is_own{};
};

/// A call of the daemon's own: looks at files that may have changed, keeps what they hold now, and tells the
/// state, some files at a time. Those that are being written at that moment, or were written since it was
/// decided to look at them, go to `look_again`.
class ChangedFilesCall final : public ToolCall {
 public:
  using LookAgain = std::function<void(std::vector<std::string>)>;
  ChangedFilesCall(ChangedFiles what, LookAgain look_again);

  Step run(CallContext& context) override;

 private:
  struct Look {
    std::string path;
    core::FileVersionKey known = 0;  ///< what governor knew when it was decided to look
    std::string known_sha256;
    bool matters_if_ignored = false;
    bool is_left_out = false;  ///< by git
    bool is_new = false;
    bool by_git = false;
    core::FileState after;
  };

  void work(FileServices& files);
  void next_looks(const CallContext& context);
  void look_at(Look& look, FileServices& files);
  void take_down(CallContext& context, Look look);

  ChangedFiles what_;
  LookAgain look_again_;
  std::vector<std::string> known_;       ///< that there were, after a start
  std::vector<std::string> to_look_at_;  ///< in reverse
  std::vector<Look> looks_;              ///< of this round
  std::vector<BackupStore::Pin> pins_;   ///< until what they keep is taken down
  std::vector<std::string> busy_;
  std::size_t alerts_ = 0;
  std::size_t more_alerts_ = 0;
  std::string example_;
  bool found_all_ = false;
  std::optional<WatchFilter> filter_;
  std::optional<GitActivity> git_;
};

/// So that the call can go the way of tools.
const Tool& changed_files_request();

}  // namespace governor::daemon
