#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/conversation.hpp"
#include "tests/support/line_stream.hpp"
#include "tests/support/sandbox.hpp"

namespace governor::test {

/// A line of the daemon: numbered (with or without a message) or plain (number 0).
struct WireLine {
  std::uint64_t number = 0;
  std::string message;
};

/// The daemon's socket by hand: every line is what the test makes it.
class Wire {
 public:
  explicit Wire(const Sandbox& sandbox);

  /// Says hello and returns whether the session was resumed; throws when the daemon refuses.
  bool hello(const std::string& session, const std::string& build = "0.0.1+1.test");
  void plain(std::string_view message) { lines_.write_line(message, patience()); }
  void numbered(std::uint64_t number, std::string_view message);
  /// Confirms answers.
  void answered(std::uint64_t below, const std::vector<std::uint64_t>& also = {});

  /// Nothing when the daemon has closed the connection.
  std::optional<WireLine> read(ipc::Deadline deadline = patience());
  /// The answer on a line of this number; others are dropped. Throws when the connection ends first.
  Answer answer_to(std::uint64_t number, ipc::Deadline deadline = patience());
  /// The next answer without a number.
  Answer plain_answer(ipc::Deadline deadline = patience());

  LineStream& lines() { return lines_; }

 private:
  LineStream lines_;
};

/// A session id: 32 hexadecimal digits.
std::string new_session();

/// A tools/call request as text, stateless.
std::string tool_call(std::int64_t id, std::string_view tool, const boost::json::object& arguments);

Answer to_answer(const std::string& message);

}  // namespace governor::test
