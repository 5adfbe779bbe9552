#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace governor::proxy {

// The few JSON-RPC messages that the proxy makes itself. Each returned line ends with its newline.

/// Whether the client waits for an answer to this line: a request, or something only the daemon could judge.
/// The value is the raw JSON of the id to answer with, empty where there is none to be had.
std::optional<std::string> id_to_answer(std::string_view line);

/// The daemon could not be reached. `was_sent`: it may have been carried out.
std::string unreachable_answer(std::string_view id, std::string_view reason, bool was_sent);

/// A method of governor's own, which are not for MCP clients; not empty if the line asks for one. The daemon
/// refuses them on its own as well, whatever form they have.
std::string governor_method(std::string_view line);
std::string not_forwarded_answer(std::string_view id, std::string_view method);

/// The client's line was longer than the limit and has been skipped.
std::string line_too_long_answer(std::size_t bytes);

/// The daemon's answer was too long to be passed on.
std::string answer_too_long_answer(std::string_view id, std::size_t bytes);

}  // namespace governor::proxy
