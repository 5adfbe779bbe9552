#include "ipc/message_outline.hpp"

#include <string>

#include "tests/support/catch.hpp"

using governor::ipc::MessageOutline;

namespace {

std::string id_of(std::string_view line) {
  return std::string(MessageOutline(line).request_id());
}

}  // namespace

TEST_CASE("the id of a request that no parser takes is found") {
  for (const char* line : {
           R"({"jsonrpc":"2.0","id":7,"method":"m","params":{"x":NaN}})",
           R"({"method":"m","params":{"x":[Infinity,-Infinity]},"jsonrpc":"2.0","id":7})",
           R"({"params":{"id":1,"x":"\ud83d"},"method":"m","id":7})",
           R"({"id":7,"method":"m","params":{"text":"he said "hi", "id":8"}})",
           R"({"id":7,"method":"m","params":{"text":"use "}" to close, "id":8"}})",
           R"({"id":7,"method":"m",)",
           R"({"id":7,"method":)",
           R"({"id":7,"method":"m"/* please */})",
           R"({"id":7,"method":"m"} and more)",
           R"(  { "method" : "m" , "id" : 7 } )",
           R"(12 {"id":7,"method":"m"})",
           "\xEF\xBB\xBF{\"id\":7,\"method\":\"m\"}",
           "{\"method\":\"m\",\"params\":\"\xFF\xFE\",\"id\":7}",
           R"({"method":"m","id":6,"id":7})",
       }) {
    INFO(line);
    CHECK(id_of(line) == "7");
    CHECK(MessageOutline(line).expects_answer());
  }
  CHECK(id_of(R"({"id":"a\"b","method":"m"})") == R"("a\"b")");
  CHECK(id_of(R"({"id":"\ud800","method":"m"})") == R"("\ud800")");
}

TEST_CASE("an id that cannot be given back is none") {
  const std::string overlong = "{\"id\":\"" + std::string(10'000, 'x') + "\",\"method\":\"m\"}";
  for (const char* line :
       {R"({"id":null,"method":"m"})", R"({"id":{"a":1},"method":"m"})", R"({"id":["x"],"method":"m"})",
        R"({"id":1.5,"method":"m"})", R"({"id":12345678901234567890123,"method":"m"})",
        R"({"id":NaN,"method":"m"})", R"({"id":007,"method":"m"})", R"({"id":"\q","method":"m"})",
        "{\"id\":\"\xFF\",\"method\":\"m\"}", overlong.c_str(), R"({"id":7,"id":null,"method":"m"})",
        R"({id:7,"method":"m"})", "[{\"id\":7}]", "{"}) {
    INFO(line);
    CHECK(id_of(line).empty());
    CHECK(MessageOutline(line).expects_answer());
  }
}

TEST_CASE("nobody waits for an answer to blanks, a notification or an answer") {
  for (const char* line : {"", " \t", R"({"method":"m"})", R"({"id":7,"result":{"method":1}})",
                           R"({"error":{"code":NaN},"id":7})"}) {
    INFO(line);
    CHECK_FALSE(MessageOutline(line).expects_answer());
    CHECK(id_of(line).empty());
  }
  for (const char* line : {"words", "42", "[]"}) CHECK(MessageOutline(line).expects_answer());
}

TEST_CASE("the pieces in which a message comes do not matter, nor does its length") {
  const std::string line = R"({"params":{"a":[{"id":1},"}\\\"",2]},"id" : "x\"y" ,"method":"m"})";
  for (std::size_t piece = 1; piece <= line.size(); ++piece) {
    MessageOutline outline;
    for (std::size_t at = 0; at < line.size(); at += piece)
      outline.feed(std::string_view(line).substr(at, piece));
    CHECK(outline.request_id() == R"("x\"y")");
  }
  const std::string deep =
      "{\"a\":" + std::string(1'000'000, '[') + std::string(1'000'000, ']') + ",\"id\":5,\"method\":\"m\"}";
  CHECK(id_of(deep) == "5");
}
