#include "proxy/local_answers.hpp"

#include "ipc/json_members.hpp"
#include "tests/support/catch.hpp"

using namespace governor::proxy;
using governor::ipc::find_member;

TEST_CASE("a request is answered with its own id, as it was written") {
  CHECK(id_to_answer(R"({"jsonrpc":"2.0","id":7,"method":"a"})") == "7");
  CHECK(id_to_answer(R"({"method":"a","params":{"id":1},"id":"x\"y"})") == R"("x\"y")");
  CHECK(id_to_answer(R"(  {"id":-15,"method":"a"})") == "-15");
}

TEST_CASE("a request that no parser takes has its id all the same") {
  CHECK(id_to_answer(R"({"jsonrpc":"2.0","id":7,"method":"a","params":{"x":NaN}})") == "7");
  CHECK(id_to_answer(R"({"jsonrpc":"2.0","id":7,"method":"a","params":)") == "7");
}

TEST_CASE("an id goes back without what ends lines for some programs") {
  CHECK(unreachable_answer("\"a\xE2\x80\xA8\"", {"x"}).find(R"("id":"a\u2028")") != std::string::npos);
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
  CHECK(id_to_answer(R"({"id":-1.5,"method":"a"})") == "");
}

TEST_CASE(
    "an unreachable daemon is explained: why, what to do, and whether the request may have been carried "
    "out") {
  const std::string sent = unreachable_answer("7", {"it \"died\"", true});
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
  CHECK(unreachable_answer("7", {"x"}).find("\"not_sent\"") != std::string::npos);
  const std::string refused = unreachable_answer("7", {"tools is \"x\".", false, true});
  CHECK(refused.find(R"("tools is \"x\". The request was not sent")") != std::string::npos);
  CHECK(refused.find("cannot be reached") == std::string::npos);
  CHECK(refused.find("--help") != std::string::npos);
}

TEST_CASE("an over-long message is refused with both sizes") {
  const std::string line = line_too_long_answer("\"q\"", 9000000);
  CHECK(find_member(line, "id") == std::string_view("\"q\""));
  CHECK_FALSE(find_member(line_too_long_answer("", 9000000), "id"));
  const auto data = find_member(find_member(line, "error").value(), "data");
  REQUIRE(data);
  CHECK(find_member(*data, "code") == std::string_view("\"limit_exceeded\""));
  CHECK(find_member(*data, "given") == std::string_view("9000000"));
  CHECK(find_member(*data, "limit") == std::string_view("8388608"));
}
