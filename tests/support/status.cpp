#include "tests/support/status.hpp"

#include "tests/support/wire.hpp"

namespace governor::test {
namespace {

boost::json::object ask(const Sandbox& sandbox, const std::string& method) {
  Wire wire(sandbox);
  wire.plain(R"({"jsonrpc":"2.0","id":1,"method":")" + method + R"("})");
  return wire.plain_answer().result();
}

}  // namespace

boost::json::object health(const Sandbox& sandbox) {
  return ask(sandbox, "governor/health");
}
boost::json::object status(const Sandbox& sandbox) {
  return ask(sandbox, "governor/status");
}

boost::json::object audit_check(const Sandbox& sandbox) {
  return ask(sandbox, "governor/audit_verify");
}

std::size_t session_count(const Sandbox& sandbox) {
  return status(sandbox).at("session_list").as_array().size();
}

}  // namespace governor::test
