#include "daemon/state/subscription_hub.hpp"

#include <fmt/format.h>

#include <utility>

#include "daemon/support/limits.hpp"

namespace governor::daemon {

SubscriptionHub::SubscriptionHub(Strand strand, Counters& counters, SubscriptionTable::FindAgent find_agent)
    : find_agent_(std::move(find_agent)), counters_(counters), timer_(std::move(strand)) {}

void SubscriptionHub::follow(const Sink& sink, const std::set<std::string>& uris) {
  table_.follow(sink, uris);
  count();
}

std::optional<core::Error> SubscriptionHub::listen(const Sink& sink, std::uint64_t listen,
                                                   const std::string& id,
                                                   const std::vector<std::string>& uris) {
  const bool too_many_here = table_.listened_by(sink.get()) + uris.size() > kMaxSubscribedUris;
  if (too_many_here || table_.size() + uris.size() > kMaxSubscribedUrisInAll) {
    return core::Error(core::ErrorCode::limit_exceeded,
                       fmt::format("Too many resources: accepted are {} on one connection and {} in all.",
                                   kMaxSubscribedUris, kMaxSubscribedUrisInAll),
                       "Cancel a subscription, or ask for governor://agents, which covers all agents.");
  }
  table_.listen(sink, listen, id, uris);
  count();
  return std::nullopt;
}

void SubscriptionHub::end_listen(const ReplySink* sink, std::uint64_t listen) {
  table_.end_listen(sink, listen);
  count();
}

void SubscriptionHub::remove(const ReplySink* sink) {
  table_.remove(sink);
  count();
}

void SubscriptionHub::catch_up(const Sink& sink, std::uint64_t listen) {
  table_.missed(sink.get(), listen);
  send();
}

void SubscriptionHub::taken(const ReplySink* sink) {
  table_.taken(sink);
  send();
}

void SubscriptionHub::stop() {
  timer_.cancel();
}

void SubscriptionHub::tell(const core::Changes& changes) {
  table_.changed(changes, find_agent_);
  send();
}

void SubscriptionHub::send() {
  const auto next = table_.send_due(SubscriptionTable::Clock::now());
  if (!next) return;
  timer_.expires_at(*next);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) send();
  });
}

void SubscriptionHub::count() {
  counters_.subscriptions.store(table_.size(), std::memory_order_relaxed);
}

}  // namespace governor::daemon
