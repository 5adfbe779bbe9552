#include "proxy/streams.hpp"

#include "ipc/json_members.hpp"
#include "proxy/local_answers.hpp"

namespace governor::proxy {

std::string stream_of_notice(std::string_view line) {
  const auto params = ipc::find_member(line, "params");
  const auto meta = params ? ipc::find_member(*params, "_meta") : std::nullopt;
  const auto id = meta ? ipc::find_member(*meta, "io.modelcontextprotocol/subscriptionId") : std::nullopt;
  return std::string(id.value_or(std::string_view()));
}

bool opens_stream(std::string_view line, std::string_view id) {
  const auto own = id_to_answer(line);
  if (!own) return false;
  if (*own == id) return true;
  // One text may be escaped in several ways.
  const auto text = ipc::decode_string(*own);
  return text && text == ipc::decode_string(id);
}

}  // namespace governor::proxy
