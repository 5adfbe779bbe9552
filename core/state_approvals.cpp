// A person's word: what only people decide is asked for in a queue, answered once, and done with the answer.
#include <fmt/format.h>

#include <utility>

#include "core/approval_command.hpp"
#include "core/state.hpp"
#include "core/time_text.hpp"

namespace governor::core {
namespace {

/// How long an agent that may go on is not asked about again.
constexpr std::int64_t kDecisionUs = 3'600'000'000;
constexpr std::size_t kUserAncestors = 32;  ///< of a process, that may be an agent's tool

std::string approval_cause(ApprovalKey key) {
  return fmt::format("approval/{}", key);
}

Error about_approval(ErrorCode code, std::string message, std::string hint, ApprovalKey key) {
  Error error(code, std::move(message), std::move(hint));
  error.field = "approval";
  error.given = fmt::format("{}", key);
  return error;
}

Error answered_already(const Approval& approval) {
  const ApprovalStanding& standing = approval.standing;
  std::string message =
      approval.standing.status == ApprovalStatus::expired
          ? fmt::format("Request {} is over since {} without an answer", approval.key,
                        utc_text(standing.answered_us))
          : fmt::format("Request {} was {} by {} at {}", approval.key, to_string(standing.status),
                        standing.answered_by, utc_text(standing.answered_us));
  message += standing.note.empty() ? "." : fmt::format(": {}.", standing.note);
  return about_approval(ErrorCode::conflict, std::move(message),
                        "The first answer counts. If the agent still needs it, it asks again.", approval.key);
}

}  // namespace

const Approval* State::request_approval(const Caller& caller, ApprovalRequest request, std::int64_t now_us,
                                        Changes& changes) {
  expire_approvals(now_us, changes);
  const Session* session = find_session(caller.session);
  Approval approval;
  approval.asker = {caller.session, std::move(request.agent_id),
                    session != nullptr ? session->client_name : std::string()};
  if (const Approval* known = approvals_.find(approval.asker, request.subject)) {
    // Who may go on is not asked about at its next update.
    const bool may_go_on = known->subject.kind == ApprovalKind::decision;
    const bool stands = known->is_open() || known->standing.status == ApprovalStatus::denied || may_go_on;
    if (stands && known->holds(now_us)) return known;
  }
  if (approvals_.is_full(approval.asker, request.subject.kind)) return nullptr;
  approval.key = ++keys_.approval;
  approval.subject = std::move(request.subject);
  approval.asks = std::move(request.asks);
  approval.why = std::move(request.why);
  approval.created_us = now_us;
  approval.expires_us = now_us + kApprovalOpenUs;
  const Agent* agent = approval.asker.agent_id.empty() ? nullptr : find_agent(approval.asker.agent_id);
  audit(caller, "approval_requested", agent != nullptr ? agent->profile.key : 0,
        fmt::format("request {}: {}: {}", approval.key, approval.asks, approval.why), now_us, changes);
  changes.emplace_back(ApprovalSaved{approval});
  // What an update requires a human for, and a deployment that is paused, have alerts of their own.
  const ApprovalKind kind = approval.subject.kind;
  if (kind != ApprovalKind::decision && kind != ApprovalKind::budget) {
    raise_alert({approval_cause(approval.key), AlertKind::approval_requested, AlertSeverity::warning,
                 approval.asker.agent_id,
                 fmt::format("{}: {} Answer with {}, until {}.", approval.asks, approval.why,
                             approval_command(approval), utc_text(approval.expires_us))},
                now_us, changes);
  }
  const ApprovalKey key = approval.key;
  approvals_.insert(std::move(approval));
  forget_approvals(changes);
  return approvals_.find(key);
}

void State::forget_approvals(Changes& changes) {
  std::vector<ApprovalKey> removed = approvals_.prune();
  if (!removed.empty()) changes.emplace_back(ApprovalsPruned{std::move(removed)});
}

/// Not who runs under the tool of an agent: that is the agent's doing, or may be.
std::optional<Error> State::check_answerer(const Caller& caller, const ApprovalAnswer& answer) const {
  const auto refuse = [&](std::string message) {
    return about_approval(
        ErrorCode::not_owner, std::move(message),
        fmt::format("Ask your user to type, in a terminal of their own: governorctl approvals approve {}.",
                    answer.key),
        answer.key);
  };
  if (answer.by_clients_user) {
    const auto client = sessions_.find(caller.session);
    const bool has_user = client != sessions_.end() && deployment_of(client->second) == nullptr;
    return has_user ? std::nullopt : std::optional(refuse("Nobody sits at the client of a deployed agent."));
  }
  if (!is_person(caller)) return refuse("Only a person answers a request.");
  const Session& person = sessions_.at(caller.session);
  std::size_t looked_at = 0;
  for (const SessionProcess& process : person.ancestors) {
    if (++looked_at > kUserAncestors) break;
    for (const auto& [key, session] : sessions_) {
      if (session.is_hooks() && process.pid > 1 && session.process == process)
        return refuse(fmt::format("This command was started by {} (pid {}), which is governed itself.",
                                  session.client_name, process.pid));
    }
  }
  return std::nullopt;
}

Result<const Approval*> State::answer_approval(const Caller& caller, const ApprovalAnswer& answer,
                                               std::int64_t now_us, Changes& changes) {
  if (auto error = check_answerer(caller, answer)) return *std::move(error);
  expire_approvals(now_us, changes);
  const Approval* approval = approvals_.find(answer.key);
  if (approval == nullptr) {
    return about_approval(ErrorCode::not_found, fmt::format("There is no request {}.", answer.key),
                          "governorctl approvals lists those that wait for an answer.", answer.key);
  }
  if (!approval->is_open()) return answered_already(*approval);

  const Session* session = find_session(caller.session);
  const std::string client = session != nullptr ? session->client_name : "";
  const ApprovalStanding before = approval->standing;
  ApprovalStanding standing;
  standing.status = answer.approve ? ApprovalStatus::approved : ApprovalStatus::denied;
  standing.answered_us = now_us;
  standing.answered_by = answer.by_clients_user
                             ? fmt::format("the user of {}", client)
                             : fmt::format("a person with {}", client.empty() ? "governorctl" : client);
  standing.note = answer.note;
  if (answer.approve && approval->subject.kind == ApprovalKind::unlock)
    standing.until_us = now_us + (answer.duration_us > 0 ? answer.duration_us : kUnlockUs);
  if (answer.approve && approval->subject.kind == ApprovalKind::overwrite)
    standing.until_us = now_us + kOverwriteUs;
  if (answer.approve && approval->subject.kind == ApprovalKind::decision)
    standing.until_us = now_us + kDecisionUs;
  // First the answer: what is done with it may end requests that are open.
  approval = &approvals_.change(answer.key, std::move(standing));
  if (answer.approve) {
    if (auto error = carry_out(caller, *approval, now_us, changes)) {
      approvals_.change(answer.key, before);
      return *std::move(error);
    }
  }
  close_approval(caller, *approval, answer.approve ? "approval_granted" : "approval_denied", now_us, changes);
  forget_approvals(changes);
  return approvals_.find(answer.key);
}

/// What was asked for, in the same mutation as the answer. An error: nothing of it happened.
std::optional<Error> State::carry_out(const Caller& caller, const Approval& approval, std::int64_t now_us,
                                      Changes& changes) {
  const ApprovalSubject& subject = approval.subject;
  const std::string reason = fmt::format("request {}{}{}", approval.key,
                                         approval.standing.note.empty() ? "" : ": ", approval.standing.note);
  switch (subject.kind) {
    case ApprovalKind::unlock:
      return unlock(
          caller,
          {subject.paths.front(), approval.asker.agent_id, approval.standing.until_us - now_us, reason},
          now_us, changes);
    case ApprovalKind::lease_break: {
      auto broken = break_lease(caller, subject.target, reason, now_us, changes);
      return broken ? std::nullopt : std::optional(std::move(broken.error()));
    }
    case ApprovalKind::decision: {
      Agent* agent = find_agent(approval.asker.agent_id);
      if (agent == nullptr) return std::nullopt;
      const bool was_in_loop = agent->profile.loop.kind != LoopKind::none;
      end_loop(*agent, now_us, changes);
      if (was_in_loop) save_profile(agent->profile, changes);
      note_life(caller, *agent, "decision_lifted", reason, now_us, changes);
      return std::nullopt;
    }
    case ApprovalKind::budget: {
      auto continued = continue_deployment(caller, subject.target_id, std::nullopt, now_us, changes);
      return continued ? std::nullopt : std::optional(std::move(continued.error()));
    }
    case ApprovalKind::overwrite: return std::nullopt;  // happens when the agent writes, see spend_overwrite
  }
  return std::nullopt;
}

void State::close_approval(const Caller& caller, const Approval& approval, std::string event,
                           std::int64_t now_us, Changes& changes) {
  changes.emplace_back(ApprovalSaved{approval});
  const std::string& note = approval.standing.note;
  const Agent* agent = approval.asker.agent_id.empty() ? nullptr : find_agent(approval.asker.agent_id);
  audit(caller, std::move(event), agent != nullptr ? agent->profile.key : 0,
        fmt::format("request {}: {}{}{}", approval.key, approval.asks, note.empty() ? "" : ": ", note),
        now_us, changes);
  resolve_alert(approval_cause(approval.key), now_us, changes);
}

/// Those for which `predicate` holds are over without an answer.
template <class Predicate>
void State::withdraw_approvals(Predicate predicate, const std::string& why, std::int64_t now_us,
                               Changes& changes) {
  const std::set<ApprovalKey> open = approvals_.open();
  for (const ApprovalKey key : open) {
    if (!predicate(*approvals_.find(key))) continue;
    ApprovalStanding standing;
    standing.status = ApprovalStatus::expired;
    standing.answered_us = now_us;
    standing.note = why;
    close_approval({}, approvals_.change(key, std::move(standing)), "approval_expired", now_us, changes);
  }
}

void State::expire_approvals(std::int64_t now_us, Changes& changes) {
  if (approvals_.next_expiry() > now_us) return;
  withdraw_approvals([&](const Approval& approval) { return approval.expires_us <= now_us; },
                     "nobody has answered", now_us, changes);
  forget_approvals(changes);
}

void State::end_approvals_of(const std::string& agent_id, std::int64_t now_us, Changes& changes) {
  const std::string why = fmt::format("agent \"{}\" is over or another's now", agent_id);
  withdraw_approvals([&](const Approval& approval) { return approval.asker.agent_id == agent_id; }, why,
                     now_us, changes);
  std::vector<ApprovalKey> unused;
  for (const auto& [key, approval] : approvals_.all()) {
    const bool is_unused = approval.subject.kind == ApprovalKind::overwrite &&
                           approval.standing.status == ApprovalStatus::approved && approval.holds(now_us);
    if (is_unused && approval.asker.agent_id == agent_id) unused.push_back(key);
  }
  for (const ApprovalKey key : unused) {
    ApprovalStanding standing = approvals_.find(key)->standing;
    standing.until_us = now_us;
    changes.emplace_back(ApprovalSaved{approvals_.change(key, std::move(standing))});
  }
}

void State::end_approvals_of(SessionKey session, std::int64_t now_us, Changes& changes) {
  withdraw_approvals(
      [&](const Approval& approval) {
        return approval.asker.agent_id.empty() && approval.asker.session == session;
      },
      "its session has ended", now_us, changes);
}

void State::end_approvals_for(LeaseKey lease, std::int64_t now_us, Changes& changes) {
  withdraw_approvals(
      [&](const Approval& approval) {
        return approval.subject.kind == ApprovalKind::lease_break && approval.subject.target == lease;
      },
      "the lease is over", now_us, changes);
}

void State::end_approvals_for(const Deployment& deployment, std::int64_t now_us, Changes& changes) {
  withdraw_approvals(
      [&](const Approval& approval) {
        return approval.subject.kind == ApprovalKind::budget && approval.subject.target == deployment.key;
      },
      "it is not paused for its budget any more", now_us, changes);
}

bool State::has_approvals(const std::string& agent_id, std::int64_t now_us) const {
  for (const auto& [key, approval] : approvals_.all()) {
    if (approval.asker.agent_id == agent_id && approval.holds(now_us)) return true;
  }
  return false;
}

std::vector<ApprovedOverwrite> State::approved_overwrites(const Caller& caller, const std::string& agent_id,
                                                          const std::string& path,
                                                          std::int64_t now_us) const {
  std::vector<ApprovedOverwrite> approved;
  for (const auto& [key, approval] : approvals_.all()) {
    const ApprovalSubject& subject = approval.subject;
    const bool is_its = subject.kind == ApprovalKind::overwrite &&
                        approval.standing.status == ApprovalStatus::approved && approval.holds(now_us) &&
                        is_same_asker(approval.asker, {caller.session, agent_id, {}});
    if (is_its && subject.paths.front().pattern.text() == path)
      approved.push_back({key, subject.before, subject.content});
  }
  return approved;
}

const Approval* State::denied_overwrite(const Caller& caller, const std::string& agent_id,
                                        const std::string& path, const FileState& before,
                                        const FileState& after, std::int64_t now_us) const {
  ApprovalSubject subject;
  subject.kind = ApprovalKind::overwrite;
  subject.paths.push_back({PathPattern::literal(path)});
  subject.before = before.sha256;
  subject.content = after.sha256;
  const Approval* known = approvals_.find({caller.session, agent_id, {}}, subject);
  const bool is_denied = known != nullptr && known->standing.status == ApprovalStatus::denied;
  return is_denied && known->holds(now_us) ? known : nullptr;
}

/// With the write that it was given for, so that both are durable or neither is. What was asked for before
/// that write is about another content.
void State::spend_overwrite(const Caller& caller, const FileWrite& write, std::int64_t now_us,
                            Changes& changes) {
  if (write.kind != FileVersionKind::committed && write.kind != FileVersionKind::reported) return;
  if (approvals_.all().empty()) return;
  const ApprovalAsker asker{caller.session, write.agent_id, {}};
  withdraw_approvals(
      [&](const Approval& approval) {
        return approval.subject.kind == ApprovalKind::overwrite && is_same_asker(approval.asker, asker) &&
               approval.subject.paths.front().pattern.text() == write.path;
      },
      "the file was written meanwhile", now_us, changes);
  for (const ApprovedOverwrite& approved : approved_overwrites(caller, write.agent_id, write.path, now_us)) {
    if (approved.content != write.after.sha256) continue;
    ApprovalStanding standing = approvals_.find(approved.approval)->standing;
    standing.used_us = now_us;
    const Approval& approval = approvals_.change(approved.approval, std::move(standing));
    changes.emplace_back(ApprovalSaved{approval});
    const Agent* agent = write.agent_id.empty() ? nullptr : find_agent(write.agent_id);
    audit(caller, "approval_used", agent != nullptr ? agent->profile.key : 0,
          fmt::format("request {}: {}", approval.key, approval.asks), now_us, changes);
    return;
  }
}

}  // namespace governor::core
