#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace governor::proxy {

// The few JSON-RPC messages that the proxy makes itself. Each returned line ends with its newline.

/// Whether the client waits for an answer to this line: a request, or something only the daemon could judge.
/// The value is the raw JSON of the id to answer with, empty where there is none to be had. Also of lines
/// that no parser would take.
std::optional<std::string> id_to_answer(std::string_view line);

struct Unreachable {
  std::string_view reason;
  bool was_sent = false;  ///< the request may have been carried out
  bool refused = false;   ///< the daemon is there and does not take this client: waiting would not help
  std::string_view program = "governor-proxy";  ///< who says so
};

/// The daemon could not be reached.
std::string unreachable_answer(std::string_view id, const Unreachable& why);

/// A method of governor's own, which are not for MCP clients; not empty if the line asks for one. The daemon
/// refuses them on its own as well, whatever form they have.
std::string governor_method(std::string_view line);
std::string not_forwarded_answer(std::string_view id, std::string_view method);

/// The client's line was longer than the limit and has been skipped.
std::string line_too_long_answer(std::string_view id, std::size_t bytes);

/// The daemon's answer was too long to be passed on.
std::string answer_too_long_answer(std::string_view id, std::size_t bytes);

}  // namespace governor::proxy
