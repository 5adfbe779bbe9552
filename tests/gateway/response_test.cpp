#include "gateway/http/response.hpp"

#include "gateway/page/page_files.hpp"
#include "tests/support/catch.hpp"

using namespace governor::gateway;

namespace {

bool has(const std::string& text, std::string_view line) {
  return text.find(std::string(line) + "\r\n") != std::string::npos;
}

}  // namespace

TEST_CASE("every response keeps browsers from doing more with it") {
  for (const std::string& text : {response_text(Response::json("{}"), true), event_stream_head({}, true),
                                  response_text(Response::of({403, "x", "y", "z"}), false)}) {
    INFO(text);
    CHECK(has(text, "X-Content-Type-Options: nosniff"));
    CHECK(has(text, "Referrer-Policy: no-referrer"));
    CHECK(text.find("Content-Security-Policy: default-src 'none'; script-src 'self';") != std::string::npos);
    CHECK(text.find("unsafe") == std::string::npos);
    CHECK(text.find("Access-Control") == std::string::npos);
    CHECK(text.find("Cache-Control: no-store") != std::string::npos);
  }
}

TEST_CASE("a response says how long it is and whether the connection goes on") {
  const std::string text = response_text(Response::json("{\"a\":1}", 404), true);
  CHECK(text.starts_with("HTTP/1.1 404 Not Found\r\n"));
  CHECK(has(text, "Content-Length: 7"));
  CHECK(has(text, "Connection: keep-alive"));
  CHECK(text.ends_with("\r\n\r\n{\"a\":1}"));
  CHECK(has(response_text(Response::json("{}"), false), "Connection: close"));
  Response nothing;
  nothing.status = 204;
  CHECK(response_text(nothing, true).find("Content-Length") == std::string::npos);
}

TEST_CASE("a stream goes in chunks") {
  CHECK(has(event_stream_head({{"A", "b"}}, true), "A: b"));
  CHECK(has(event_stream_head({}, true), "Transfer-Encoding: chunked"));
  CHECK(chunk("0123456789abcdefg") == "11\r\n0123456789abcdefg\r\n");
  CHECK(kLastChunk == "0\r\n\r\n");
}

TEST_CASE("the page's files are those of the program, under their own paths only") {
  const auto index = page_file("/");
  REQUIRE(index);
  CHECK(index->content_type == "text/html; charset=utf-8");
  CHECK(index->body.starts_with("<!doctype html>"));
  CHECK(page_file("/index.html")->body == index->body);
  for (const char* other : {"", "/assets/", "/assets/../index.html", "/../index.html", "/etc/passwd",
                            "//index.html", "/INDEX.HTML", "/index.html/"})
    CHECK_FALSE(page_file(other));
}
