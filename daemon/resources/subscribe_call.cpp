#include "daemon/resources/subscribe_call.hpp"

#include <fmt/format.h>

#include <utility>

#include "daemon/support/limits.hpp"

namespace governor::daemon {
namespace {

std::size_t count_all(const core::State& state) {
  std::size_t count = 0;
  for (const auto& [key, session] : state.sessions()) count += session.subscriptions.size();
  return count;
}

core::Error too_many(std::string message) {
  return {core::ErrorCode::limit_exceeded, std::move(message),
          "Unsubscribe from a resource, or subscribe to governor://agents, which covers all agents."};
}

class SubscribeCall final : public ToolCall {
 public:
  SubscribeCall(std::string uri, bool wanted) : uri_(std::move(uri)), wanted_(wanted) {}

  Step run(CallContext& context) override {
    core::Session* session = context.state.find_session(context.caller.session);
    if (session == nullptr) {
      return core::Error(core::ErrorCode::conflict, "Only an open session can subscribe.",
                         "Connect again and subscribe then.");
    }
    auto& subscriptions = session->subscriptions;
    if (subscriptions.contains(uri_) != wanted_) {
      if (auto error = wanted_ ? check_limits(subscriptions.size(), context.state) : std::nullopt) {
        return *std::move(error);
      }
      wanted_ ? static_cast<void>(subscriptions.insert(uri_)) : static_cast<void>(subscriptions.erase(uri_));
      context.state.save_session(*session, context.changes);
    }
    return std::string("{}");
  }

 private:
  static std::optional<core::Error> check_limits(std::size_t own, const core::State& state) {
    if (own >= kMaxSubscribedUris) {
      return too_many(fmt::format("This session has subscribed to {} resources, the limit.", own));
    }
    if (count_all(state) >= kMaxSubscribedUrisInAll) {
      return too_many(fmt::format("All sessions together have subscribed to {} resources, the limit.",
                                  kMaxSubscribedUrisInAll));
    }
    return std::nullopt;
  }

  std::string uri_;
  bool wanted_;
};

}  // namespace

std::unique_ptr<ToolCall> make_subscribe_call(std::string uri, bool wanted) {
  return std::make_unique<SubscribeCall>(std::move(uri), wanted);
}

}  // namespace governor::daemon
