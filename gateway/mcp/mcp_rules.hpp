#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <variant>

#include "gateway/rules/request_head.hpp"

namespace governor::gateway {

inline constexpr int kInvalidRequest = -32600;

/// A request that is not carried out, as MCP wants it said.
struct McpRefusal {
  unsigned status;
  int number;  ///< of the JSON-RPC error
  std::string message;
  boost::json::object data{};

  /// With the id of the request, if it had one.
  [[nodiscard]] std::string json(const boost::json::value* id) const;
};

/// How a message belongs to others.
enum class Era {
  sessions,  ///< revisions up to 2025-11-25
  stateless  ///< 2026-07-28: each request says everything
};

/// By what the fields and the message say of the revision; checked against each other.
std::variant<Era, McpRefusal> era_of(const RequestHead& head, const boost::json::object& message);

/// Of a GET or a DELETE, which only sessions have.
bool is_known_revision(std::string_view revision);

/// The value that a field carries, which may be encoded for what cannot stand in one; nothing if that is
/// wrong.
std::optional<std::string> decoded_field(std::string_view value);

/// The status that goes with the answer to a stateless request.
unsigned status_of_answer(std::string_view answer);

/// Of a client that may be told by events, by its Accept field; one without takes everything.
bool takes_events(const RequestHead& head);
bool takes_json(const RequestHead& head);

}  // namespace governor::gateway
