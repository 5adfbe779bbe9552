#include "gateway/mcp/event_stream.hpp"

#include "tests/support/catch.hpp"

using governor::gateway::EventId;
using governor::gateway::EventStream;
using governor::gateway::read_event_id;

TEST_CASE("ids of events name stream and position, and nothing else is one") {
  CHECK(EventId{3, 12}.text() == "3-12");
  REQUIRE(read_event_id("3-12"));
  CHECK(read_event_id("3-12")->stream == 3);
  CHECK(read_event_id("3-12")->position == 12);
  for (const char* other : {"", "-", "3", "3-", "-3", "a-1", "3-1x", "3--1", "99999999999999999999-1"})
    CHECK_FALSE(read_event_id(other));
}

TEST_CASE("who comes back gets what it has missed") {
  EventStream stream(2);
  stream.prime();
  stream.add("{\"a\":1}");
  stream.add("{\"b\":2}");
  CHECK(stream.newest() == 3);
  CHECK(stream.text_after(0, true) ==
        "id: 2-1\ndata: \n\nid: 2-2\ndata: {\"a\":1}\n\nid: 2-3\ndata: {\"b\":2}\n\n");
  CHECK(stream.text_after(2, true) == "id: 2-3\ndata: {\"b\":2}\n\n");
  CHECK(stream.text_after(2, false) == "data: {\"b\":2}\n\n");
  CHECK(stream.text_after(3, true).empty());
  CHECK(stream.text_after(99, true).empty());
}

TEST_CASE("nothing comes after the end, and one message alone is known as such") {
  EventStream stream(1);
  CHECK(stream.only_message() == nullptr);
  stream.add("x");
  CHECK(stream.only_message() == nullptr);
  stream.end();
  REQUIRE(stream.only_message() != nullptr);
  CHECK(*stream.only_message() == "x");
  stream.add("y");
  CHECK(stream.newest() == 1);
  EventStream two(1);
  two.add("x");
  two.add("y");
  two.end();
  CHECK(two.only_message() == nullptr);
}

TEST_CASE("the newest reader has the stream, and each is woken for what is new") {
  EventStream stream(1);
  int first_woken = 0;
  int second_woken = 0;
  const auto first = stream.attach([&] { ++first_woken; });
  stream.add("x");
  CHECK(first_woken == 1);
  const auto second = stream.attach([&] { ++second_woken; });
  CHECK(first_woken == 2);  // to leave
  CHECK_FALSE(stream.is_reader(first));
  CHECK(stream.is_reader(second));
  stream.detach(first);
  CHECK(stream.is_reader(second));
  stream.end();
  CHECK(second_woken == 1);
  stream.detach(second);
  CHECK_FALSE(stream.has_reader());
}

TEST_CASE("a stream that nobody reads keeps the newest events") {
  EventStream stream(1);
  for (std::size_t i = 1; i <= EventStream::kMostEvents + 10; ++i) stream.add(std::to_string(i));
  CHECK(stream.newest() == EventStream::kMostEvents + 10);
  CHECK(stream.text_after(0, false).starts_with("data: 11\n"));
  EventStream large(1);
  for (int i = 0; i < 3; ++i) large.add(std::string(EventStream::kMostBytes / 2, 'x'));
  CHECK(large.text_after(0, false).size() < EventStream::kMostBytes + 100);
}
