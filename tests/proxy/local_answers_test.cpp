#include "proxy/local_answers.hpp"

#include "ipc/json_members.hpp"
#include "tests/support/catch.hpp"

using namespace governor::proxy;
using governor::ipc::find_member;

TEST_CASE("a request is answered with its own id, as it was written") {
  CHECK(id_to_answer(R"({"jsonrpc":"2.0","id":7,"method":"a"})") == "7");
  CHECK(id_to_answer(R"({"method":"a","params":{"id":1},"id":"x\"y"})") == R"("x\"y")");
  CHECK(id_to_answer(R"(  {"id":-1.5,"method":"a"})") == "-1.5");
}

TEST_CASE("nobody waits for an answer to a notification or to an answer") {
  CHECK_FALSE(id_to_answer(R"({"method":"notifications/initialized"})"));
  CHECK_FALSE(id_to_answer(R"({"id":3,"result":{}})"));
  CHECK_FALSE(id_to_answer(" "));
}

TEST_CASE("where there is no usable id the answer has none") {
  CHECK(id_to_answer(R"([{"id":1,"method":"a"}])") == "");
  CHECK(id_to_answer("no json") == "");
  CHECK(id_to_answer(R"({"id":{"a":1},"method":"a"})") == "");
  CHECK(id_to_answer(R"({"id":null,"method":"a"})") == "");
}

TEST_CASE(
    "an unreachable daemon is explained: why, what to do, and whether the request may have been carried "
    "out") {
  const std::string sent = unreachable_answer("7", "it \"died\"", true);
  CHECK(sent.ends_with("}}}\n"));
  CHECK(find_member(sent, "id") == std::string_view("7"));
  const auto error = find_member(sent, "error");
  REQUIRE(error);
  CHECK(find_member(*error, "code") == std::string_view("-31001"));
  CHECK(find_member(*error, "message")->find("it \\\"died\\\"") != std::string_view::npos);
  CHECK(find_member(*error, "message")->find("outcome is unknown") != std::string_view::npos);
  const auto data = find_member(*error, "data");
  REQUIRE(data);
  CHECK(find_member(*data, "code") == std::string_view("\"daemon_unreachable\""));
  CHECK(find_member(*data, "outcome") == std::string_view("\"unknown\""));
  CHECK(find_member(*data, "hint"));
  CHECK(unreachable_answer("7", "x", false).find("\"not_sent\"") != std::string::npos);
}

TEST_CASE("an over-long message is refused with both sizes") {
  const std::string line = line_too_long_answer(9000000);
  const auto data = find_member(find_member(line, "error").value(), "data");
  REQUIRE(data);
  CHECK(find_member(*data, "code") == std::string_view("\"limit_exceeded\""));
  CHECK(find_member(*data, "given") == std::string_view("9000000"));
  CHECK(find_member(*data, "limit") == std::string_view("8388608"));
}
