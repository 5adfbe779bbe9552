#include "core/state.hpp"

#include <fmt/format.h>

namespace governor::core {

State::State(Thresholds defaults, StateSeed seed, LoopPolicy loop_policy, LeasePolicy lease_policy,
             std::vector<Protection> configured_protections, Authority authority,
             DeploymentLimits deployment_limits)
    : defaults_(defaults),
      thresholds_(seed.thresholds.value_or(defaults)),
      loop_policy_(loop_policy),
      lease_policy_(lease_policy),
      authority_(authority),
      lessons_(seed.lessons),
      has_common_thresholds_(seed.thresholds.has_value()),
      keys_(seed.keys),
      slots_(seed.keys.slot),
      protections_(std::move(configured_protections)),
      unlocks_(std::move(seed.unlocks)),
      deployment_limits_(deployment_limits),
      agent_count_(seed.agents) {
  for (Alert& alert : seed.open_alerts) {
    std::string cause = alert.cause;
    alerts_.emplace(std::move(cause), std::move(alert));
  }
  for (Lease& lease : seed.leases) {
    apply_policy(lease.claim.paths);
    if (lease.ended_us == 0) {
      leases_.insert(std::move(lease));
    } else {
      leases_.remove(std::move(lease));
    }
  }
  for (LeaseWaiter& waiter : seed.waiters) {
    waiter.is_away = true;
    apply_policy(waiter.claim.paths);
    leases_.insert(std::move(waiter));
  }
  for (FileVersion& version : seed.file_versions) files_.add(std::move(version));
  for (OpenWrite& open : seed.open_writes) open_writes_.emplace(open.key, std::move(open));
  for (Protection& protection : seed.protections) protections_.push_back(std::move(protection));
  for (Task& task : seed.tasks) tasks_.insert(std::move(task));
  for (Deployment& deployment : seed.deployments) deployments_.insert(std::move(deployment));
  for (Approval& approval : seed.approvals) approvals_.insert(std::move(approval));
  for (std::string& root : seed.watch_roots) watch_roots_.push_back(WatchRoot::from(std::move(root)));
  for (Session& session : seed.sessions) {
    for (const auto& [number, answer] : session.answers) slots_.mark_used(answer.slot);
    session_keys_.emplace(session.id, session.key);
    const SessionKey key = session.key;
    sessions_.emplace(key, std::move(session));
  }
}

void State::go_on(Unstored before) {
  leases_.go_on(std::move(before.leases));
  keys_.lease = std::max(keys_.lease, before.last_lease);
  awaited_reports_ = std::move(before.awaited_reports);
  commands_ = std::move(before.commands);
  launching_ = std::move(before.launching);
  stops_asked_ = std::move(before.stops_asked);
  failed_ends_ = std::move(before.failed_ends);
  told_ = std::move(before.told);
  branch_conflicts_ = std::move(before.branch_conflicts);
  std::erase_if(awaited_reports_, [this](LeaseKey key) { return !leases_.open().contains(key); });
}

Session& State::open_session(Session fresh, bool& resumed, Changes& changes) {
  const std::int64_t now_us = fresh.created_us;
  Session* session = find_session(fresh.id);
  resumed = session != nullptr;
  if (session != nullptr) {
    const bool same_process = session->process == fresh.process;
    session->process = std::move(fresh.process);
    session->working_directory = std::move(fresh.working_directory);
    session->tools = std::move(fresh.tools);
    session->role = fresh.role;
    session->ancestors = std::move(fresh.ancestors);
    if (!same_process && session->is_told_of()) introduce(*session, "session_resumed", now_us, changes);
  } else {
    fresh.key = fresh.passing ? --last_passing_ : ++keys_.session;
    session_keys_.emplace(fresh.id, fresh.key);
    const SessionKey key = fresh.key;
    session = &sessions_.emplace(key, std::move(fresh)).first->second;
    if (session->is_told_of()) introduce(*session, "session_opened", now_us, changes);
  }
  bind_session(*session);
  save_session(*session, changes);
  return *session;
}

void State::introduce(Session& session, std::string event, std::int64_t now_us, Changes& changes) {
  std::string who = session.client_name.empty() ? "a client that has not said its name" : session.client_name;
  if (!session.client_version.empty()) who += ' ' + session.client_version;
  if (!session.working_directory.empty()) who += ", in " + session.working_directory;
  session.introduced = audit({session.key, 0}, std::move(event), 0, std::move(who), now_us, changes);
}

void State::name_client(Session& session, const std::string& name, const std::string& version,
                        std::int64_t now_us, Changes& changes) {
  if (name == session.client_name && version == session.client_version) return;
  if (!name.empty()) session.client_name = name;
  session.client_version = version;
  if (session.is_told_of()) introduce(session, "client_named", now_us, changes);
}

void State::save_session(const Session& session, Changes& changes) const {
  if (session.passing) return;
  SessionSaved saved{session};
  saved.session.answers.clear();
  changes.emplace_back(std::move(saved));
}

void State::end_session(SessionKey key, std::int64_t now_us, Changes& changes) {
  const auto found = sessions_.find(key);
  if (found == sessions_.end()) return;
  end_claims(tasks_.claimed_by(key), "owner_gone", "its session has ended", now_us, changes);
  if (found->second.is_told_of()) audit({key, 0}, "session_closed", 0, {}, now_us, changes);
  orphan_leases(key, now_us, changes);
  drop_places(key, changes);
  end_approvals_of(key, now_us, changes);
  commands_.end_session(key, now_us);
  const bool passing = found->second.passing;
  for (const auto& [number, answer] : found->second.answers) slots_.release(answer.slot);
  session_keys_.erase(found->second.id);
  sessions_.erase(found);
  if (!passing) changes.emplace_back(SessionEnded{key});
}

void State::expire(std::int64_t now_us, Changes& changes) {
  expire_leases(now_us, changes);
  expire_claims(now_us, changes);
  expire_deployments(now_us, changes);
  expire_approvals(now_us, changes);
}

std::int64_t State::next_deadline_us() const {
  return std::min(
      {next_lease_deadline(), next_claim_expiry(), next_deployment_deadline(), approvals_.next_expiry()});
}

void State::confirm_answers(SessionKey key, std::uint64_t below, const std::vector<std::uint64_t>& also) {
  Session* session = find_session(key);
  if (session == nullptr) return;
  auto& answers = session->answers;
  const auto last = answers.lower_bound(below);
  for (auto it = answers.begin(); it != last; it = answers.erase(it)) slots_.release(it->second.slot);
  for (const std::uint64_t number : also) {
    const auto found = answers.find(number);
    if (found == answers.end()) continue;
    slots_.release(found->second.slot);
    answers.erase(found);
  }
}

Session* State::find_session(SessionKey key) {
  const auto found = sessions_.find(key);
  return found == sessions_.end() ? nullptr : &found->second;
}

Session* State::find_session(std::string_view id) {
  const auto found = session_keys_.find(std::string(id));
  return found == session_keys_.end() ? nullptr : find_session(found->second);
}

State::Presence State::presence(const std::string& id) const {
  const auto found = agents_.find(id);
  if (found == agents_.end()) return Presence::not_loaded;
  return found->second.agent ? Presence::loaded : Presence::absent;
}

void State::insert_loaded(Agent agent) {
  std::string id = agent.profile.id;
  agents_[std::move(id)] = Entry{std::make_unique<Agent>(std::move(agent)), ++use_counter_};
}

void State::insert_absent(const std::string& id) {
  agents_[id] = Entry{nullptr, ++use_counter_};
}

Agent* State::find_agent(const std::string& id) {
  const auto found = agents_.find(id);
  if (found == agents_.end()) return nullptr;
  found->second.last_used = ++use_counter_;
  return found->second.agent.get();
}

void State::store_answer(const Caller& caller, Answer answer, std::string text, Changes& changes) {
  if (caller.line == 0) return;
  Session* session = find_session(caller.session);
  if (session == nullptr) return;
  const auto [it, inserted] = session->answers.try_emplace(caller.line);
  answer.slot = inserted ? slots_.take() : it->second.slot;
  it->second = answer;
  changes.emplace_back(AnswerSaved{session->key, caller.line, answer, std::move(text)});
}

void State::save_answer(const Caller& caller, std::string text, Changes& changes) {
  store_answer(caller, {0, Answer::Kind::text, 0}, std::move(text), changes);
}

void State::save_grant(const Caller& caller, LeaseKey lease, Changes& changes) {
  store_answer(caller, {0, Answer::Kind::grant, lease}, {}, changes);
}

void State::save_profile(AgentProfile& profile, Changes& changes) const {
  profile.version += 1;
  changes.emplace_back(AgentSaved{profile});
}

}  // namespace governor::core
