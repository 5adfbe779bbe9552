// Files that changed without governor: whose right it was, and who must hear of it.
#include <fmt/format.h>

#include <algorithm>

#include "core/state.hpp"

namespace governor::core {
namespace {

/// The system tells of a change a little later, when a lease may have been released already.
constexpr std::int64_t kLateUs = 2'000'000;

std::string size_of(const FileState& state) {
  if (!state.exists()) return "no file";
  return fmt::format("{} {} ({} bytes)", state.lines, state.lines == 1 ? "line" : "lines", state.bytes);
}

/// Whether the pattern hangs from the root, as `/**/.env` does: all there is would have to be looked through
/// for it. What it protects is seen where something else is watched.
bool is_meant_everywhere(const PathPattern& pattern) {
  return !pattern.is_literal() && pattern.text().find_first_of("*?") < pattern.text().find('/', 1);
}

bool is_holder(const LeaseHolder& holder, const RunningCommand& command) {
  return command.session == holder.session && command.worker == holder.worker;
}

bool allows_direct_write(const Lease& lease, const LeaseClaim& write) {
  return lease.direct && lease.claim.mode == LeaseMode::exclusive && lease.claim.covers(write);
}

}  // namespace

std::vector<WatchTarget> State::watch_targets() const {
  std::vector<WatchTarget> targets;
  const auto add = [&](const LeasePath& path) {
    if (is_meant_everywhere(path.pattern)) return;
    targets.push_back(
        {path.pattern.is_literal() ? PathPattern::literal(path.text()) : PathPattern::glob(path.text())});
  };
  for (const auto& [key, lease] : leases_.open()) {
    for (const LeasePath& path : lease.claim.paths) add(path);
  }
  for (const Protection& protection : protections_) add(protection.path);
  for (const auto& [session, root] : commands_.projects()) {
    if (!root.empty()) targets.push_back({PathPattern::glob(root + "/**"), true});
  }
  for (const WatchRoot& root : watch_roots_)
    targets.push_back({PathPattern::glob(root.path + "/**"), !root.with_ignored});
  std::sort(targets.begin(), targets.end(),
            [](const WatchTarget& a, const WatchTarget& b) { return a.key() < b.key(); });
  targets.erase(std::unique(targets.begin(), targets.end()), targets.end());
  return targets;
}

FileStanding State::standing_of(const std::string& path, std::int64_t now_us, std::int64_t changed_us) const {
  FileStanding standing;
  const LeasePath file{PathPattern::literal(path)};
  const LeaseClaim write{{}, LeaseMode::exclusive, {file}};
  const auto look_at = [&](const Lease& lease) {
    if (!lease.claim.conflicts_with(write)) return;
    if (allows_direct_write(lease, write)) {
      standing.writer = &lease;
    } else if (standing.leased == nullptr) {
      standing.leased = &lease;
    }
  };
  for (const auto& [key, lease] : leases_.open()) {
    look_at(lease);
    const bool is_writing =
        leases_.is_pinned(key) || (awaited_reports_.contains(key) && lease.expires_us > now_us);
    standing.is_being_written =
        standing.is_being_written || (is_writing && lease.claim.conflicts_with(write));
  }
  standing.is_being_written = standing.is_being_written || is_changing(path);
  for (const Lease& lease : leases_.ended()) {
    if (changed_us > lease.ended_us + CommandTable::kSlackUs) continue;
    if (standing.writer == nullptr && now_us - lease.ended_us < kLateUs && allows_direct_write(lease, write))
      standing.writer = &lease;
  }
  const auto protection = std::find_if(protections_.begin(), protections_.end(),
                                       [&](const Protection& one) { return one.path.conflicts_with(file); });
  if (protection != protections_.end()) standing.protection = &*protection;
  standing.matters_if_ignored =
      standing.writer != nullptr || standing.leased != nullptr || standing.protection != nullptr;
  for (const WatchRoot& root : watch_roots_) {
    if (!PathPattern::glob(root.path + "/**").matches(path)) continue;
    standing.is_below_root = true;
    standing.matters_if_ignored = standing.matters_if_ignored || root.with_ignored;
  }
  return standing;
}

bool State::record_change(FileChange change, std::int64_t now_us, Changes& changes) {
  const FileVersion* known = newest_version(change.path);
  const bool is_known = known != nullptr;
  const FileState before = is_known ? known->state : FileState{};
  const FileVersionKey before_key = is_known ? known->key : 0;
  if (is_known ? before.sha256 == change.after.sha256 : !change.after.exists()) return false;
  if (end_interrupted(change.path, change.after, now_us, changes)) return false;
  FileStanding standing = standing_of(change.path, now_us, change.changed_us);
  FileWrite write;
  write.path = change.path;
  write.before = before;
  write.after = std::move(change.after);
  const FileState after = write.after;

  const bool was_away = change.when == FileChange::When::after_start;
  const auto commands =
      was_away ? std::vector<RunningCommand*>() : commands_.during(change.path, change.changed_us, now_us);
  // What is gone has no time; a command that began after the lease is nearer than a lease that is over.
  if (standing.writer != nullptr && standing.writer->ended_us != 0 && change.changed_us == 0 &&
      std::any_of(commands.begin(), commands.end(), [&](const RunningCommand* command) {
        return command->began_us >= standing.writer->ended_us;
      }))
    standing.writer = nullptr;
  // A first look at what governor remembers from earlier comes too late when a command was faster.
  const bool is_first_look = change.when == FileChange::When::first_look && (commands.empty() || !is_known);
  const bool matters = standing.leased != nullptr || standing.protection != nullptr;
  // A person who checks something out changes many files, and knows it: the audit log has them.
  const bool is_checkout = change.by_git && !matters && standing.writer == nullptr;
  if (!is_first_look && !commands.empty() && standing.writer == nullptr) {
    return record_command_change(change, std::move(write), standing, commands, now_us, changes);
  }
  if (is_first_look || (was_away && !(is_known && matters)) ||
      (standing.writer == nullptr && !matters && !standing.is_below_root)) {
    write.kind = FileVersionKind::seen;
    record_write({}, std::move(write), now_us, changes);
    return false;
  }
  const bool shrinks = loses_content(change, before, after, commands);
  CommandFinding finding;
  finding.path = change.path;
  finding.before = before;
  finding.is_known = is_known;
  finding.after = after;
  finding.backup = before.stored_bytes != 0 ? before_key : 0;
  std::string who;  // empty: nobody who may
  if (standing.writer != nullptr) {
    const LeaseHolder& holder = standing.writer->claim.holder;
    std::string suspects;
    for (const RunningCommand* command : commands) {
      if (is_holder(holder, *command)) continue;
      const std::string name = runner_text(*command);
      if (suspects.find(name) == std::string::npos) suspects += " or a command of " + name;
    }
    write.kind = FileVersionKind::reported;
    write.lease = standing.writer->key;
    who = holder_text(holder) + suspects;
    if (suspects.empty()) {
      if (find_agent(holder.agent_id) != nullptr) write.agent_id = holder.agent_id;
    } else {
      write.note = "by " + who;
    }
    record_write(suspects.empty() ? Caller{holder.session, 0} : Caller{}, std::move(write), now_us, changes);
    for (RunningCommand* command : commands) (void)command->note_content(change.path, after);
    if (!shrinks) return false;
    finding.held = fmt::format("{} holds lease {} on it", holder_text(holder), standing.writer->key);
    finding.others = holder_text(holder);
    for (RunningCommand* command : commands) {
      if (!is_holder(holder, *command)) command->note(finding);
    }
  } else {
    write.kind = FileVersionKind::unasked;
    record_write({}, std::move(write), now_us, changes);
    // Outside of its project a command may have done it as well as anybody.
    finding.is_elsewhere = true;
    const auto running =
        was_away ? std::vector<RunningCommand*>() : commands_.running_at(change.changed_us, now_us);
    for (RunningCommand* command : running) {
      finding.is_protected = protection_against(LeasePath{PathPattern::literal(change.path)},
                                                command->agent_id, now_us) != nullptr;
      if (finding.is_protected) command->note(finding);
    }
  }
  std::string why;
  if (standing.leased != nullptr) {
    why = fmt::format(", while {} holds lease {} on it", holder_text(standing.leased->claim.holder),
                      standing.leased->key);
  } else if (standing.protection != nullptr) {
    why = ", although it is protected";
  }
  AlertInput alert;
  alert.cause = file_changed_cause(change.path);
  alert.kind = AlertKind::file_changed;
  alert.severity = shrinks || !after.exists() ? AlertSeverity::critical : AlertSeverity::warning;
  const std::string how = fmt::format("{}{}{}", why, change.by_git ? ", by git" : "",
                                      was_away ? ", while governor did not run" : "");
  const auto told = [&](std::string_view done) {
    return who.empty() ? fmt::format("{} was {} without a lease", change.path, done)
                       : fmt::format("{} {} {}", who, done, change.path);
  };
  if (after.exists() && (is_known ? !before.exists() : change.is_new)) {
    alert.message = fmt::format("{}{}: {}.", told("created"), how, size_of(after));
  } else if (is_known) {
    alert.message =
        fmt::format("{}{}: from {} to {}.", told("changed"), how, size_of(before), size_of(after));
  } else {
    alert.message =
        fmt::format("{}{}: previous content unknown, now {}.", told("changed"), how, size_of(after));
  }
  if (is_known && before.exists()) {
    alert.message += before.stored_bytes != 0
                         ? fmt::format(" {} brings it back.", restore_command(change.path, before_key))
                         : " No backup of what was there could be kept.";
  }
  audit({}, "file_changed", 0, alert.message, now_us, changes);
  if (is_checkout) return false;
  if (change.raise_alert) {
    // The newest change is what a person must know of; an older one of this file is part of it.
    resolve_alert(alert.cause, now_us, changes);
    alerts_.erase(alert.cause);
    raise_alert(std::move(alert), now_us, changes);
  }
  return true;
}

std::vector<std::string> State::known_files_below(const std::string& directory) const {
  std::vector<std::string> found;
  for (const FileTable::File& file : files_.all()) {
    const FileVersion& newest = file.newest;
    if (newest.state.exists() && newest.path.size() > directory.size() &&
        newest.path.starts_with(directory) && newest.path[directory.size()] == '/') {
      found.push_back(newest.path);
    }
  }
  return found;
}

std::vector<std::string> State::known_protected_files(const std::string& outside) const {
  std::vector<std::string> found;
  if (protections_.empty()) return found;
  for (const FileTable::File& file : files_.all()) {
    const FileVersion& newest = file.newest;
    if (!newest.state.exists() || (!outside.empty() && newest.path.starts_with(outside + '/'))) continue;
    const bool is_protected =
        std::any_of(protections_.begin(), protections_.end(),
                    [&](const Protection& one) { return one.path.pattern.matches(newest.path); });
    if (is_protected) found.push_back(newest.path);
  }
  return found;
}

void State::raise_many_changes(std::size_t files, const std::string& example, std::int64_t now_us,
                               Changes& changes) {
  alerts_.erase("files_changed");
  raise_alert(
      {"files_changed",
       AlertKind::file_changed,
       AlertSeverity::critical,
       {},
       fmt::format(
           "{} more files were changed at once without a lease, {} among them. "
           "`governorctl audit --event file_changed` names them all, each with the command that brings it "
           "back.",
           files, example)},
      now_us, changes);
}

bool State::set_watch_root(const Caller& caller, WatchRoot root, bool watched, std::int64_t now_us,
                           Changes& changes) {
  const auto found = std::find_if(watch_roots_.begin(), watch_roots_.end(),
                                  [&](const WatchRoot& known) { return known.path == root.path; });
  const bool is_known = found != watch_roots_.end();
  if (watched ? is_known && found->with_ignored == root.with_ignored : !is_known) return false;
  audit(caller, watched ? "watch_began" : "watch_ended", 0,
        root.path + (watched && root.with_ignored ? ", with what git leaves out" : ""), now_us, changes);
  if (is_known) watch_roots_.erase(found);
  if (watched) watch_roots_.push_back(std::move(root));
  WatchRootsSaved saved;
  for (const WatchRoot& one : watch_roots_) saved.roots.push_back(one.text());
  changes.emplace_back(std::move(saved));
  return true;
}

}  // namespace governor::core
