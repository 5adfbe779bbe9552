#include "gateway/http/response.hpp"

#include <fmt/format.h>

#include <array>

namespace governor::gateway {
namespace {

constexpr std::array<std::pair<unsigned, std::string_view>, 18> kReasons{{
    {200, "OK"},
    {202, "Accepted"},
    {204, "No Content"},
    {303, "See Other"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {413, "Content Too Large"},
    {415, "Unsupported Media Type"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {503, "Service Unavailable"},
    {505, "HTTP Version Not Supported"},
}};

std::string_view reason_of(unsigned status) {
  for (const auto& [number, reason] : kReasons)
    if (number == status) return reason;
  return "Unknown";
}

void append_field(std::string& text, std::string_view name, std::string_view value) {
  text += name;
  text += ": ";
  text += value;
  text += "\r\n";
}

std::string head(unsigned status, const std::vector<std::pair<std::string, std::string>>& fields,
                 bool keep_alive) {
  std::string text = fmt::format("HTTP/1.1 {} {}\r\n", status, reason_of(status));
  // Only what this program serves itself: no scripts, styles or connections of anybody else, and no frame
  // around the page.
  append_field(text, "Content-Security-Policy",
               "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
               "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
  append_field(text, "X-Content-Type-Options", "nosniff");
  append_field(text, "Referrer-Policy", "no-referrer");
  append_field(text, "Cross-Origin-Resource-Policy", "same-origin");
  append_field(text, "Cross-Origin-Opener-Policy", "same-origin");
  append_field(text, "Connection", keep_alive ? "keep-alive" : "close");
  for (const auto& [name, value] : fields) append_field(text, name, value);
  return text;
}

}  // namespace

Response Response::json(std::string body, unsigned status) {
  Response response;
  response.status = status;
  response.content_type = kJson;
  response.body = std::move(body);
  return response;
}

Response Response::of(const Refusal& refusal) {
  Response response = json(refusal.json(), refusal.status);
  response.refused_as = refusal.code;
  return response;
}

std::string response_text(const Response& response, bool keep_alive) {
  std::string text = head(response.status, response.fields, keep_alive);
  append_field(text, "Cache-Control", response.cache_control);
  if (!response.content_type.empty()) append_field(text, "Content-Type", response.content_type);
  if (response.status != 204) append_field(text, "Content-Length", std::to_string(response.body.size()));
  text += "\r\n";
  text += response.body;
  return text;
}

std::string event_stream_head(const std::vector<std::pair<std::string, std::string>>& fields,
                              bool keep_alive) {
  std::string text = head(200, fields, keep_alive);
  append_field(text, "Cache-Control", "no-store, no-transform");
  append_field(text, "Content-Type", kEventStream);
  append_field(text, "X-Accel-Buffering", "no");
  append_field(text, "Transfer-Encoding", "chunked");
  text += "\r\n";
  return text;
}

std::string chunk(std::string_view text) {
  return fmt::format("{:x}\r\n{}\r\n", text.size(), text);
}

}  // namespace governor::gateway
