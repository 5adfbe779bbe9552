#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/file_watch.hpp"
#include "daemon/files/backup_store.hpp"
#include "daemon/files/line_change.hpp"
#include "daemon/tools/tool.hpp"
#include "daemon/watch/git_activity.hpp"
#include "daemon/watch/git_keeping.hpp"
#include "daemon/watch/watch_filter.hpp"

namespace governor::daemon {

/// What is to be looked at.
struct ChangedFiles {
  std::vector<std::string> files;
  std::vector<std::string> vanished;       ///< directories: what governor knows below them
  std::vector<core::WatchTarget> targets;  ///< all files of these
  core::FileChange::When when = core::FileChange::When::now;
  WatchFilter::IsOwn is_own{};
  /// Else a loss while a command runs is looked at twice: what is missing may have been moved, and git may be
  /// at work still.
  bool decides_at_once = false;
};

/// A call of the daemon's own: looks at files that may have changed, keeps what they hold now, and tells the
/// state, some files at a time. Those that are being written at that moment, or were written since it was
/// decided to look at them, go to `look_again`.
class ChangedFilesCall final : public ToolCall {
 public:
  using LookAgain = std::function<void(std::vector<std::string>)>;
  ChangedFilesCall(ChangedFiles what, LookAgain look_again);

  Step run(CallContext& context) override;
  /// How many files are still to be looked at.
  [[nodiscard]] std::size_t remaining() const { return to_look_at_.size() + looks_.size(); }

 private:
  struct Look {
    std::string path;
    core::FileVersionKey known = 0;  ///< what governor knew when it was decided to look
    core::FileState before;          ///< and what the file held then
    bool concerns_command = false;   ///< one may have changed it
    bool is_others_work = false;     ///< what it held was not written by whoever runs such a command
    bool matters_if_ignored = false;
    bool is_left_out = false;  ///< by git
    bool is_new = false;
    bool by_git = false;
    std::int64_t changed_us = 0;
    core::FileState after;
    std::optional<LineChange> lines;
    GitKeeping::Verdict git;
  };

  void work(FileServices& files);
  void next_looks(const CallContext& context);
  void look_at(Look& look, FileServices& files);
  static std::optional<LineChange> lines_of(const Look& look, std::string_view now, FileServices& files);
  void ask_git(Look& look);
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
  std::optional<GitKeeping> keeping_;
};

inline constexpr Operation kChangedFiles{"changed_files", Effect::idempotent};

}  // namespace governor::daemon
