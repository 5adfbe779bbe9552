#include "proxy/streams.hpp"

#include <initializer_list>
#include <optional>

#include "ipc/json_members.hpp"
#include "proxy/local_answers.hpp"

namespace governor::proxy {
namespace {

constexpr std::string_view kProgressToken = "progressToken";

/// The member at the end of the path, as JSON text; empty if there is none.
std::string_view member_at(std::string_view object, std::initializer_list<std::string_view> path) {
  std::optional<std::string_view> found = object;
  for (const std::string_view name : path) {
    found = found ? ipc::find_member(*found, name) : std::nullopt;
  }
  return found.value_or(std::string_view());
}

/// One text may be escaped in several ways.
bool is_same_value(std::string_view a, std::string_view b) {
  if (a == b) return !a.empty();
  const auto text = ipc::decode_string(a);
  return text && text == ipc::decode_string(b);
}

}  // namespace

std::string stream_of_notice(std::string_view line) {
  return std::string(member_at(line, {"params", "_meta", "io.modelcontextprotocol/subscriptionId"}));
}

bool opens_stream(std::string_view line, std::string_view id) {
  const auto own = id_to_answer(line);
  return own && is_same_value(*own, id);
}

std::string token_of_notice(std::string_view line) {
  return std::string(member_at(line, {"params", kProgressToken}));
}

bool asks_for_progress(std::string_view line, std::string_view token) {
  return is_same_value(member_at(line, {"params", "_meta", kProgressToken}), token);
}

}  // namespace governor::proxy
