#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <set>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "daemon/health/counters.hpp"
#include "daemon/state/subscription_table.hpp"

namespace governor::daemon {

/// Tells connections of changes to what they have subscribed to, when it is durable and never before. Runs on
/// the state strand; nothing here suspends. Without subscriptions it does nothing at all.
class SubscriptionHub {
 public:
  using Strand = boost::asio::strand<boost::asio::io_context::executor_type>;
  using Sink = SubscriptionTable::Sink;

  SubscriptionHub(Strand strand, Counters& counters, SubscriptionTable::FindAgent find_agent);

  /// What the session of this connection has subscribed to in the way of the older revisions.
  void follow(const Sink& sink, const std::set<std::string>& uris);
  /// Opens a stream; an error when there would be too many.
  std::optional<core::Error> listen(const Sink& sink, std::uint64_t listen, const std::string& id,
                                    const std::vector<std::string>& uris);
  void end_listen(const ReplySink* sink, std::uint64_t listen);
  void remove(const ReplySink* sink);

  /// The changes of one transaction that is on the disk.
  void durable(const core::Changes& changes) {
    if (!table_.empty()) tell(changes);
  }
  /// Tells of each resource once, since a client that comes back cannot know what it missed.
  void catch_up(const Sink& sink, std::uint64_t listen);
  void taken(const ReplySink* sink);
  void stop();

 private:
  void tell(const core::Changes& changes);
  void send();
  void count();

  SubscriptionTable table_;
  SubscriptionTable::FindAgent find_agent_;
  Counters& counters_;
  boost::asio::steady_timer timer_;
};

}  // namespace governor::daemon
