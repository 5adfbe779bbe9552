// Subscriptions to resources: who is told of changes, as far as it concerns the sessions.
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <utility>

#include "daemon/mcp/listen_messages.hpp"
#include "daemon/state/state_owner.hpp"

namespace governor::daemon {

void StateOwner::listen(std::shared_ptr<ReplySink> sink, std::vector<std::string> uris, Ticket ticket) {
  boost::asio::dispatch(
      strand_, [this, sink = std::move(sink), uris = std::move(uris), ticket = std::move(ticket)]() mutable {
        if (sink->attachment.detached) return;
        const std::uint64_t listen = ticket.listen;
        const std::string& id = ticket.envelope.id;
        if (auto error = hub_.listen(sink, listen, id, uris)) {
          sink->deliver(std::move(ticket), core::Result<std::string>(*std::move(error)));
          return;
        }
        sink->deliver(std::move(ticket), listen_acknowledged_json(id, uris));
        // It may be one that the client opened before it lost its connection.
        if (sink->attachment.resumed) hub_.catch_up(sink, listen);
      });
}

void StateOwner::end_listen(std::shared_ptr<ReplySink> sink, std::uint64_t listen) {
  boost::asio::dispatch(strand_,
                        [this, sink = std::move(sink), listen] { hub_.end_listen(sink.get(), listen); });
}

/// Not at once: the notices may have been refused while the hub was handing them out.
void StateOwner::notices_taken(std::shared_ptr<ReplySink> sink) {
  boost::asio::post(strand_, [this, sink = std::move(sink)] { hub_.taken(sink.get()); });
}

void StateOwner::follow_subscriptions(const std::shared_ptr<ReplySink>& sink) {
  if (sink->attachment.detached) return;
  const core::Session* session = state_ ? state_->find_session(sink->attachment.session) : nullptr;
  if (session != nullptr) hub_.follow(sink, session->subscriptions);
}

core::AgentKey StateOwner::loaded_agent(const std::string& id) {
  if (!state_ || state_->presence(id) != core::State::Presence::loaded) return 0;
  return state_->find_agent(id)->profile.key;
}

}  // namespace governor::daemon
