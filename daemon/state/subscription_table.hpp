#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/change.hpp"
#include "daemon/state/reply_sink.hpp"

namespace governor::daemon {

/// Who wants to be told of changes of which resource, and what they are still owed. Bursts are drawn
/// together: a subscriber is told of a resource at once, then at most once in each `kInterval`, and not at
/// all while it has not read what it was sent; the last change is always told. Plain data; time is passed in.
class SubscriptionTable {
 public:
  using Clock = std::chrono::steady_clock;
  using Sink = std::shared_ptr<ReplySink>;
  /// The key of an agent in memory, 0 if it is not there.
  using FindAgent = std::function<core::AgentKey(const std::string& id)>;

  static constexpr std::chrono::milliseconds kInterval{25};

  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] std::size_t size() const { return size_; }
  /// Resources that one connection's streams name together.
  [[nodiscard]] std::size_t listened_by(const ReplySink* sink) const;

  /// Makes the session's subscriptions, those of the older revisions, exactly `uris`.
  void follow(const Sink& sink, const std::set<std::string>& uris);
  /// Opens stream `listen` (not 0) of the connection; `id` is the request's as JSON text.
  void listen(const Sink& sink, std::uint64_t listen, const std::string& id,
              const std::vector<std::string>& uris);
  void end_listen(const ReplySink* sink, std::uint64_t listen);
  /// The connection is gone.
  void remove(const ReplySink* sink);

  /// These changes are durable now.
  void changed(const core::Changes& changes, const FindAgent& find_agent);
  /// Something may have changed while the subscriber could not be told. `listen` as above, 0: the session's.
  void missed(const ReplySink* sink, std::uint64_t listen);
  /// The connection's client has read all that it was sent.
  void taken(const ReplySink* sink);

  /// Sends what is due, and says when to call again; none: not before the next change.
  std::optional<Clock::time_point> send_due(Clock::time_point now);

 private:
  struct Subscriber;
  struct Subscription {
    Subscriber* subscriber;
    std::uint64_t listen;
    std::string uri;
    std::shared_ptr<const std::string> line;
    bool owed = false;
    Clock::time_point not_before{};
  };
  struct Subscriber {
    Sink sink;
    std::vector<std::unique_ptr<Subscription>> subscriptions;
    bool reading = false;  ///< has been sent something and not taken it yet
  };
  /// An agent that somebody has subscribed to by name.
  struct WatchedAgent {
    std::size_t subscriptions = 0;
    core::AgentKey key = 0;  ///< 0: not known yet; changes name agents by key
  };

  void add(const Sink& sink, std::uint64_t listen, const std::string& id, const std::string& uri);
  template <class Predicate>
  void remove_if(const ReplySink* sink, Predicate predicate);
  void forget(Subscription& subscription);
  void watch_agent(const std::string& id);
  void unwatch_agent(const std::string& id);
  void learn(const std::string& id, WatchedAgent& agent, core::AgentKey key);
  const std::string* watched_id(core::AgentKey key) const;
  void learn_keys(const FindAgent& find_agent);
  void profile_changed(const core::AgentProfile& profile);
  void history_changed(core::AgentKey agent);
  void deployment_changed(const std::string& id);
  void owe(const std::string& uri);
  void owe(Subscription& subscription);

  std::unordered_map<const ReplySink*, Subscriber> subscribers_;
  std::unordered_map<std::string, std::vector<Subscription*>> by_uri_;
  std::unordered_map<std::string, WatchedAgent> agents_;
  std::unordered_map<core::AgentKey, std::string> agent_ids_;  ///< of those watched whose key is known
  std::vector<Subscription*> owed_;                            ///< in the order of the changes
  std::size_t size_ = 0;
};

}  // namespace governor::daemon
