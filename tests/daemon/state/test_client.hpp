#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ipc/client.hpp"

namespace governor::daemon::test {

/// One connection, driven from the test's thread: lines may be sent ahead and answers fetched in any order.
/// Whatever does not come in time fails the test.
class TestClient {
 public:
  explicit TestClient(const std::string& socket);

  void send(std::string_view line);
  /// The next line, or none when the daemon has closed the connection.
  std::optional<std::string> next_line();
  /// The next line, parsed; for plain answers.
  boost::json::object next_object();

  /// Says hello; returns its result. Sessions are named by a short text, which is padded to an id.
  /// `role`: person or guard; empty: an agent's.
  boost::json::object hello(std::string_view session, std::string_view role = {});
  void send_hello(std::string_view session, std::string_view role = {});
  /// Says hello as governorctl and its hooks do: in that role, without a session.
  void introduce_as(std::string_view role);

  /// Sends a call as line `number` (0: plain) and does not wait.
  void send_tool(std::uint64_t number, std::string_view tool, std::string_view arguments);
  void send_update(std::uint64_t number, std::string_view agent);
  /// Waits for the answer to line `number`, keeping those that come before.
  std::string answer(std::uint64_t number);
  /// Number of the next line that comes, which is kept.
  std::uint64_t next_number();
  /// The structured result of line `number`; the call must have succeeded.
  boost::json::object result(std::uint64_t number);
  /// The error of line `number`; the call must have failed in the way of a tool.
  boost::json::object error(std::uint64_t number);

  /// Sends and waits: result or error of one numbered call.
  boost::json::object call(std::uint64_t number, std::string_view tool, std::string_view arguments);
  boost::json::object refused(std::uint64_t number, std::string_view tool, std::string_view arguments);
  /// Number of the update that line `number` made.
  std::int64_t update(std::uint64_t number, std::string_view agent);

  /// The next notification on a plain line; answers that come before are kept, as are notifications where
  /// answers are awaited.
  boost::json::object next_notice();
  /// Notifications that came so far and were not asked for.
  [[nodiscard]] std::size_t kept_notices() const { return notices_.size(); }
  /// The answer to a plain request.
  boost::json::object ask(std::string_view line);

  /// governor/health on a plain line.
  boost::json::object health();
  /// governor/status on a plain line.
  boost::json::object status();
  void confirm(std::uint64_t below);
  void goodbye();
  [[nodiscard]] int fd() const { return client_.fd(); }

 private:
  ipc::Client client_;
  /// A notification is kept and none given; what is no notification is given.
  std::optional<std::string> next_but_notices();

  std::map<std::uint64_t, std::string> answers_;
  std::deque<boost::json::object> notices_;
};

/// Asks for health until `status` comes; false when it does not in time.
bool health_becomes(const std::string& socket, std::string_view status);
/// Asks for health until that many changes were applied in memory; false when it does not happen in time.
bool sequence_reaches(const std::string& socket, std::int64_t sequence);

}  // namespace governor::daemon::test
