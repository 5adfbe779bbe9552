#pragma once

#include <string>

#include "tests/support/binaries.hpp"
#include "tests/support/child.hpp"
#include "tests/support/conversation.hpp"
#include "tests/support/line_stream.hpp"
#include "tests/support/sandbox.hpp"

namespace governor::test {

/// A client as an IDE is one: over the standard streams of a proxy that it has started.
class ProxyConversation final : public Conversation {
 public:
  explicit ProxyConversation(const Sandbox& sandbox, const std::string& program = kProxy)
      : ProxyConversation(sandbox.command(program)) {}
  explicit ProxyConversation(const Command& command);

  void send(std::string_view message) override { lines_.write_line(message, patience()); }
  std::optional<std::string> receive(ipc::Deadline deadline) override { return lines_.read_line(deadline); }

  Child& process() { return process_; }
  /// Whether the proxy has taken all that was sent to it.
  bool has_read_all() const;
  /// The end of the proxy's input.
  void end_input() { lines_.end_writing(); }

 private:
  Child process_;
  LineStream lines_;
};

}  // namespace governor::test
