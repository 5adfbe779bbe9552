#include "daemon/support/json_writer.hpp"

#include <bit>
#include <boost/json.hpp>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <random>
#include <string>

#include "tests/support/catch.hpp"

using governor::daemon::append_json_escaped;
using governor::daemon::JsonWriter;
namespace json = boost::json;

namespace {

template <class T>
std::string written(const T& value) {
  std::string out;
  JsonWriter(out).value(value);
  return out;
}

}  // namespace

TEST_CASE("every ASCII character survives being written and read") {
  std::string text;
  for (int c = 0; c < 128; ++c) text += static_cast<char>(c);
  text += "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80";
  CHECK(json::parse(written(text)).as_string() == text);
}

TEST_CASE("control characters, quotes and backslashes are escaped, nothing else is") {
  CHECK(written("a\"b\\c") == R"("a\"b\\c")");
  CHECK(written("\n\r\t") == R"("\n\r\t")");
  CHECK(written(std::string("\0\x1f\x7f", 3)) == "\"\\u0000\\u001f\x7f\"");
  CHECK(written("/<>&'\xC3\xA9") == "\"/<>&'\xC3\xA9\"");
  std::string out = "kept ";
  append_json_escaped(out, "\x01x");
  CHECK(out == "kept \\u0001x");
}

TEST_CASE("a written text never contains a newline, whatever it holds") {
  std::string text;
  for (int c = 0; c < 256; ++c) text += static_cast<char>(c);
  CHECK(written(text).find('\n') == std::string::npos);
}

TEST_CASE("what is written is UTF-8, whatever it was made of") {
  CHECK(written("a\xff"
                "b\xc3") == R"("a\\xffb\\xc3")");
  CHECK(written("größe") == "\"größe\"");
}

TEST_CASE("every finite double reads back as the same bits") {
  std::mt19937_64 random(11);
  for (int i = 0; i < 20000; ++i) {
    const double x = std::bit_cast<double>(random());
    if (!std::isfinite(x)) continue;
    const std::string text = written(x);
    REQUIRE(std::bit_cast<std::uint64_t>(std::strtod(text.c_str(), nullptr)) ==
            std::bit_cast<std::uint64_t>(x));
    REQUIRE_NOTHROW(json::parse(text));
  }
  for (const double x : {0.0, 0.1, 1.0, -1.5, 1e21, 5e-324, std::numeric_limits<double>::max()}) {
    CHECK(std::strtod(written(x).c_str(), nullptr) == x);
  }
  CHECK(written(0.0001) == "0.0001");
  CHECK(written(100000.0) == "100000");
  CHECK(written(0.563) == "0.563");  // the shortest form, not 0.56299999999999994
}

TEST_CASE("integers are written whole to their limits") {
  CHECK(written(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
  CHECK(written(std::numeric_limits<std::int64_t>::max()) == "9223372036854775807");
  CHECK(written(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
  CHECK(written(-3) == "-3");
}

TEST_CASE("commas stand between members and items and nowhere else") {
  std::string out;
  JsonWriter writer(out);
  writer.begin_object();
  writer.key("empty").begin_object().end_object();
  writer.key("list")
      .begin_array()
      .value(1)
      .value("two")
      .value(true)
      .null()
      .begin_array()
      .end_array()
      .end_array();
  writer.field("last", 0.5).key("raw").raw("{\"x\":1}").end_object();
  CHECK(out == R"({"empty":{},"list":[1,"two",true,null,[]],"last":0.5,"raw":{"x":1}})");
}

TEST_CASE("texts of every length and make-up are escaped as one character at a time would be") {
  const auto one_by_one = [](std::string_view text) {
    constexpr char kHex[] = "0123456789abcdef";
    std::string out;
    for (const char c : text) {
      const auto byte = static_cast<unsigned char>(c);
      if (c == '"' || c == '\\') {
        out += '\\';
        out += c;
      } else if (c == '\n' || c == '\r' || c == '\t') {
        out += '\\';
        out += c == '\n' ? 'n' : c == '\r' ? 'r' : 't';
      } else if (byte < 0x20) {
        out += "\\u00";
        out += kHex[byte >> 4];
        out += kHex[byte & 15];
      } else {
        out += c;
      }
    }
    return out;
  };
  std::mt19937_64 random(5);
  for (std::size_t length = 0; length < 700; ++length) {
    for (const unsigned share : {0u, 1u, 8u}) {  // of bytes that need an escape, of 8
      std::string text;
      while (text.size() < length) {
        text +=
            random() % 8 < share ? "\"\\\n\x01\x1f"[random() % 5] : static_cast<char>(random() % 224 + 32);
      }
      std::string out;
      append_json_escaped(out, text);
      REQUIRE(out == one_by_one(text));
    }
  }
}
