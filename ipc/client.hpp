#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "ipc/deadline.hpp"
#include "ipc/error.hpp"
#include "ipc/line_decoder.hpp"
#include "ipc/unique_fd.hpp"

namespace governor::ipc {

/// A small blocking client for tools and tests: one request at a time, plain lines.
class Client {
 public:
  static Result<Client> connect(const std::string& path, Deadline deadline);
  /// Takes over a connected socket.
  explicit Client(UniqueFd socket);

  /// Adds the newline. Waits at most ten seconds for room.
  Result<void> send_line(std::string_view line);
  /// Without its end. Errc::closed when the daemon has closed the connection.
  Result<std::string> receive_line(Deadline deadline);

  /// Sends a request and returns its result; notifications that come in between are dropped. An error answer
  /// is remote_error with message and hint; last_error() has the whole of it.
  Result<boost::json::value> call(std::string_view method, boost::json::object params, Deadline deadline);

  /// Says who speaks, see Hello: `role` is person or guard. Does not wait for the answer, which comes before
  /// those to what is asked next; a daemon that does not know roles takes the rest all the same.
  Result<void> introduce_as(std::string name, std::string role);

  /// tools/call in the stateless 2026-07-28 way; returns the result object, also when it says isError.
  Result<boost::json::value> call_tool(std::string_view name, boost::json::object arguments,
                                       Deadline deadline);

  /// The error object of the last call that gave remote_error.
  const boost::json::object& last_error() const { return last_error_; }
  int fd() const { return socket_.get(); }

 private:
  Result<boost::json::value> answer_from(boost::json::object answer);

  UniqueFd socket_;
  LineDecoder decoder_;
  std::int64_t next_id_ = 1;
  std::string name_ = "governor";
  boost::json::object last_error_;
};

}  // namespace governor::ipc
