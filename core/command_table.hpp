#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/evidence.hpp"
#include "core/file_version.hpp"
#include "core/keys.hpp"

namespace governor::core {

/// What happened to a file while a command ran, and must be told to whoever ran it.
struct CommandFinding {
  std::string path;
  FileState before;
  bool is_known = true;  ///< false: nobody knows what it held before
  FileState after;
  FileVersionKey backup = 0;  ///< of what was there before; 0: there is none
  std::string held;           ///< by whom, with which lease; empty: by nobody else
  bool is_protected = false;
  std::uint32_t uncommitted = 0;  ///< lines of others that are gone and in no commit
  bool is_elsewhere = false;      ///< outside of the command's project, which anybody may have changed
  std::string others;             ///< who else may have done it; empty: nobody
};

/// A file that a command has changed, and what it holds since.
struct ChangedByCommand {
  FileChanged change;
  std::string sha256;  ///< empty: it is gone
};

/// A command that an agent runs in a project, from when it began until its tool has said that it is over.
struct RunningCommand {
  static constexpr std::size_t kMaxFindings = 8;
  static constexpr std::size_t kMaxChanged = 60;
  static constexpr std::size_t kMaxContents = 20'000;

  SessionKey session = 0;
  std::string tool_session;          ///< the tool's own: it stays when its client connects meanwhile
  std::string worker;                ///< see LeaseHolder
  std::string agent_id;              ///< empty: the session itself
  std::string use;                   ///< the tool's own id of this call; empty: it did not say
  std::string tool;                  ///< such as Bash
  std::string root;                  ///< the project's directory; empty: it is not watched
  std::vector<std::string> named{};  ///< files that stand in it: looked at wherever they are
  std::int64_t began_us = 0;
  std::int64_t left_us = 0;  ///< when its session ended without saying that it was over; 0: it has not
  std::vector<ChangedByCommand> changed{};  ///< for certain
  std::vector<CommandFinding> findings{};
  std::size_t more_findings = 0;                   ///< that are not among them
  std::map<std::string, std::int64_t> doubtful{};  ///< files that seem lost, and since when
  std::map<std::string, std::string> contents{};   ///< that files got since it began: the file by the SHA-256

  void note(CommandFinding finding);
  void note(ChangedByCommand file);
  /// A file holds this now. Returns the files of findings that are none any more: they were moved, not lost.
  std::vector<std::string> note_content(const std::string& path, const FileState& state);
  /// Whether another file got this content since the command began.
  [[nodiscard]] bool has_moved(const std::string& path, const FileState& before) const;
  /// Whether it could be told if it changed this file.
  [[nodiscard]] bool covers(const std::string& path) const;
  [[nodiscard]] bool is_of_same_actor(const RunningCommand& other) const {
    return tool_session == other.tool_session && worker == other.worker;
  }
};

/// The projects that sessions work in, and the commands that run there. Nothing of it is stored: each hook
/// says it again.
class CommandTable {
 public:
  /// The oldest goes when there are more.
  static constexpr std::size_t kMaxCommands = 256;
  /// One whose end nobody has told for so long is over.
  static constexpr std::int64_t kLongestUs = 3'600'000'000;
  /// The clock of files is behind by as much.
  static constexpr std::int64_t kSlackUs = 20'000;
  /// The system tells of a change a little later, when the session may have ended.
  static constexpr std::int64_t kLateUs = 5'000'000;
  static constexpr std::int64_t kMoveUs = 400'000;
  static constexpr std::int64_t kGitUs = 60'000'000;

  void begin(RunningCommand command);
  /// Null: it is not known, or was ended before. Valid until the next change of the table.
  [[nodiscard]] const RunningCommand* find(const std::string& tool_session, const std::string& worker,
                                           const std::string& use) const;
  /// It is over for its tool, and what it did is looked at until then. Returns what is known of it so far.
  std::optional<RunningCommand> leave(const std::string& tool_session, const std::string& worker,
                                      const std::string& use, std::int64_t until_us);
  std::optional<RunningCommand> end(const std::string& tool_session, const std::string& worker,
                                    const std::string& use);
  [[nodiscard]] bool is_running(SessionKey session) const;
  [[nodiscard]] bool runs_for(const std::string& agent_id) const;
  /// Those in whose project the file lies and that ran at `changed_us`; 0: it is not known when it changed.
  /// Valid until the next change of the table.
  std::vector<RunningCommand*> during(const std::string& path, std::int64_t changed_us, std::int64_t now_us);

  /// Whether the loss of a file is to be looked at again a little later. Not for long: a minute while git is
  /// at work, else for as long as a move takes.
  bool shall_wait(const std::string& path, bool git_is_at_work, std::int64_t now_us);
  /// All that ran at `changed_us`, wherever.
  std::vector<RunningCommand*> running_at(std::int64_t changed_us, std::int64_t now_us);

  /// Returns whether it was another before. Empty: none that could be watched.
  bool set_project(SessionKey session, std::string root);
  /// Null: nobody has said.
  [[nodiscard]] const std::string* project_of(SessionKey session) const;
  [[nodiscard]] const std::map<SessionKey, std::string>& projects() const { return projects_; }
  /// Grows whenever a project comes or goes.
  [[nodiscard]] std::uint64_t projects_version() const { return projects_version_; }

  void end_session(SessionKey session, std::int64_t now_us);

 private:
  std::deque<RunningCommand> commands_;  ///< oldest first
  std::map<SessionKey, std::string> projects_;
  std::uint64_t projects_version_ = 0;
};

}  // namespace governor::core
