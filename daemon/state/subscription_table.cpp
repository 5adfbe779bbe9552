#include "daemon/state/subscription_table.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "daemon/mcp/listen_messages.hpp"
#include "daemon/resources/resource_uri.hpp"

namespace governor::daemon {

std::size_t SubscriptionTable::listened_by(const ReplySink* sink) const {
  const auto found = subscribers_.find(sink);
  if (found == subscribers_.end()) return 0;
  const auto& all = found->second.subscriptions;
  return static_cast<std::size_t>(
      std::count_if(all.begin(), all.end(), [](const auto& one) { return one->listen != 0; }));
}

// Who wants what.

void SubscriptionTable::follow(const Sink& sink, const std::set<std::string>& uris) {
  std::set<std::string> wanted = uris;
  remove_if(sink.get(),
            [&](const Subscription& one) { return one.listen == 0 && wanted.erase(one.uri) == 0; });
  for (const std::string& uri : wanted) add(sink, 0, {}, uri);
}

void SubscriptionTable::listen(const Sink& sink, std::uint64_t listen, const std::string& id,
                               const std::vector<std::string>& uris) {
  for (const std::string& uri : uris) add(sink, listen, id, uri);
}

void SubscriptionTable::end_listen(const ReplySink* sink, std::uint64_t listen) {
  remove_if(sink, [listen](const Subscription& one) { return one.listen == listen; });
}

void SubscriptionTable::remove(const ReplySink* sink) {
  remove_if(sink, [](const Subscription&) { return true; });
}

void SubscriptionTable::add(const Sink& sink, std::uint64_t listen, const std::string& id,
                            const std::string& uri) {
  Subscriber& subscriber = subscribers_[sink.get()];
  subscriber.sink = sink;
  auto line = std::make_shared<const std::string>(resource_updated_json(id, uri));
  subscriber.subscriptions.push_back(
      std::make_unique<Subscription>(Subscription{&subscriber, listen, uri, std::move(line)}));
  by_uri_[uri].push_back(subscriber.subscriptions.back().get());
  ++size_;
  if (const auto resource = parse_resource_uri(uri)) watch_agent(resource->agent_id);
}

template <class Predicate>
void SubscriptionTable::remove_if(const ReplySink* sink, Predicate predicate) {
  const auto found = subscribers_.find(sink);
  if (found == subscribers_.end()) return;
  auto& all = found->second.subscriptions;
  std::erase_if(all, [&](const std::unique_ptr<Subscription>& one) {
    if (!predicate(*one)) return false;
    forget(*one);
    return true;
  });
  if (all.empty()) subscribers_.erase(found);
}

void SubscriptionTable::forget(Subscription& subscription) {
  const auto found = by_uri_.find(subscription.uri);
  std::erase(found->second, &subscription);
  if (found->second.empty()) by_uri_.erase(found);
  std::erase(owed_, &subscription);
  --size_;
  if (const auto resource = parse_resource_uri(subscription.uri)) unwatch_agent(resource->agent_id);
}

// Agents: subscribed to by name, changed by key.

void SubscriptionTable::watch_agent(const std::string& id) {
  if (!id.empty()) ++agents_[id].subscriptions;
}

void SubscriptionTable::unwatch_agent(const std::string& id) {
  const auto found = agents_.find(id);
  if (found == agents_.end() || --found->second.subscriptions > 0) return;
  agent_ids_.erase(found->second.key);
  agents_.erase(found);
}

void SubscriptionTable::learn(const std::string& id, WatchedAgent& agent, core::AgentKey key) {
  if (agent.key == key) return;
  agent_ids_.erase(agent.key);  // of an agent that had the name before
  agent.key = key;
  agent_ids_[key] = id;
}

const std::string* SubscriptionTable::watched_id(core::AgentKey key) const {
  const auto found = agent_ids_.find(key);
  return found == agent_ids_.end() ? nullptr : &found->second;
}

void SubscriptionTable::learn_keys(const FindAgent& find_agent) {
  for (auto& [id, agent] : agents_) {
    if (agent.key != 0) continue;
    if (const core::AgentKey key = find_agent(id); key != 0) learn(id, agent, key);
  }
}

// What has changed.

void SubscriptionTable::changed(const core::Changes& changes, const FindAgent& find_agent) {
  // An agent that has changed is in memory, so looking once for those whose key is not known finds it.
  bool looked = agents_.size() == agent_ids_.size();
  bool any_agent = false;
  for (const core::Change& change : changes) {
    if (const auto* saved = std::get_if<core::AgentSaved>(&change)) {
      any_agent = true;
      profile_changed(saved->profile);
    } else if (const auto* update = std::get_if<core::UpdateAppended>(&change)) {
      any_agent = true;
      if (!looked && watched_id(update->agent) == nullptr) {
        looked = true;
        learn_keys(find_agent);
      }
      history_changed(update->agent);
    } else if (std::holds_alternative<core::AlertSaved>(change)) {
      owe(std::string(kAlertsUri));
    } else if (const auto* appended = std::get_if<core::DeploymentAppended>(&change)) {
      deployment_changed(appended->deployment.order.id);
    } else if (const auto* changed = std::get_if<core::DeploymentChanged>(&change)) {
      deployment_changed(changed->id);
    } else if (std::holds_alternative<core::ApprovalSaved>(change)) {
      owe(std::string(kApprovalsUri));
    } else if (std::holds_alternative<core::LeaseSaved>(change)) {
      owe(std::string(kLeasesUri));
    } else if (std::holds_alternative<core::ThresholdsSaved>(change)) {
      owe(std::string(kThresholdsUri));
      for (const auto& [id, agent] : agents_) owe(agent_uri(id));  // it says by which it is judged
    }
  }
  if (any_agent) owe(std::string(kAgentsUri));
}

void SubscriptionTable::profile_changed(const core::AgentProfile& profile) {
  const auto watched = agents_.find(profile.id);
  if (watched == agents_.end()) return;
  learn(watched->first, watched->second, profile.key);
  owe(agent_uri(profile.id));
}

void SubscriptionTable::deployment_changed(const std::string& id) {
  owe(std::string(kDeploymentsUri));
  owe(deployment_uri(id));
}

void SubscriptionTable::history_changed(core::AgentKey agent) {
  const std::string* id = watched_id(agent);
  if (id == nullptr) return;
  owe(agent_uri(*id));
  owe(history_uri(*id));
}

void SubscriptionTable::missed(const ReplySink* sink, std::uint64_t listen) {
  const auto found = subscribers_.find(sink);
  if (found == subscribers_.end()) return;
  for (const auto& one : found->second.subscriptions) {
    if (one->listen == listen) owe(*one);
  }
}

void SubscriptionTable::owe(const std::string& uri) {
  const auto found = by_uri_.find(uri);
  if (found == by_uri_.end()) return;
  for (Subscription* one : found->second) owe(*one);
}

void SubscriptionTable::owe(Subscription& subscription) {
  if (!std::exchange(subscription.owed, true)) owed_.push_back(&subscription);
}

// What is told.

void SubscriptionTable::taken(const ReplySink* sink) {
  const auto found = subscribers_.find(sink);
  if (found != subscribers_.end()) found->second.reading = false;
}

std::optional<SubscriptionTable::Clock::time_point> SubscriptionTable::send_due(Clock::time_point now) {
  std::vector<std::pair<Subscriber*, std::vector<Notice>>> batches;
  std::unordered_map<const Subscriber*, std::size_t> batch_of;
  std::erase_if(owed_, [&](Subscription* one) {
    if (one->subscriber->reading || now < one->not_before) return false;
    const auto [at, is_new] = batch_of.try_emplace(one->subscriber, batches.size());
    if (is_new) batches.emplace_back(one->subscriber, std::vector<Notice>());
    batches[at->second].second.push_back({one->listen, one->line});
    one->owed = false;
    one->not_before = now + kInterval;
    return true;
  });
  for (auto& [subscriber, notices] : batches) {
    subscriber->reading = true;
    subscriber->sink->notify(std::move(notices));
  }
  std::optional<Clock::time_point> next;
  for (const Subscription* one : owed_) {
    if (!one->subscriber->reading && (!next || one->not_before < *next)) next = one->not_before;
  }
  return next;
}

}  // namespace governor::daemon
