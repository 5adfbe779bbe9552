// The audit log: who did what, and why.
#include "core/state.hpp"
#include "text/cut_text.hpp"

namespace governor::core {
namespace {

/// An entry is for people to read, and must not carry whole lists of paths.
constexpr std::size_t kLongestDetail = 2000;

}  // namespace

AuditKey State::actor_of(const Caller& caller) const {
  const auto found = sessions_.find(caller.session);
  return found == sessions_.end() ? 0 : found->second.introduced;
}

Actor State::actor_for(const Caller& caller) const {
  const auto found = sessions_.find(caller.session);
  if (found == sessions_.end()) return {caller.session == 0 ? Actor::Kind::daemon : Actor::Kind::agent};
  const Session& session = found->second;
  if (session.role == Role::person) return {Actor::Kind::person};
  const bool is_hook = session.role == Role::guard || session.is_hooks() || !caller.worker.empty();
  return {is_hook ? Actor::Kind::hook : Actor::Kind::agent, session.agent_id};
}

AuditKey State::audit(const Caller& caller, std::string event, AgentKey agent, std::string detail,
                      std::int64_t now_us, Changes& changes) {
  if (detail.size() > kLongestDetail) detail = std::string(text::cut_text(detail, kLongestDetail)) + "…";
  AuditAppended entry;
  entry.key = ++keys_.audit;
  entry.timestamp_us = now_us;
  entry.event = std::move(event);
  entry.agent = agent;
  entry.detail = std::move(detail);
  entry.actor = actor_text(actor_for(caller));
  if (const auto found = sessions_.find(caller.session); found != sessions_.end()) {
    Session& session = found->second;
    entry.session = session.key;
    entry.client = session.client_name;
    entry.pid = session.process.pid;
    // Who is not told of when he comes is known by what he does first.
    if (session.introduced == 0) session.introduced = entry.key;
  }
  changes.emplace_back(std::move(entry));
  return keys_.audit;
}

}  // namespace governor::core
