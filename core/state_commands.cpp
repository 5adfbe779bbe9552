// What happens to files while agents run commands: whose doing it was, and who must hear of it.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/state.hpp"

namespace governor::core {
namespace {

std::string lines_text(const FileState& state) {
  if (!state.exists()) return "no file";
  return fmt::format("{} {} ({} bytes)", state.lines, state.lines == 1 ? "line" : "lines", state.bytes);
}

std::uint32_t difference(std::uint64_t more, std::uint64_t less) {
  return more > less ? static_cast<std::uint32_t>(more - less) : 0;
}

ChangedByCommand changed_file(const FileChange& change, const FileState& before, const FileState& after) {
  ChangedByCommand file;
  file.change.path = change.path;
  file.change.lines_added = change.lines_added.value_or(difference(after.lines, before.lines));
  file.change.lines_removed = change.lines_removed.value_or(difference(before.lines, after.lines));
  file.change.created = after.exists() && !before.exists() && change.is_new;
  file.change.deleted = !after.exists();
  file.sha256 = after.sha256;
  return file;
}

}  // namespace

void State::set_project(const Caller& caller, std::string root, std::int64_t now_us, Changes& changes) {
  if (find_session(caller.session) == nullptr) return;
  const std::string shown = root;
  if (commands_.set_project(caller.session, std::move(root)) && !shown.empty())
    audit(caller, "watch_began", 0, shown + ", while its session lasts", now_us, changes);
}

std::string State::runner_text(const RunningCommand& command) const {
  const auto found = sessions_.find(command.session);
  LeaseHolder holder;
  holder.session = command.session;
  holder.agent_id = command.agent_id;
  holder.worker = command.worker;
  if (found != sessions_.end()) {
    holder.client = found->second.client_name;
    holder.pid = found->second.process.pid;
  }
  return holder_text(holder);
}

std::string State::others_than(const RunningCommand& command,
                               const std::vector<RunningCommand*>& commands) const {
  std::string names;
  for (const RunningCommand* one : commands) {
    if (one->is_of_same_actor(command)) continue;
    const std::string name = runner_text(*one);
    if (names.find(name) == std::string::npos) names += (names.empty() ? "" : ", ") + name;
  }
  return names;
}

bool State::loses_content(const FileChange& change, const FileState& before, const FileState& after,
                          const std::vector<RunningCommand*>& commands) const {
  if (!shrinks_badly(before, after) || change.is_kept_by_git) return false;
  if (after.exists()) return true;
  return std::none_of(commands.begin(), commands.end(),
                      [&](const RunningCommand* command) { return command->has_moved(change.path, before); });
}

bool State::record_command_change(const FileChange& change, FileWrite write, const FileStanding& standing,
                                  const std::vector<RunningCommand*>& commands, std::int64_t now_us,
                                  Changes& changes) {
  RunningCommand& first = *commands.front();
  const std::string others = others_than(first, commands);
  const bool is_certain = others.empty();
  const FileState before = write.before;
  const FileState after = write.after;
  const FileVersion* known = newest_version(change.path);
  const FileVersionKey backup = known != nullptr && before.stored_bytes != 0 ? known->key : 0;

  CommandFinding finding;
  finding.path = change.path;
  finding.before = before;
  finding.is_known = known != nullptr || change.is_new;
  finding.after = after;
  finding.backup = backup;
  const bool is_its_own =
      is_certain && standing.leased != nullptr && standing.leased->claim.holder.session == first.session;
  if (standing.leased != nullptr && !is_its_own) {
    finding.held = fmt::format("{} holds lease {} on it", holder_text(standing.leased->claim.holder),
                               standing.leased->key);
  }
  const LeasePath file{PathPattern::literal(change.path)};
  finding.is_protected =
      protection_against(file, is_certain ? first.agent_id : std::string(), now_us) != nullptr;
  const bool is_forbidden = !finding.held.empty() || finding.is_protected;

  write.kind = is_certain && !is_forbidden ? FileVersionKind::reported : FileVersionKind::unasked;
  write.with_git = change.by_git;
  write.by_command = true;
  if (is_certain && find_agent(first.agent_id) != nullptr) write.agent_id = first.agent_id;
  write.note = fmt::format("{} of {}", first.tool, is_certain ? runner_text(first) : "one of several agents");
  record_write(is_certain ? Caller{first.session, 0, first.worker} : Caller{}, std::move(write), now_us,
               changes);

  finding.uncommitted = change.uncommitted;
  for (RunningCommand* command : commands) {
    for (const std::string& moved : command->note_content(change.path, after))
      resolve_alert(file_changed_cause(moved), now_us, changes);
  }
  const bool loses = change.uncommitted > 0 || loses_content(change, before, after, commands);
  if (is_certain) first.note(changed_file(change, before, after));
  const bool must_be_told = is_forbidden || loses;
  // Of a project that a person has watched, every change without a lease is told.
  if (!must_be_told && (!standing.is_below_root || change.by_git)) return false;
  for (RunningCommand* command : commands) {
    if (!must_be_told) break;
    finding.others = others_than(*command, commands);
    command->note(finding);
  }
  if (Agent* agent = is_certain && must_be_told ? find_agent(first.agent_id) : nullptr)
    note_harm(*agent, first, finding, now_us, changes);
  tell_command_change(change, finding, is_certain ? &first : nullptr,
                      is_certain ? runner_text(first) : runner_text(first) + " or " + others, now_us,
                      changes);
  return true;
}

void State::note_harm(Agent& agent, const RunningCommand& command, const CommandFinding& finding,
                      std::int64_t now_us, Changes& changes) {
  const char* rule = "destroyed_content";
  if (!finding.held.empty()) {
    rule = "changed_leased_file";
  } else if (finding.is_protected) {
    rule = "changed_protected_file";
  }
  append_evidence({command.session, 0, command.worker}, agent,
                  {RiskyAction{rule, Severity::high, command.tool}, Provenance::derived}, 0, now_us, changes);
}

void State::tell_command_change(const FileChange& change, const CommandFinding& finding,
                                const RunningCommand* command, const std::string& who, std::int64_t now_us,
                                Changes& changes) {
  const bool is_gone = !finding.after.exists();
  AlertInput alert;
  alert.cause = file_changed_cause(change.path);
  alert.kind = AlertKind::file_changed;
  alert.severity = shrinks_badly(finding.before, finding.after) || is_gone ? AlertSeverity::critical
                                                                           : AlertSeverity::warning;
  if (command != nullptr) alert.agent_id = command->agent_id;
  std::string why;
  if (!finding.held.empty()) {
    why = ", while " + finding.held;
  } else if (finding.is_protected) {
    why = ", although it is protected";
  } else if (finding.uncommitted > 0) {
    why = fmt::format(", which took away {} lines that nobody had committed", finding.uncommitted);
  }
  alert.message = fmt::format("{} was {} by a command of {}{}: from {} to {}.", change.path,
                              is_gone ? "deleted" : "changed", who, why,
                              finding.is_known ? lines_text(finding.before) : "what nobody has looked at",
                              lines_text(finding.after));
  if (finding.backup != 0) {
    alert.message += fmt::format(" {} brings it back.", restore_command(change.path, finding.backup));
  } else if (finding.before.exists()) {
    alert.message += " No backup of what was there could be kept.";
  }
  const Caller caller = command != nullptr ? Caller{command->session, 0, command->worker} : Caller{};
  const Agent* agent = alert.agent_id.empty() ? nullptr : find_agent(alert.agent_id);
  audit(caller, "file_changed", agent != nullptr ? agent->profile.key : 0, alert.message, now_us, changes);
  if (!change.raise_alert) return;
  // The newest change is what a person must know of; an older one of this file is part of it.
  resolve_alert(alert.cause, now_us, changes);
  alerts_.erase(alert.cause);
  raise_alert(std::move(alert), now_us, changes);
}

}  // namespace governor::core
