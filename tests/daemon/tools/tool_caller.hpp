#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "tests/daemon/state/test_client.hpp"

namespace governor::daemon::test {

/// Calls tools, one line after the other.
class ToolCaller {
 public:
  explicit ToolCaller(const std::string& socket, std::string_view session = "a", std::string_view role = {})
      : client_(socket) {
    client_.hello(session, role);
  }
  boost::json::object operator()(std::string_view tool, const boost::json::object& arguments) {
    if (++line_ % 64 == 0) client_.confirm(line_);
    return client_.call(line_, tool, boost::json::serialize(arguments));
  }
  /// The same for a call that must be refused: its error.
  boost::json::object refused(std::string_view tool, const boost::json::object& arguments) {
    return client_.refused(++line_, tool, boost::json::serialize(arguments));
  }

 private:
  TestClient client_;
  std::uint64_t line_ = 0;
};

/// The arguments of a call that is about one agent.
inline boost::json::object of(const std::string& id) {
  return {{"agent_id", id}};
}

/// Of an agent that may be critical and rejected again and again, which does not begin anew by itself.
inline void reset_by_person(const std::string& socket, const std::string& id) {
  ToolCaller person(socket, "fee", "person");
  person("reset_monitor", {{"agent_id", id}, {"reason", "afresh"}});
}

}  // namespace governor::daemon::test
