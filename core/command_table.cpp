#include "core/command_table.hpp"

#include <algorithm>
#include <utility>

#include "core/file_watch.hpp"

namespace governor::core {
namespace {

bool lies_in(const std::string& path, const std::string& root) {
  return !root.empty() && path.size() > root.size() && path.starts_with(root) && path[root.size()] == '/';
}

}  // namespace

void RunningCommand::note(CommandFinding finding) {
  // One file may be seen several times: what it was at first is what can be lost.
  const auto known = std::find_if(findings.begin(), findings.end(),
                                  [&](const CommandFinding& one) { return one.path == finding.path; });
  if (known != findings.end()) {
    known->after = std::move(finding.after);
  } else if (findings.size() < kMaxFindings) {
    findings.push_back(std::move(finding));
  } else {
    ++more_findings;
  }
}

void RunningCommand::note(ChangedByCommand file) {
  const auto known = std::find_if(changed.begin(), changed.end(), [&](const ChangedByCommand& one) {
    return one.change.path == file.change.path;
  });
  if (known == changed.end()) {
    if (changed.size() < kMaxChanged) changed.push_back(std::move(file));
    return;
  }
  known->change.lines_added += file.change.lines_added;
  known->change.lines_removed += file.change.lines_removed;
  known->change.deleted = file.change.deleted;
  known->sha256 = std::move(file.sha256);
}

std::vector<std::string> RunningCommand::note_content(const std::string& path, const FileState& state) {
  std::vector<std::string> moved;
  // What is short enough to go unnoticed need not be found again.
  if (!can_be_lost(state)) return moved;
  if (contents.size() < kMaxContents || contents.contains(state.sha256)) contents[state.sha256] = path;
  std::erase_if(findings, [&](const CommandFinding& finding) {
    const bool is_moved = finding.path != path && !finding.after.exists() && finding.held.empty() &&
                          !finding.is_protected && finding.before.sha256 == state.sha256;
    if (is_moved) moved.push_back(finding.path);
    return is_moved;
  });
  return moved;
}

bool RunningCommand::has_moved(const std::string& path, const FileState& before) const {
  const auto found = contents.find(before.sha256);
  return found != contents.end() && found->second != path;
}

bool RunningCommand::covers(const std::string& path) const {
  return lies_in(path, root) || std::find(named.begin(), named.end(), path) != named.end();
}

void CommandTable::begin(RunningCommand command) {
  (void)end(command.tool_session, command.worker, command.use);
  std::erase_if(commands_, [&](const RunningCommand& one) {
    return one.left_us != 0 && command.began_us - one.left_us > kLateUs;
  });
  if (commands_.size() >= kMaxCommands) commands_.pop_front();
  commands_.push_back(std::move(command));
}

const RunningCommand* CommandTable::find(const std::string& tool_session, const std::string& worker,
                                         const std::string& use) const {
  const auto found = std::find_if(commands_.begin(), commands_.end(), [&](const RunningCommand& one) {
    return one.tool_session == tool_session && one.worker == worker && one.use == use;
  });
  return found == commands_.end() ? nullptr : &*found;
}

std::optional<RunningCommand> CommandTable::end(const std::string& tool_session, const std::string& worker,
                                                const std::string& use) {
  const RunningCommand* known = find(tool_session, worker, use);
  const auto found = std::find_if(commands_.begin(), commands_.end(),
                                  [&](const RunningCommand& one) { return &one == known; });
  if (found == commands_.end()) return std::nullopt;
  std::optional<RunningCommand> ended(std::move(*found));
  commands_.erase(found);
  return ended;
}

std::optional<RunningCommand> CommandTable::leave(const std::string& tool_session, const std::string& worker,
                                                  const std::string& use, std::int64_t until_us) {
  std::optional<RunningCommand> left = end(tool_session, worker, use);
  if (!left) return left;
  left->left_us = until_us - kLateUs;
  commands_.push_back(*left);
  return left;
}

bool CommandTable::shall_wait(const std::string& path, bool git_is_at_work, std::int64_t now_us) {
  const auto commands = during(path, 0, now_us);
  if (commands.empty() || commands.front()->doubtful.size() >= RunningCommand::kMaxContents) return false;
  const auto [since, is_new] = commands.front()->doubtful.try_emplace(path, now_us);
  return now_us - since->second < (git_is_at_work ? kGitUs : kMoveUs);
}

bool CommandTable::runs_for(const std::string& agent_id) const {
  return std::any_of(commands_.begin(), commands_.end(),
                     [&](const RunningCommand& command) { return command.agent_id == agent_id; });
}

bool CommandTable::is_running(SessionKey session) const {
  return std::any_of(commands_.begin(), commands_.end(),
                     [&](const RunningCommand& one) { return one.session == session && one.left_us == 0; });
}

std::vector<RunningCommand*> CommandTable::running_at(std::int64_t changed_us, std::int64_t now_us) {
  std::vector<RunningCommand*> found;
  for (RunningCommand& command : commands_) {
    const bool is_over = now_us - command.began_us > kLongestUs ||
                         (command.left_us != 0 && now_us - command.left_us > kLateUs);
    const bool began_before = changed_us == 0 || changed_us + kSlackUs >= command.began_us;
    const bool left_before = command.left_us != 0 && changed_us > command.left_us + kSlackUs;
    if (!is_over && began_before && !left_before) found.push_back(&command);
  }
  return found;
}

std::vector<RunningCommand*> CommandTable::during(const std::string& path, std::int64_t changed_us,
                                                  std::int64_t now_us) {
  std::vector<RunningCommand*> found = running_at(changed_us, now_us);
  std::erase_if(found, [&](const RunningCommand* command) { return !command->covers(path); });
  return found;
}

bool CommandTable::set_project(SessionKey session, std::string root) {
  const auto known = projects_.find(session);
  if (known != projects_.end() && known->second == root) return false;
  projects_[session] = std::move(root);
  ++projects_version_;
  return true;
}

const std::string* CommandTable::project_of(SessionKey session) const {
  const auto found = projects_.find(session);
  return found == projects_.end() ? nullptr : &found->second;
}

void CommandTable::end_session(SessionKey session, std::int64_t now_us) {
  for (RunningCommand& command : commands_)
    if (command.session == session) command.left_us = now_us;
  if (projects_.erase(session) > 0) ++projects_version_;
}

}  // namespace governor::core
