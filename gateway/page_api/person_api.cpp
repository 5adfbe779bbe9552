#include "gateway/page_api/person_api.hpp"

#include <chrono>
#include <optional>
#include <utility>

#include "gateway/rules/json_message.hpp"
#include "ipc/build_info.hpp"

namespace governor::gateway {
namespace {

namespace json = boost::json;

constexpr std::chrono::hours kLongestCall{1};
constexpr std::chrono::seconds kConnectPatience{2};
constexpr std::chrono::milliseconds kLookEvery{20};

Refusal overloaded() {
  return {503, "overloaded", "Too much is under way, or the request is too long.",
          "Try again later, with less."};
}

/// What the page sends, or why not.
std::variant<json::object, Refusal> read_request(std::string_view body) {
  auto message = read_message(body);
  auto* request = std::get_if<json::object>(&message);
  if (request == nullptr) return message;
  if (!is_request(*request)) {
    return Refusal{400, "no_request", "The message is no request.",
                   "Send one with `method` and an `id` that is a text or a whole number."};
  }
  state_revision(*request, "governor-dashboard", ipc::version());
  return message;
}

}  // namespace

boost::asio::awaitable<std::string> answer_of(std::shared_ptr<DaemonClient> daemon, json::object request,
                                              std::shared_ptr<Exchange> waiting) {
  const auto answer = std::make_shared<std::optional<std::string>>();
  DaemonClient::Sink sink = [answer, waiting](std::string message, bool is_last) {
    if (!is_last) return;
    *answer = std::move(message);
    waiting->wake();
  };
  const std::uint64_t key = daemon->ask(std::move(request), std::move(sink));
  if (key == 0) co_return std::string();
  waiting->watch_client();
  const TimePoint end = std::chrono::steady_clock::now() + kLongestCall;
  while (!*answer && !waiting->client_is_gone() && std::chrono::steady_clock::now() < end) {
    co_await waiting->wait_until(end);
  }
  if (!*answer) {
    daemon->cancel(key);
    co_return std::string();
  }
  co_return std::move(**answer);
}

Task answer_api(std::shared_ptr<DaemonClient> daemon, std::shared_ptr<Exchange> exchange) {
  auto message = read_request(exchange->body());
  Response response;
  if (auto* refusal = std::get_if<Refusal>(&message)) {
    response = Response::of(*refusal);
  } else {
    json::object request = std::move(std::get<json::object>(message));
    std::string answer = co_await answer_of(daemon, std::move(request), exchange);
    if (exchange->client_is_gone()) co_return;
    response = answer.empty() ? Response::of(overloaded()) : Response::json(std::move(answer));
  }
  co_await exchange->reply(std::move(response));
}

Task answer_session(std::shared_ptr<DaemonClient> daemon, std::string csrf,
                    std::shared_ptr<Exchange> exchange) {
  const TimePoint end = std::chrono::steady_clock::now() + kConnectPatience;
  while (!daemon->is_connected() && std::chrono::steady_clock::now() < end) {
    co_await exchange->wait_until(std::chrono::steady_clock::now() + kLookEvery);
  }
  const bool connected = daemon->is_connected();
  json::object about;
  about["connected"] = connected;
  about["version"] = connected ? json::value(daemon->daemon().build) : json::value();
  about["pid"] = connected ? json::value(daemon->daemon().pid) : json::value();
  json::object body;
  body["csrf"] = csrf;
  body["version"] = ipc::version();
  body["daemon"] = std::move(about);
  Response response = Response::json(json::serialize(body));
  co_await exchange->reply(std::move(response));
}

}  // namespace governor::gateway
