#include "tests/support/socket_conversation.hpp"

namespace governor::test {
namespace {

constexpr std::size_t kConfirmEvery = 64;

}  // namespace

SocketConversation::SocketConversation(const Sandbox& sandbox) : wire_(sandbox) {
  wire_.hello(new_session());
}

std::optional<std::string> SocketConversation::receive(ipc::Deadline deadline) {
  for (;;) {
    auto line = wire_.read(deadline);
    if (!line) return std::nullopt;
    if (line->number != 0) unconfirmed_.push_back(line->number);
    if (unconfirmed_.size() >= kConfirmEvery) {
      wire_.answered(0, unconfirmed_);
      unconfirmed_.clear();
    }
    if (!line->message.empty()) return std::move(line->message);
  }
}

}  // namespace governor::test
