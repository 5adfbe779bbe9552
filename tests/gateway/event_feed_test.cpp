#include "gateway/page_api/event_feed.hpp"

#include "tests/support/catch.hpp"

using namespace governor::gateway;

namespace {

constexpr std::string_view kAcknowledged =
    R"({"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":{"notifications":{}}})";

std::string wrong(std::string_view query) {
  const auto read = read_feed_uris(query);
  const auto* refusal = std::get_if<Refusal>(&read);
  return refusal == nullptr ? "" : refusal->code;
}

}  // namespace

TEST_CASE("resources to listen to are named in the query") {
  CHECK(wrong("uri=governor%3A%2F%2Fagents&uri=governor%3A%2F%2Fleases") == "");
  CHECK(wrong("") == "no_resources");
  CHECK(wrong("uri=file%3A%2F%2F%2Fetc%2Fpasswd") == "no_resources");
  CHECK(wrong("uri=governor%3A%2F%2Fagents&uri=x") == "no_resources");
  CHECK(wrong("uri=governor%3A%2F%2F" + std::string(600, 'a')) == "no_resources");
  std::string many;
  for (int i = 0; i < 257; ++i) many += "uri=governor%3A%2F%2Fagents&";
  CHECK(wrong(many) == "no_resources");
}

TEST_CASE("a page is greeted when the stream is open, and again when it is open at another daemon") {
  EventFeed feed({"governor://agents"});
  const auto request = feed.request();
  CHECK(request.at("params").at("notifications").at("resourceSubscriptions").at(0) == "governor://agents");
  feed.on_connected(true);
  CHECK_FALSE(feed.has_begun());
  feed.on_message(kAcknowledged, false);
  CHECK(feed.has_begun());
  CHECK(feed.take() == "event: daemon\ndata: {\"connected\":true}\n\nevent: hello\ndata: {}\n\n");
  feed.on_connected(false);
  feed.on_connected(true);
  feed.on_message(kAcknowledged, false);
  CHECK(feed.take() ==
        "event: daemon\ndata: {\"connected\":false}\n\nevent: daemon\ndata: {\"connected\":true}\n\n"
        "event: hello\ndata: {}\n\n");
}

TEST_CASE("a page is told of each change, by the uri as it was sent") {
  EventFeed feed({"governor://agents"});
  feed.on_message(
      R"({"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"governor://agents"}})",
      false);
  CHECK(feed.take() == "event: updated\ndata: {\"uri\":\"governor://agents\"}\n\n");
  CHECK(feed.take().empty());
  CHECK_FALSE(feed.is_over());
  feed.on_message(R"({"jsonrpc":"2.0","id":"feed","result":{}})", true);
  CHECK(feed.is_over());
}

TEST_CASE("a page that comes while there is no daemon is told so at once, and only then") {
  EventFeed feed({"governor://agents"});
  feed.begin_without_daemon();
  CHECK(feed.take() == "event: hello\ndata: {}\n\nevent: daemon\ndata: {\"connected\":false}\n\n");
  feed.begin_without_daemon();
  CHECK_FALSE(feed.has_text());
}

TEST_CASE("a page that does not read is left") {
  EventFeed feed({"governor://agents"});
  for (int i = 0; i < 30000 && !feed.is_over(); ++i)
    feed.on_message(
        R"({"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"governor://agents"}})",
        false);
  CHECK(feed.is_over());
}
