#include "gateway/page_api/event_feed.hpp"

#include <algorithm>
#include <chrono>

#include "gateway/rules/json_message.hpp"
#include "gateway/rules/sse_text.hpp"
#include "ipc/build_info.hpp"
#include "ipc/json_members.hpp"

namespace governor::gateway {
namespace {

namespace json = boost::json;

constexpr std::size_t kMostUris = 256;
constexpr std::size_t kLongestUri = 512;
/// For a page that does not read.
constexpr std::size_t kMostText = 1024 * 1024;
constexpr std::chrono::seconds kHelloPatience{1};

std::string_view text_at(std::string_view line, std::string_view name) {
  return ipc::find_member(line, name).value_or(std::string_view());
}

}  // namespace

std::variant<std::vector<std::string>, Refusal> read_feed_uris(std::string_view query) {
  std::vector<std::string> uris = query_values(query, "uri");
  const bool valid = !uris.empty() && uris.size() <= kMostUris &&
                     std::all_of(uris.begin(), uris.end(), [](const std::string& uri) {
                       return uri.starts_with("governor://") && uri.size() <= kLongestUri;
                     });
  if (valid) return uris;
  return Refusal{400, "no_resources", "The request names no resources, too many, or other things.",
                 "Name 1 to 256 resources: /events?uri=governor%3A%2F%2Fagents"};
}

json::object EventFeed::request() const {
  json::array list;
  for (const std::string& uri : uris_) list.emplace_back(uri);
  json::object wanted;
  wanted["resourceSubscriptions"] = std::move(list);
  json::object params;
  params["notifications"] = std::move(wanted);
  json::object request;
  request["jsonrpc"] = "2.0";
  request["id"] = "feed";
  request["method"] = "subscriptions/listen";
  request["params"] = std::move(params);
  state_revision(request, "governor-dashboard", ipc::version());
  return request;
}

void EventFeed::hello() {
  begun_ = true;
  text_ += sse_event("hello", "{}");
}

void EventFeed::begin_without_daemon() {
  if (begun_) return;
  hello();
  text_ += sse_event("daemon", R"({"connected":false})");
}

void EventFeed::on_message(std::string_view message, bool is_answer) {
  if (is_answer) {
    over_ = true;
    return;
  }
  const std::string method = ipc::decode_string(text_at(message, "method")).value_or(std::string());
  if (method == "notifications/subscriptions/acknowledged") {
    // Anything may have changed since the last one.
    hello();
  } else if (method == "notifications/resources/updated") {
    const std::string_view uri = text_at(text_at(message, "params"), "uri");
    text_ += sse_event("updated", "{\"uri\":" + std::string(uri) + "}");
  }
  if (text_.size() > kMostText) over_ = true;
}

void EventFeed::on_connected(bool connected) {
  text_ += sse_event("daemon", connected ? R"({"connected":true})" : R"({"connected":false})");
}

namespace {

/// One page that listens, with a session of its own at the daemon: its stream ends with it.
struct EventListening {
  explicit EventListening(std::vector<std::string> uris) : feed(std::move(uris)) {}
  EventFeed feed;
  std::shared_ptr<DaemonClient> daemon;

  void start(const std::shared_ptr<EventListening>& self, const std::shared_ptr<Exchange>& exchange) {
    const std::weak_ptr<EventListening> weak = self;
    DaemonClient::Events events;
    events.on_connected = [weak, exchange](bool connected) {
      if (const auto one = weak.lock()) one->feed.on_connected(connected);
      exchange->wake();
    };
    daemon->start(std::move(events));
    const std::uint64_t key =
        daemon->ask(feed.request(), [weak, exchange](const std::string& message, bool is_answer) {
          if (const auto one = weak.lock()) one->feed.on_message(message, is_answer);
          exchange->wake();
        });
    static_cast<void>(key);  // there is room for the first line
  }
};

Task send_feed(std::shared_ptr<EventListening> listening, std::shared_ptr<Exchange> exchange) {
  EventFeed& feed = listening->feed;
  Exchange::Fields none;
  co_await exchange->begin_events(std::move(none));
  exchange->watch_client();
  const TimePoint hello_due = std::chrono::steady_clock::now() + kHelloPatience;
  TimePoint last_sent = std::chrono::steady_clock::now();
  while (!exchange->client_is_gone() && !exchange->is_turned_away() && !feed.is_over()) {
    const TimePoint now = std::chrono::steady_clock::now();
    if (!feed.has_begun() && now >= hello_due) feed.begin_without_daemon();
    std::string text;
    if (feed.has_begun()) text = feed.take();
    if (text.empty() && now - last_sent >= kSsePause) text = kSseKeepAlive;
    if (text.empty()) {
      const TimePoint next = feed.has_begun() ? last_sent + kSsePause : hello_due;
      co_await exchange->wait_until(next);
      continue;
    }
    co_await exchange->send_events(std::move(text));
    last_sent = std::chrono::steady_clock::now();
  }
  co_await exchange->end_events();
}

}  // namespace

Task answer_events(boost::asio::io_context& context, const DaemonPlace& place,
                   std::shared_ptr<Exchange> exchange) {
  auto uris = read_feed_uris(exchange->head().query());
  if (const auto* refusal = std::get_if<Refusal>(&uris)) {
    Response response = Response::of(*refusal);
    co_await exchange->reply(std::move(response));
    co_return;
  }
  const auto listening =
      std::make_shared<EventListening>(std::move(std::get<std::vector<std::string>>(uris)));
  listening->daemon =
      std::make_shared<DaemonClient>(context, gateway_hello("dashboard", "person", ""), place);
  listening->start(listening, exchange);
  co_await send_feed(listening, exchange);
  listening->daemon->close();
}

}  // namespace governor::gateway
