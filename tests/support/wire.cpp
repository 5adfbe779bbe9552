#include "tests/support/wire.hpp"

#include <unistd.h>

#include <stdexcept>

#include "ipc/connect.hpp"
#include "ipc/hello.hpp"
#include "ipc/numbered_line.hpp"
#include "ipc/random_id.hpp"

namespace governor::test {
namespace json = boost::json;

Wire::Wire(const Sandbox& sandbox) : lines_(ipc::connect_to(sandbox.socket(), patience()).value()) {}

bool Wire::hello(const std::string& session, const std::string& build) {
  ipc::Hello hello;
  hello.build = build;
  hello.session = session;
  hello.pid = ::getpid();
  hello.cwd = "/";
  hello.client = "wire";
  plain(ipc::encode_hello(hello));
  const auto line = read();
  if (!line) throw std::runtime_error("the connection was closed instead of an answer to hello");
  return ipc::parse_hello_reply(line->message).value().resumed;
}

void Wire::numbered(std::uint64_t number, std::string_view message) {
  lines_.write_line(std::to_string(number) + " " + std::string(message), patience());
}

void Wire::answered(std::uint64_t below, const std::vector<std::uint64_t>& also) {
  json::array others;
  for (const std::uint64_t number : also) others.emplace_back(number);
  const json::object params{{"below", below}, {"also", std::move(others)}};
  plain(
      json::serialize(json::object{{"jsonrpc", "2.0"}, {"method", "governor/answered"}, {"params", params}}));
}

std::optional<WireLine> Wire::read(ipc::Deadline deadline) {
  const auto line = lines_.read_line(deadline);
  if (!line) return std::nullopt;
  const auto parsed = ipc::classify(*line);
  return WireLine{parsed.numbered.number, std::string(parsed.numbered.payload)};
}

Answer Wire::answer_to(std::uint64_t number, ipc::Deadline deadline) {
  for (;;) {
    const auto line = read(deadline);
    if (!line) throw std::runtime_error("the connection ended before answer " + std::to_string(number));
    if (line->number == number) return to_answer(line->message);
  }
}

Answer Wire::plain_answer(ipc::Deadline deadline) {
  return answer_to(0, deadline);
}

std::string new_session() {
  return ipc::random_hex(16);
}

std::string tool_call(std::int64_t id, std::string_view tool, const json::object& arguments) {
  const json::object message{{"jsonrpc", "2.0"},
                             {"id", id},
                             {"method", "tools/call"},
                             {"params", tool_params(tool, arguments, true)}};
  return json::serialize(message);
}

Answer to_answer(const std::string& message) {
  Answer answer;
  answer.message = json::parse(message).as_object();
  const auto* id = answer.message.if_contains("id");
  if (id != nullptr && id->is_int64()) answer.id = id->get_int64();
  return answer;
}

}  // namespace governor::test
