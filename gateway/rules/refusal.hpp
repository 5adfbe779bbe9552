#pragma once

#include <string>
#include <string_view>

namespace governor::gateway {

/// Why a request was not carried out, for the client and for the log.
struct Refusal {
  unsigned status;
  std::string code;  ///< stable, in snake_case
  std::string message;
  std::string hint;  ///< what to do

  /// `{"error":{"code","message","hint"}}`
  [[nodiscard]] std::string json() const;
  /// The same as a JSON-RPC error without an id, for clients of MCP.
  [[nodiscard]] std::string json_rpc(int number = -32000) const;
};

}  // namespace governor::gateway
