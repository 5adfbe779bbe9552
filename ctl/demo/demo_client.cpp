#include "ctl/demo/demo_client.hpp"

#include <utility>

#include "ctl/daemon_call.hpp"
#include "ctl/json_fields.hpp"

namespace governor::ctl {

namespace json = boost::json;

namespace {

ipc::Error protocol_error(const std::string& what, std::string_view line) {
  return ipc::Error{ipc::Errc::protocol_error, 0, what + ": " + std::string(line.substr(0, 200))};
}

}  // namespace

DemoClient::DemoClient(ProxyProcess proxy, std::string name, ipc::Interrupts interrupts)
    : proxy_(std::move(proxy)), name_(std::move(name)), interrupts_(interrupts) {}

ipc::Result<void> DemoClient::begin(ipc::Deadline deadline) {
  json::object params = {{"protocolVersion", "2025-11-25"},
                         {"capabilities", json::object()},
                         {"clientInfo", {{"name", name_}, {"version", "1"}}}};
  if (auto reply = request("initialize", std::move(params), deadline); !reply) return reply.error();
  return proxy_.write_line(R"({"jsonrpc":"2.0","method":"notifications/initialized"})", deadline,
                           interrupts_);
}

ipc::Result<json::object> DemoClient::call_tool(std::string_view tool, json::object arguments,
                                                ipc::Deadline deadline) {
  json::object params = {{"name", tool}, {"arguments", std::move(arguments)}};
  const auto result = request("tools/call", std::move(params), deadline);
  if (!result) return result.error();
  return structured_content(*result, tool);
}

ipc::Result<json::value> DemoClient::request(std::string_view method, json::object params,
                                             ipc::Deadline deadline) {
  const std::int64_t id = next_id_++;
  const json::object message = {
      {"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", std::move(params)}};
  if (auto sent = proxy_.write_line(json::serialize(message), deadline, interrupts_); !sent)
    return sent.error();
  for (;;) {
    const auto line = proxy_.read_line(deadline, interrupts_);
    if (!line) return line.error();
    boost::system::error_code failure;
    const json::value parsed = json::parse(*line, failure);
    if (failure || !parsed.is_object())
      return protocol_error("governor-proxy wrote something that is no message", *line);
    const json::object& reply = parsed.get_object();
    if (reply.contains("method")) continue;  // a notification
    if (count_field(reply, "id") != id)
      return protocol_error("an answer to something that was not asked", *line);
    if (const json::value* result = reply.if_contains("result")) return *result;
    return ipc::Error{ipc::Errc::remote_error, 0, text_field(object_field(reply, "error"), "message")};
  }
}

}  // namespace governor::ctl
