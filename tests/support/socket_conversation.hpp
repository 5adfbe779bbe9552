#pragma once

#include <cstdint>

#include "tests/support/conversation.hpp"
#include "tests/support/wire.hpp"

namespace governor::test {

/// A client that speaks to the socket itself, with numbered lines as a proxy does, but without coming back
/// when the connection is lost.
class SocketConversation final : public Conversation {
 public:
  explicit SocketConversation(const Sandbox& sandbox);

  void send(std::string_view message) override { wire_.numbered(next_number_++, message); }
  std::optional<std::string> receive(ipc::Deadline deadline) override;

 private:
  Wire wire_;
  std::uint64_t next_number_ = 1;
  std::vector<std::uint64_t> unconfirmed_;
};

}  // namespace governor::test
