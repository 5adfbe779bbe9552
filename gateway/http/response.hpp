#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/rules/refusal.hpp"

namespace governor::gateway {

inline constexpr std::string_view kJson = "application/json";
inline constexpr std::string_view kEventStream = "text/event-stream";

struct Response {
  unsigned status = 200;
  std::string content_type{};  ///< empty: there is no body
  std::string body{};
  std::vector<std::pair<std::string, std::string>> fields{};
  std::string cache_control = "no-store";
  std::string refused_as{};  ///< the code of the refusal that it is; empty: it is none

  static Response json(std::string body, unsigned status = 200);
  static Response of(const Refusal& refusal);
};

/// The whole message. Every one carries what keeps a browser from doing more with it than it should.
std::string response_text(const Response& response, bool keep_alive);

/// The head of a response whose body comes in chunks, as it is made.
std::string event_stream_head(const std::vector<std::pair<std::string, std::string>>& fields,
                              bool keep_alive);
std::string chunk(std::string_view text);
/// Ends such a body.
inline constexpr std::string_view kLastChunk = "0\r\n\r\n";

}  // namespace governor::gateway
