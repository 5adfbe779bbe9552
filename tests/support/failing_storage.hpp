#pragma once

#include <vector>

#include "tests/support/load.hpp"
#include "tests/support/socket_conversation.hpp"

namespace governor::test {

/// What clients must see of a daemon whose storage fails for a while, whatever makes it fail.
class FailingStorage {
 public:
  /// A daemon must run.
  explicit FailingStorage(const Sandbox& sandbox);

  /// Before: updates are taken.
  void work();
  /// Meanwhile: updates are refused with a clear error, sooner or later; from then on health says so, and
  /// what is durable, and nothing else, can be read.
  void fail();
  /// Afterwards: updates are taken again without a restart, numbered as if the refused ones had never been.
  void recover();

  const std::vector<Update>& acknowledged() const { return acknowledged_; }

 private:
  /// Whether the update was taken; checks the kind of refusal if not.
  bool update();
  void check_history();

  const Sandbox& sandbox_;
  SocketConversation client_;
  SocketConversation reader_;
  std::vector<Update> acknowledged_;
  int marks_ = 0;
};

}  // namespace governor::test
