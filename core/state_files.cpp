// Files: who may write one, what was written, and who writes in circles.
#include <fmt/format.h>

#include "core/loop_cause.hpp"
#include "core/state.hpp"

namespace governor::core {
namespace {

std::string circle_message(RewriteWatch::Circle circle, const std::string& who, const std::string& path) {
  if (circle == RewriteWatch::Circle::back_again) {
    return fmt::format("{} wrote {} back to what it was, more than once within {} minutes.", who, path,
                       RewriteWatch::kWindowUs / 60'000'000);
  }
  return fmt::format("{} rewrote {} more than {} times within {} minutes without changing it.", who, path,
                     RewriteWatch::kAllowedRewrites, RewriteWatch::kWindowUs / 60'000'000);
}

std::string size_text(const FileState& state) {
  if (!state.exists()) return "no file";
  return fmt::format("{} line{}, {} byte{}", state.lines, state.lines == 1 ? "" : "s", state.bytes,
                     state.bytes == 1 ? "" : "s");
}

/// What a write did, for the audit log.
std::string written_text(const FileWrite& write) {
  std::string text = write.path;
  if (write.restored_from != 0) text += fmt::format(" to backup {}", write.restored_from);
  text += fmt::format(": from {} to {}", size_text(write.before), size_text(write.after));
  if (write.lease != 0) text += fmt::format(", under lease {}", write.lease);
  if (!write.note.empty()) text += ": " + write.note;
  return text;
}

std::string_view write_event(FileVersionKind kind) {
  switch (kind) {
    case FileVersionKind::committed: return "file_committed";
    case FileVersionKind::restored: return "file_restored";
    default: return "file_written";
  }
}

}  // namespace

Result<Lease> State::begin_write(const Caller& caller, const WriteIntent& intent, std::int64_t now_us,
                                 Changes& changes) {
  auto lease = lease_for_write(caller, intent.lease, intent.path, now_us);
  if (!lease) return std::move(lease.error());
  const LeaseHolder& holder = lease->claim.holder;
  Agent* agent = holder.agent_id.empty() ? nullptr : find_agent(holder.agent_id);
  if (agent != nullptr) {
    if (auto error = check_may_go_on(*agent, now_us, intent.path.text())) {
      note_gate(caller, *agent, intent.path.text(), now_us, changes);
      return *std::move(error);
    }
  }
  if (auto error = check_protection(caller, intent.path, intent.doing, agent, now_us, changes))
    return *std::move(error);
  pin_lease(intent.lease);
  return lease;
}

const FileVersion* State::newest_version(const std::string& path) const {
  const FileTable::File* file = files_.find(path);
  return file != nullptr ? &file->newest : nullptr;
}

void State::prune_versions(std::vector<FileVersionKey> keys, Changes& changes) const {
  changes.emplace_back(FileVersionsPruned{std::move(keys)});
}

FileVersion& State::append_version(FileVersion version, Changes& changes) {
  version.key = ++keys_.file_version;
  changes.emplace_back(FileVersionAppended{version});
  return files_.add(std::move(version)).newest;
}

FileWriteOutcome State::record_write(const Caller& caller, FileWrite write, std::int64_t now_us,
                                     Changes& changes) {
  if (!write.by_command) spend_overwrite(caller, write, now_us, changes);
  const FileTable::File* known = files_.find(write.path);
  FileWriteOutcome outcome;
  const bool is_taken_down =
      write.found_written && known != nullptr && known->newest.state.sha256 == write.after.sha256;
  // Otherwise it was found before its writer came back to say so.
  const bool has_writer = known != nullptr && known->newest.session != 0;
  if (is_taken_down && has_writer) {
    outcome.version = known->newest;
    return outcome;
  }
  const bool is_news =
      known == nullptr ? write.before.exists() : known->newest.state.sha256 != write.before.sha256;
  if (is_news && !write.found_written) {
    FileVersion seen;
    seen.path = write.path;
    seen.state = write.before;
    seen.timestamp_us = now_us;
    append_version(std::move(seen), changes);
    known = files_.find(write.path);
  }
  Agent* agent = write.agent_id.empty() ? nullptr : find_agent(write.agent_id);
  const AgentKey agent_key = agent != nullptr ? agent->profile.key : 0;
  const bool is_same = !is_taken_down && known != nullptr && known->newest.state.sha256 == write.after.sha256;
  if (is_same) {
    const FileTable::File& file =
        files_.note_rewrite(write.path, now_us, FileTable::writer(agent_key, caller.session));
    outcome.version = file.newest;
    follow_rewrites(caller, file, agent, outcome, now_us, changes);
    return outcome;
  }
  const bool by_caller = write.kind != FileVersionKind::seen && write.kind != FileVersionKind::unasked;
  if (by_caller && !write.by_command) {
    audit(caller, std::string(write_event(write.kind)), agent_key, written_text(write), now_us, changes);
  }
  FileVersion version;
  version.path = std::move(write.path);
  version.state = std::move(write.after);
  version.timestamp_us = now_us;
  version.kind = write.kind;
  version.agent = agent_key;
  version.lease = write.lease;
  version.with_git = write.with_git;
  version.note = std::move(write.note);
  if (by_caller) {
    const Session* session = find_session(caller.session);
    version.agent_id = std::move(write.agent_id);
    version.session = caller.session;
    version.client = session != nullptr ? session->client_name : "";
    version.pid = session != nullptr ? session->process.pid : 0;
  }
  if (by_caller) resolve_alert(file_changed_cause(version.path), now_us, changes);
  outcome.version = append_version(std::move(version), changes);
  // Of what a hook reports its own events tell more.
  const bool is_own = write.kind == FileVersionKind::committed || write.kind == FileVersionKind::restored;
  if (agent != nullptr && is_own) note_commit(caller, *agent, outcome.version, write, changes);
  if (by_caller && !write.by_command)
    follow_rewrites(caller, *files_.find(outcome.version.path), agent, outcome, now_us, changes);
  return outcome;
}

void State::follow_rewrites(const Caller& caller, const FileTable::File& file, Agent* agent,
                            FileWriteOutcome& outcome, std::int64_t now_us, Changes& changes) {
  const RewriteWatch::Circle circle = file.watch.judge();
  const std::string& path = file.newest.path;
  outcome.loop = circle != RewriteWatch::Circle::none;
  const std::string who = agent != nullptr ? fmt::format("Agent \"{}\"", agent->profile.id)
                                           : fmt::format("Session {}", caller.session);
  if (outcome.loop) outcome.loop_message = circle_message(circle, who, path);
  if (agent == nullptr) {
    // Without an agent there is nobody to require a human for; the alert tells one.
    const std::string cause = fmt::format("loop/session {}", caller.session);
    if (!outcome.loop) return resolve_alert(cause, now_us, changes);
    const auto known = alerts_.find(cause);
    if (known == alerts_.end() || known->second.resolved_us != 0)
      audit(caller, "loop_detected", 0, outcome.loop_message, now_us, changes);
    return raise_alert({cause, AlertKind::loop, AlertSeverity::warning, {}, outcome.loop_message}, now_us,
                       changes);
  }
  LoopState& loop = agent->profile.loop;
  const LoopState before = loop;
  if (!follow_rewrite(loop, outcome.loop, fingerprint(path, {}), now_us, loop_policy_)) return;
  save_profile(agent->profile, changes);
  if (!outcome.loop) {
    resolve_alert(loop_cause(agent->profile.id), now_us, changes);
    audit(caller, "loop_ended", agent->profile.key, "a different action", now_us, changes);
  } else if (before.kind != loop.kind || before.fingerprint != loop.fingerprint) {
    audit(caller, "loop_detected", agent->profile.key, outcome.loop_message, now_us, changes);
    raise_alert({loop_cause(agent->profile.id), AlertKind::loop, AlertSeverity::warning, agent->profile.id,
                 outcome.loop_message},
                now_us, changes);
  }
}

}  // namespace governor::core
