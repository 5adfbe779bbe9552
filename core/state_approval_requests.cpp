// A person's word: what is asked for, in words that let a person decide.
#include <fmt/format.h>

#include <utility>

#include "core/lease_errors.hpp"
#include "core/state.hpp"

namespace governor::core {
namespace {

Error too_many_requests() {
  return {ErrorCode::limit_exceeded, "Too many requests wait for a person already.",
          "Wait until some of them are answered: list_approvals shows them."};
}

/// As an answer to whoever has asked: a denial is one as well.
Result<const Approval*> as_asked(const Approval* approval) {
  if (approval == nullptr) return too_many_requests();
  if (approval->is_open()) return approval;
  Error error(ErrorCode::conflict, fmt::format("{} was denied.", approval->asks), approval_hint(*approval));
  error.field = "approval";
  error.given = fmt::format("{}", approval->key);
  return error;
}

}  // namespace

std::string State::asker_text(const Caller& caller, const std::string& agent_id) const {
  if (!agent_id.empty()) return fmt::format("Agent \"{}\"", agent_id);
  const auto found = sessions_.find(caller.session);
  if (found == sessions_.end() || found->second.client_name.empty()) return "A client without a name";
  return fmt::format("{} (pid {}), which is no agent,", found->second.client_name, found->second.process.pid);
}

Result<const Approval*> State::request_unlock(const Caller& caller, const std::string& agent_id,
                                              const LeasePath& path, std::string why, std::int64_t now_us,
                                              Changes& changes) {
  const Protection* protection = protection_against(path, agent_id, now_us);
  if (protection == nullptr) {
    Error error(ErrorCode::conflict, fmt::format("{} is not protected against you.", path.text()),
                "Write it with a lease, as other files.");
    error.field = "path";
    error.given = path.text();
    return error;
  }
  return as_asked(ask_to_unlock(caller, agent_id, path, std::move(why), now_us, changes));
}

const Approval* State::ask_to_unlock(const Caller& caller, const std::string& agent_id, const LeasePath& path,
                                     std::string why, std::int64_t now_us, Changes& changes) {
  ApprovalRequest request;
  request.subject.kind = ApprovalKind::unlock;
  request.subject.paths = {path};
  request.agent_id = agent_id;
  request.asks = fmt::format("{} asks to write the protected {}", asker_text(caller, agent_id), path.text());
  request.why = std::move(why);
  return request_approval(caller, std::move(request), now_us, changes);
}

Result<const Approval*> State::request_lease_break(const Caller& caller, const std::string& agent_id,
                                                   LeaseKey key, std::string why, std::int64_t now_us,
                                                   Changes& changes) {
  const Lease* lease = leases_.find(key);
  if (lease == nullptr) {
    if (const Lease* over = leases_.find_ended(key)) return lease_over(*over);
    return about_lease(ErrorCode::not_found, fmt::format("There is no lease {}.", key),
                       "list_leases names those that are open.", key);
  }
  const LeaseHolder& holder = lease->claim.holder;
  const bool is_own =
      holder.session == caller.session && (holder.agent_id == agent_id || holder.agent_id.empty());
  if (is_own) {
    return about_lease(ErrorCode::conflict, fmt::format("Lease {} is your own.", key),
                       "release_write ends it.", key);
  }
  ApprovalRequest request;
  request.subject.kind = ApprovalKind::lease_break;
  request.subject.paths = lease->claim.paths;
  request.subject.target = key;
  request.agent_id = agent_id;
  request.asks = fmt::format("{} asks to end lease {} of {} on {}", asker_text(caller, agent_id), key,
                             holder_text(holder), paths_text(lease->claim.paths));
  request.why = std::move(why);
  return as_asked(request_approval(caller, std::move(request), now_us, changes));
}

const Approval* State::request_overwrite(const Caller& caller, const std::string& agent_id, std::string path,
                                         const FileState& before, const FileState& after, std::int64_t now_us,
                                         Changes& changes) {
  ApprovalRequest request;
  request.subject.kind = ApprovalKind::overwrite;
  request.subject.before = before.sha256;
  request.subject.content = after.sha256;
  request.agent_id = agent_id;
  request.asks = fmt::format("{} asks to write {} down to {} of its {} lines", asker_text(caller, agent_id),
                             path, after.lines, before.lines);
  request.why = "More than half of the file would be lost.";
  request.subject.paths.push_back({PathPattern::literal(std::move(path))});
  return request_approval(caller, std::move(request), now_us, changes);
}

const Approval* State::request_budget_approval(const Deployment& deployment, std::int64_t now_us,
                                               Changes& changes) {
  ApprovalRequest request;
  request.subject.kind = ApprovalKind::budget;
  request.subject.target = deployment.key;
  request.subject.target_id = deployment.order.id;
  request.agent_id = deployment.order.id;
  request.asks =
      fmt::format("Deployment \"{}\" asks for as much again of what it has used up", deployment.order.id);
  request.why = deployment.standing.why;
  return request_approval({}, std::move(request), now_us, changes);
}

}  // namespace governor::core
