#include "gateway/lifecycle/gateway.hpp"

#include <spdlog/spdlog.h>

#include <chrono>
#include <utility>

#include "gateway/mcp/mcp_endpoint.hpp"
#include "gateway/page/page_files.hpp"
#include "gateway/page_api/event_feed.hpp"
#include "gateway/page_api/metrics_page.hpp"
#include "gateway/page_api/person_api.hpp"

namespace governor::gateway {
namespace {

Refusal wrong_token() {
  return {403, "wrong_token", "This link was used before, or is of an earlier gateway.",
          "Ask for another one: governorctl dashboard"};
}

Refusal no_file() {
  return {404, "not_found", "There is no such file in this build.", "Load the page again."};
}

/// A browser that came by a link of another page or file keeps the cookie back on the way that this link
/// began; a way that begins here is another one.
void go_to_page(Response& response, const RequestHead& head) {
  const std::string_view site = head.field("sec-fetch-site").value_or("none");
  if (site == "none" || site == "same-origin") {
    response.status = 303;
    response.fields.emplace_back("Location", "/");
    return;
  }
  response.content_type = "text/html; charset=utf-8";
  response.body =
      "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta http-equiv=\"refresh\" "
      "content=\"0;url=/\"><title>governor</title><a href=\"/\">governor</a></html>";
}

}  // namespace

Gateway::Gateway(boost::asio::io_context& context, Place place, GatewaySecrets secrets,
                 const DaemonPlace& daemon)
    : context_(context),
      place_(std::move(place)),
      // Browsers send cookies to every port of a host: the name keeps gateways apart.
      cookie_name_("governor_" + std::to_string(place_.port)),
      secrets_(std::move(secrets)),
      daemon_(daemon),
      reporter_(context, daemon),
      person_(context, daemon, "dashboard"),
      mcp_(context, daemon) {}

std::optional<std::string_view> Gateway::cookie_of(const RequestHead& head) const {
  const auto cookies = head.field("cookie");
  return cookies ? cookie_value(*cookies, cookie_name_) : std::nullopt;
}

const BrowserSessions::Session* Gateway::browser_of(const RequestHead& head) {
  const auto value = cookie_of(head);
  return value ? secrets_.browsers.find(*value) : nullptr;
}

std::optional<Refusal> Gateway::refuse(const RequestHead& head) {
  if (auto refusal = refuse_names(head, place_)) return refusal;
  const auto route = route_of(head);
  if (const auto* refusal = std::get_if<Refusal>(&route)) return *refusal;
  Caller caller;
  if (const auto* browser = browser_of(head)) {
    caller.has_cookie = true;
    caller.csrf = browser->csrf;
  }
  const auto authorization = head.field("authorization");
  const auto token = authorization ? bearer_token(*authorization) : std::nullopt;
  caller.has_token = token && is_same_secret(*token, secrets_.token);
  if (auto refusal = refuse_caller(std::get<Route>(route), head, caller)) return refusal;
  return refuse_body(std::get<Route>(route), head);
}

Task Gateway::answer(std::shared_ptr<Exchange> exchange) {
  const auto route = route_of(exchange->head());
  Response response;
  // It was let in, and so its route is known.
  switch (std::get<Route>(route)) {
    case Route::login: {
      Task answered = log_in(exchange);
      co_await std::move(answered);
      co_return;
    }
    case Route::logout: {
      Task answered = log_out(exchange);
      co_await std::move(answered);
      co_return;
    }
    case Route::session: {
      const auto* browser = browser_of(exchange->head());
      std::string csrf = browser == nullptr ? std::string() : browser->csrf;
      Task answered = answer_session(person_.client(), std::move(csrf), exchange);
      co_await std::move(answered);
      co_return;
    }
    case Route::api: {
      Task answered = answer_api(person_.client(), exchange);
      co_await std::move(answered);
      co_return;
    }
    case Route::events: {
      Task answered = listen(exchange);
      co_await std::move(answered);
      co_return;
    }
    case Route::metrics: {
      Task answered = answer_metrics(person_.client(), exchange);
      co_await std::move(answered);
      co_return;
    }
    case Route::mcp: {
      Task answered = answer_mcp(mcp_, exchange);
      co_await std::move(answered);
      co_return;
    }
    case Route::health: response = Response::json(R"({"status":"ok"})"); break;
    case Route::page: {
      auto file = page_file(exchange->head().path());
      response = file ? *std::move(file) : Response::of(no_file());
      break;
    }
  }
  co_await exchange->reply(std::move(response));
}

Task Gateway::log_in(std::shared_ptr<Exchange> exchange) {
  const auto tokens = query_values(exchange->head().query(), "token");
  Response response;
  if (tokens.size() == 1 && secrets_.login.use(tokens.front())) {
    const std::string cookie = secrets_.browsers.open();
    go_to_page(response, exchange->head());
    response.fields.emplace_back("Set-Cookie",
                                 cookie_name_ + '=' + cookie + "; Path=/; HttpOnly; SameSite=Strict");
    spdlog::info("a browser has logged in");
  } else {
    response = Response::of(wrong_token());
  }
  co_await exchange->reply(std::move(response));
}

Task Gateway::log_out(std::shared_ptr<Exchange> exchange) {
  const bool is_everywhere = !query_values(exchange->head().query(), "everywhere").empty();
  const auto cookie = cookie_of(exchange->head());
  std::size_t count = 0;
  if (is_everywhere) {
    count = secrets_.browsers.close_all();
  } else if (cookie) {
    count = secrets_.browsers.close(*cookie) ? 1 : 0;
  }
  turn_away_strangers();
  spdlog::info("{} logged out on the page",
               count == 1 ? "a browser was" : std::to_string(count) + " browsers were");
  // Two of one browser's tabs may ask at the same time.
  if (count > 0) reporter_.note_logout(count, "page");
  Response response = Response::json("{\"logged_out\":" + std::to_string(count) + "}");
  response.fields.emplace_back("Set-Cookie",
                               cookie_name_ + "=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict");
  co_await exchange->reply(std::move(response));
}

void Gateway::log_out_all() {
  const std::size_t count = secrets_.browsers.close_all();
  turn_away_strangers();
  spdlog::info("{} browsers were logged out by governorctl", count);
  reporter_.note_logout(count, "governorctl");
}

Task Gateway::listen(std::shared_ptr<Exchange> exchange) {
  std::erase_if(listeners_, [](const auto& one) { return one.expired(); });
  listeners_.push_back(exchange);
  Task answered = answer_events(context_, daemon_, exchange);
  co_await std::move(answered);
}

void Gateway::turn_away_strangers() {
  for (const auto& one : listeners_) {
    const auto exchange = one.lock();
    if (exchange && browser_of(exchange->head()) == nullptr) exchange->turn_away();
  }
}

void Gateway::note_refusal(const Refusal& refusal, const RequestHead& head) {
  // The query may hold a token.
  const std::string line =
      refusals_.line(refusal.code, head.method, head.path(), std::chrono::steady_clock::now());
  if (!line.empty()) spdlog::warn("{}", line);
  reporter_.note(refusal, head);
}

void Gateway::close() {
  secrets_.browsers.save();
  reporter_.close();
  person_.close();
  mcp_.close();
}

}  // namespace governor::gateway
