#include "gateway/rules/refusal.hpp"

#include "ipc/json_members.hpp"

namespace governor::gateway {
namespace {

void append(std::string& out, std::string_view name, std::string_view text) {
  out += '"';
  out += name;
  out += "\":";
  ipc::append_json_string(out, text);
}

}  // namespace

std::string Refusal::json() const {
  std::string out = R"({"error":{)";
  append(out, "code", code);
  out += ',';
  append(out, "message", message);
  out += ',';
  append(out, "hint", hint);
  return out + "}}";
}

std::string Refusal::json_rpc(int number) const {
  std::string out = R"({"jsonrpc":"2.0","error":{"code":)" + std::to_string(number) + ',';
  append(out, "message", message);
  out += R"(,"data":{)";
  append(out, "code", code);
  out += ',';
  append(out, "hint", hint);
  return out + "}}}";
}

}  // namespace governor::gateway
