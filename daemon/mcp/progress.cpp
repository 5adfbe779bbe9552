#include "daemon/mcp/progress.hpp"

#include "daemon/mcp/governor_methods.hpp"
#include "daemon/mcp/members.hpp"
#include "daemon/support/json_writer.hpp"

namespace governor::daemon {

std::string progress_token_of(const Request& request) {
  const boost::json::object* meta = member_object(request.params, "_meta");
  const boost::json::value* token = member(meta, "progressToken");
  constexpr std::size_t kLongest = 1024;  // it comes back with every notification
  bool valid = false;
  std::string text = request_id_text(token, valid);  // both have the same form
  return valid && text.size() <= kLongest ? text : std::string();
}

std::string progress_line(std::string_view token, double waited, double longest) {
  std::string line;
  JsonWriter json(line);
  json.begin_object().field("jsonrpc", "2.0").field("method", "notifications/progress");
  json.key("params").begin_object().key("progressToken").raw(token);
  json.field("progress", waited).field("total", longest).end_object().end_object();
  return line;
}

}  // namespace governor::daemon
