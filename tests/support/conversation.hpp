#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ipc/deadline.hpp"
#include "tests/support/slowness.hpp"

namespace governor::test {

/// What came back for one request.
struct Answer {
  std::int64_t id = 0;
  boost::json::object message;

  /// The result object; throws, with what the daemon said, for a protocol error.
  const boost::json::object& result() const;
  /// The error object; throws for a result.
  const boost::json::object& error() const;
  bool is_error() const { return message.contains("error"); }
  /// The code of a tool result with isError, e.g. "not_owner"; empty for a success.
  std::string tool_error() const;
  /// Structured content of a tool result; throws for any kind of error.
  const boost::json::object& content() const;
};

/// An MCP client, through a proxy or directly on the socket: what is asked and answered is the same.
class Conversation {
 public:
  virtual ~Conversation() = default;

  /// One message of the client, as it stands on a line.
  virtual void send(std::string_view message) = 0;
  /// The next message for the client. Nothing at the end of the stream; throws at the deadline.
  virtual std::optional<std::string> receive(ipc::Deadline deadline) = 0;

  /// The legacy handshake. Without it tools are called in the stateless way of the 2026-07-28 revision.
  void initialize(ipc::Deadline deadline = patience());

  /// Sends a request with the next id, which is returned.
  std::int64_t ask(std::string_view method, boost::json::object params = {});
  std::int64_t ask_tool(std::string_view tool, boost::json::object arguments = {});
  /// The next answer, to whatever it is; notifications are dropped. Throws at the end of the stream.
  Answer next_answer(ipc::Deadline deadline = patience());

  Answer request(std::string_view method, boost::json::object params = {},
                 ipc::Deadline deadline = patience());
  Answer call(std::string_view tool, boost::json::object arguments = {}, ipc::Deadline deadline = patience());

 private:
  std::int64_t next_id_ = 1;
  bool initialized_ = false;
};

/// The params of tools/call; `stateless` ones say with every call what a handshake says once.
boost::json::object tool_params(std::string_view tool, boost::json::object arguments, bool stateless);

}  // namespace governor::test
