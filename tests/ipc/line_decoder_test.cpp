#include "ipc/line_decoder.hpp"

#include <chrono>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"

using governor::ipc::LineDecoder;
using Kind = LineDecoder::Kind;

namespace {

struct Seen {
  Kind kind;
  std::string text;
  std::size_t dropped;
  bool operator==(const Seen&) const = default;
};

std::vector<Seen> drain(LineDecoder& decoder) {
  std::vector<Seen> seen;
  for (auto event = decoder.next(); event.kind != Kind::none; event = decoder.next()) {
    seen.push_back({event.kind, std::string(event.text), event.dropped_bytes});
  }
  return seen;
}

std::vector<Seen> decode(std::string_view bytes, std::size_t piece, std::size_t limit) {
  LineDecoder decoder(limit);
  std::vector<Seen> seen;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    decoder.feed(bytes.substr(at, piece));
    for (auto& event : drain(decoder)) seen.push_back(std::move(event));
  }
  return seen;
}

}  // namespace

TEST_CASE("the pieces in which bytes arrive do not matter") {
  const std::string bytes =
      "one\n\r\n\ntwo\r\nthr\ree\nthis line is too long for it\nfour\n0123456789\n0123456789\r\nxy";
  const std::vector<Seen> expected = {
      {Kind::line, "one", 0},        {Kind::line, "", 0},
      {Kind::line, "", 0},           {Kind::line, "two", 0},
      {Kind::line, "thr\ree", 0},    {Kind::too_long, "this line is too long for it", 28},
      {Kind::line, "four", 0},       {Kind::line, "0123456789", 0},
      {Kind::line, "0123456789", 0},
  };
  for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
    auto seen = decode(bytes, piece, 10);
    REQUIRE(seen.size() == expected.size());
    // How much of the beginning of a dropped line is known depends on the pieces, nothing else does.
    CHECK(std::string_view(expected[5].text).starts_with(seen[5].text));
    CHECK(seen[5].text.size() >= 10);
    seen[5].text = expected[5].text;
    CHECK(seen == expected);
  }
}

TEST_CASE("a line of exactly the limit passes, one more byte is too long") {
  for (const std::string end : {"\n", "\r\n"}) {
    for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{1000}}) {
      const auto passed = decode(std::string(100, 'a') + end, piece, 100);
      REQUIRE(passed.size() == 1);
      CHECK(passed[0].kind == Kind::line);
      const auto refused = decode(std::string(101, 'a') + end + "next" + end, piece, 100);
      REQUIRE(refused.size() == 2);
      CHECK(refused[0].kind == Kind::too_long);
      CHECK(refused[0].dropped == 101);
      CHECK(refused[1] == Seen{Kind::line, "next", 0});
    }
  }
}

TEST_CASE("an endless line is dropped in bounded memory and the next line is read") {
  LineDecoder decoder(1000);
  std::size_t largest = 0;
  for (int i = 0; i < 10000; ++i) {
    auto room = decoder.prepare(512);
    largest = std::max(largest, room.size());
    std::fill_n(room.begin(), 512, 'x');
    decoder.commit(512);
    REQUIRE(decoder.next().kind == Kind::none);
  }
  CHECK(largest < 16 * 1024);
  CHECK(decoder.pending_bytes() == 512U * 10000U);
  decoder.feed("y\nnext\n");
  const auto seen = drain(decoder);
  REQUIRE(seen.size() == 2);
  CHECK(seen[0] == Seen{Kind::too_long, std::string(LineDecoder::kHeadBytes, 'x'), 512U * 10000U + 1});
  CHECK(seen[1].text == "next");
}

TEST_CASE("bytes are read in place") {
  LineDecoder decoder(100);
  auto room = decoder.prepare(6);
  REQUIRE(room.size() >= 6);
  std::string_view("ab\ncd\n").copy(room.data(), 6);
  decoder.commit(6);
  const auto event = decoder.next();
  CHECK(event.text == "ab");
  CHECK(event.text.data() == room.data());
  CHECK(decoder.pending_bytes() == 3);
  CHECK(decoder.next().text == "cd");
  CHECK(decoder.next().kind == Kind::none);
}

TEST_CASE("NUL bytes are bytes like any other") {
  LineDecoder decoder(100);
  decoder.feed(std::string_view("a\0b\n", 4));
  CHECK(decoder.next().text == std::string_view("a\0b", 3));
}

TEST_CASE("a long line that comes in small pieces is not searched again and again") {
  constexpr std::size_t kTotal = 8 * 1024 * 1024;
  const std::string piece(64, 'x');
  const auto start = std::chrono::steady_clock::now();
  LineDecoder decoder(kTotal);
  for (std::size_t sent = 0; sent < kTotal; sent += piece.size()) {
    decoder.feed(piece);
    REQUIRE(decoder.next().kind == Kind::none);
  }
  decoder.feed("\n");
  CHECK(decoder.next().text.size() == kTotal);
  // Searching from the beginning each time would read 500 GiB.
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(10));
}

TEST_CASE("of a line that is too long the request's id is known, wherever it stands") {
  const std::string filler(1000, 'x');
  for (const std::string& line : {"{\"id\":7,\"method\":\"m\",\"params\":\"" + filler + "\"}",
                                  "{\"method\":\"m\",\"params\":\"" + filler + "\",\"id\":7}"}) {
    for (const std::size_t piece : {std::size_t{1}, std::size_t{100}, line.size() + 1}) {
      LineDecoder decoder(500);
      std::string found;
      const std::string bytes = "3 " + std::string(600, ' ') + "[]\n" + line + "\n";
      for (std::size_t at = 0; at < bytes.size(); at += piece) {
        decoder.feed(std::string_view(bytes).substr(at, piece));
        for (auto event = decoder.next(); event.kind != Kind::none; event = decoder.next()) {
          REQUIRE(event.kind == Kind::too_long);
          REQUIRE(event.outline != nullptr);
          found += "<" + std::string(event.outline->request_id()) + ">";
        }
      }
      CHECK(found == "<><7>");
    }
  }
}
