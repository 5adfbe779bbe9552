#include "gateway/daemon/request_table.hpp"

#include "tests/support/catch.hpp"

using governor::gateway::RequestTable;
namespace json = boost::json;

namespace {

json::object request(std::string_view text) {
  return json::parse(text).get_object();
}

}  // namespace

TEST_CASE("clients with the same ids get their own answers") {
  RequestTable table;
  json::object first = request(R"({"jsonrpc":"2.0","id":1,"method":"a"})");
  json::object second = request(R"({"jsonrpc":"2.0","id":"1","method":"b"})");
  const auto one = table.add(first);
  const auto two = table.add(second);
  CHECK(first["id"] == one);
  CHECK(second["id"] == two);
  const auto answer =
      table.take(R"({"jsonrpc":"2.0","id":)" + std::to_string(two) + R"(,"result":{"id":7}})");
  CHECK(answer.key == two);
  CHECK(answer.is_answer);
  CHECK(answer.message == R"({"jsonrpc":"2.0","id":"1","result":{"id":7}})");
  const auto other =
      table.take(R"({"jsonrpc":"2.0","id":)" + std::to_string(one) + R"(,"error":{"code":1}})");
  CHECK(other.message == R"({"jsonrpc":"2.0","id":1,"error":{"code":1}})");
  CHECK(table.size() == 0);
  CHECK(table.take(R"({"jsonrpc":"2.0","id":1,"result":{}})").key == 0);
}

TEST_CASE("progress comes with the client's own token, of whatever kind") {
  RequestTable table;
  json::object call = request(
      R"({"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"_meta":{"progressToken":"t\"1"}}})");
  const auto key = table.add(call);
  CHECK(call["params"].at("_meta").at("progressToken") == key);
  const auto progress =
      table.take(R"({"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":)" +
                 std::to_string(key) + R"(,"progress":3}})");
  CHECK(progress.key == key);
  CHECK_FALSE(progress.is_answer);
  CHECK(
      progress.message ==
      R"({"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"t\"1","progress":3}})");
  CHECK(table.size() == 1);
}

TEST_CASE("what a stream tells comes with the id of the request that opened it") {
  RequestTable table;
  json::object listen = request(R"({"jsonrpc":"2.0","id":"s","method":"subscriptions/listen"})");
  const auto key = table.add(listen);
  const auto told = table.take(
      R"({"method":"notifications/resources/updated","params":{"uri":"u","_meta":{"io.modelcontextprotocol/subscriptionId":)" +
      std::to_string(key) + "}}}");
  CHECK(told.key == key);
  CHECK(
      told.message ==
      R"({"method":"notifications/resources/updated","params":{"uri":"u","_meta":{"io.modelcontextprotocol/subscriptionId":"s"}}})");
}

TEST_CASE("requests and notifications of the daemon belong to no request of a client") {
  RequestTable table;
  json::object call = request(R"({"jsonrpc":"2.0","id":1,"method":"a"})");
  table.add(call);
  const auto question = table.take(R"({"jsonrpc":"2.0","id":1,"method":"elicitation/create","params":{}})");
  CHECK(question.key == 0);
  CHECK_FALSE(question.is_answer);
  CHECK(table.take(R"({"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"u"}})")
            .key == 0);
  CHECK(table.size() == 1);
}

TEST_CASE("a client names what it cancels by its own id: the newest of that id is meant") {
  RequestTable table;
  json::object first = request(R"({"id":1,"method":"a"})");
  json::object second = request(R"({"id":1,"method":"a"})");
  const auto one = table.add(first);
  const auto two = table.add(second);
  CHECK(table.key_of(json::value(1)) == two);
  table.remove(two);
  CHECK(table.key_of(json::value(1)) == one);
  CHECK(table.key_of(json::value("1")) == 0);
}
