#include "tests/daemon/state/test_client.hpp"

#include "ipc/numbered_line.hpp"
#include "tests/support/catch.hpp"

namespace governor::daemon::test {
namespace {

namespace json = boost::json;

ipc::Deadline soon() {
  return ipc::Deadline::after(std::chrono::seconds(30));
}

ipc::Client connected(const std::string& socket) {
  auto client = ipc::Client::connect(socket, soon());
  REQUIRE(client.has_value());
  return *std::move(client);
}

std::string session_id(std::string_view name) {
  std::string id(name);
  id.resize(32, '0');
  return id;
}

json::object tool_result(const std::string& answer) {
  const json::object reply = json::parse(answer).as_object();
  INFO(answer);
  REQUIRE(reply.contains("result"));
  return reply.at("result").as_object();
}

template <class Condition>
bool health_comes_to(const std::string& socket, Condition condition) {
  TestClient client(socket);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (std::chrono::steady_clock::now() < deadline) {
    if (condition(client.health())) return true;
  }
  return false;
}

}  // namespace

TestClient::TestClient(const std::string& socket) : client_(connected(socket)) {}

void TestClient::send(std::string_view line) {
  REQUIRE(client_.send_line(line).has_value());
}

std::optional<std::string> TestClient::next_line() {
  auto line = client_.receive_line(soon());
  if (line) return *std::move(line);
  INFO(line.error().message);
  REQUIRE((line.error().code == ipc::Errc::closed || line.error().code == ipc::Errc::io_error));
  return std::nullopt;
}

json::object TestClient::next_object() {
  const auto line = next_line();
  REQUIRE(line);
  return json::parse(*line).as_object();
}

void TestClient::send_hello(std::string_view session, std::string_view role) {
  send(R"({"jsonrpc":"2.0","id":0,"method":"governor/hello","params":{"protocol":1,"build":"t","session":")" +
       session_id(session) + R"(","pid":1,"cwd":"/","tools":"full","client":"client-)" +
       std::string(session) + (role.empty() ? "" : "\",\"role\":\"" + std::string(role)) + "\"}}");
}

void TestClient::introduce_as(std::string_view role) {
  send(
      R"({"jsonrpc":"2.0","id":0,"method":"governor/hello","params":{"protocol":1,"build":"t","pid":1,"cwd":"/",)"
      R"("client":"test","role":")" +
      std::string(role) + "\"}}");
  REQUIRE(next_object().contains("result"));
}

json::object TestClient::hello(std::string_view session, std::string_view role) {
  send_hello(session, role);
  return next_object().at("result").as_object();
}

void TestClient::send_tool(std::uint64_t number, std::string_view tool, std::string_view arguments) {
  std::string line;
  if (number != 0) {
    ipc::append_number(line, number);
    line += ' ';
  }
  line += R"({"jsonrpc":"2.0","id":)" + std::to_string(number) +
          R"(,"method":"tools/call","params":{"name":")" + std::string(tool) + R"(","arguments":)" +
          std::string(arguments) +
          R"(,"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
          R"("io.modelcontextprotocol/clientCapabilities":{}}}})";
  send(line);
}

void TestClient::send_update(std::uint64_t number, std::string_view agent) {
  send_tool(number, "process_agent_update", R"({"agent_id":")" + std::string(agent) + "\"}");
}

std::optional<std::string> TestClient::next_but_notices() {
  auto line = next_line();
  REQUIRE(line);
  if (!line->starts_with('{')) return line;
  json::object message = json::parse(*line).as_object();
  if (!message.contains("method")) return line;
  notices_.push_back(std::move(message));
  return std::nullopt;
}

json::object TestClient::next_notice() {
  while (notices_.empty()) {
    const auto line = next_but_notices();
    if (!line) continue;
    const auto classified = ipc::classify(*line);
    INFO(*line);
    REQUIRE(classified.kind == ipc::LineKind::numbered);
    REQUIRE(answers_.emplace(classified.numbered.number, classified.numbered.payload).second);
  }
  json::object notice = std::move(notices_.front());
  notices_.pop_front();
  return notice;
}

json::object TestClient::ask(std::string_view line) {
  send(line);
  for (;;) {
    if (const auto answer = next_but_notices()) return json::parse(*answer).as_object();
  }
}

std::uint64_t TestClient::next_number() {
  std::optional<std::string> line;
  while (!line) line = next_but_notices();
  const auto classified = ipc::classify(*line);
  INFO(*line);
  REQUIRE(classified.kind == ipc::LineKind::numbered);
  const bool first = answers_.emplace(classified.numbered.number, classified.numbered.payload).second;
  REQUIRE(first);  // exactly one answer to each line
  return classified.numbered.number;
}

std::string TestClient::answer(std::uint64_t number) {
  while (answers_.count(number) == 0) next_number();
  return answers_.at(number);
}

json::object TestClient::result(std::uint64_t number) {
  const std::string text = answer(number);
  const json::object reply = tool_result(text);
  INFO(text);
  REQUIRE_FALSE(reply.at("isError").as_bool());
  return reply.at("structuredContent").as_object();
}

json::object TestClient::error(std::uint64_t number) {
  const std::string text = answer(number);
  const json::object reply = tool_result(text);
  INFO(text);
  REQUIRE(reply.at("isError").as_bool());
  REQUIRE_FALSE(reply.contains("structuredContent"));
  return reply.at("_meta").at("io.github.governor/error").as_object();
}

json::object TestClient::call(std::uint64_t number, std::string_view tool, std::string_view arguments) {
  send_tool(number, tool, arguments);
  return result(number);
}

json::object TestClient::refused(std::uint64_t number, std::string_view tool, std::string_view arguments) {
  send_tool(number, tool, arguments);
  return error(number);
}

std::int64_t TestClient::update(std::uint64_t number, std::string_view agent) {
  send_update(number, agent);
  return result(number).at("update").as_int64();
}

json::object TestClient::health() {
  return ask(R"({"jsonrpc":"2.0","id":"health","method":"governor/health"})").at("result").as_object();
}

json::object TestClient::status() {
  return ask(R"({"jsonrpc":"2.0","id":"status","method":"governor/status"})").at("result").as_object();
}

void TestClient::confirm(std::uint64_t below) {
  send(R"({"jsonrpc":"2.0","method":"governor/answered","params":{"below":)" + std::to_string(below) + "}}");
}

void TestClient::goodbye() {
  send(R"({"jsonrpc":"2.0","method":"governor/goodbye"})");
}

bool health_becomes(const std::string& socket, std::string_view status) {
  return health_comes_to(
      socket, [&](const json::object& health) { return health.at("status").as_string() == status; });
}

bool sequence_reaches(const std::string& socket, std::int64_t sequence) {
  return health_comes_to(
      socket, [&](const json::object& health) { return health.at("sequence").as_int64() >= sequence; });
}

}  // namespace governor::daemon::test
