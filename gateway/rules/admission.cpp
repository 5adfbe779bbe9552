#include "gateway/rules/admission.hpp"

#include <algorithm>
#include <initializer_list>
#include <string>

#include "gateway/rules/secrets.hpp"

namespace governor::gateway {
namespace {

constexpr std::string_view kOpenThePage = "Open the page with `governorctl dashboard`.";

struct Known {
  std::string_view path;
  Route route;
  std::initializer_list<std::string_view> methods;
};

Refusal wrong_method(const Known& known) {
  std::string methods;
  for (const std::string_view one : known.methods)
    methods += (methods.empty() ? "" : ", ") + std::string(one);
  return {405, "method_not_allowed", std::string(known.path) + " is not used with this method.",
          "Use " + methods + "."};
}

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// Links from elsewhere may lead to the page; only its own scripts get at what it shows.
bool may_come_from_elsewhere(const RequestHead& head) {
  const std::string_view path = head.path();
  return path == "/" || path == "/login" || path.starts_with("/assets/") || path == "/health";
}

}  // namespace

std::optional<Refusal> refuse_framing(const RequestHead& head) {
  const std::size_t lengths = head.count("content-length");
  const std::size_t encodings = head.count("transfer-encoding");
  const bool is_clear = encodings == 0 ? lengths <= 1
                                       : encodings == 1 && lengths == 0 &&
                                             same_word(*head.field("transfer-encoding"), "chunked");
  if (is_clear) return std::nullopt;
  return Refusal{400, "unclear_length", "The length of the body is said in more than one way, or in none.",
                 "Send one Content-Length, or Transfer-Encoding: chunked."};
}

std::variant<Route, Refusal> route_of(const RequestHead& head) {
  static const std::initializer_list<Known> kKnown{
      {"/", Route::page, {"GET"}},
      {"/login", Route::login, {"GET"}},
      {"/logout", Route::logout, {"POST"}},
      {"/api/session", Route::session, {"GET"}},
      {"/api", Route::api, {"POST"}},
      {"/events", Route::events, {"GET"}},
      {"/metrics", Route::metrics, {"GET"}},
      {"/health", Route::health, {"GET"}},
      {"/mcp", Route::mcp, {"POST", "GET", "DELETE"}},
  };
  const std::string_view path = head.path();
  for (const Known& known : kKnown) {
    if (known.path != path && !(known.route == Route::page && path.starts_with("/assets/"))) continue;
    if (std::find(known.methods.begin(), known.methods.end(), head.method) == known.methods.end())
      return wrong_method(known);
    return known.route;
  }
  return Refusal{404, "not_found", "There is nothing at this path.",
                 "The page is at /, MCP at /mcp, figures at /metrics."};
}

std::optional<Refusal> refuse_names(const RequestHead& head, const Place& place) {
  if (head.count("host") != 1 || !is_own_host(*head.field("host"), place)) {
    return Refusal{403, "wrong_host", "The request names another host than this gateway.",
                   "Use " + place.url() + "."};
  }
  if (head.count("origin") > 0 &&
      (head.count("origin") > 1 || !is_own_origin(*head.field("origin"), place))) {
    return Refusal{403, "wrong_origin", "The request comes from a page of another site.",
                   std::string(kOpenThePage)};
  }
  const auto site = head.field("sec-fetch-site");
  if (site && !may_come_from_elsewhere(head) && !is_one_of(*site, {"same-origin", "none"})) {
    return Refusal{403, "wrong_origin", "The browser says that another site asks.",
                   std::string(kOpenThePage)};
  }
  return std::nullopt;
}

std::optional<Refusal> refuse_caller(Route route, const RequestHead& head, const Caller& caller) {
  if (route == Route::health || route == Route::login) return std::nullopt;
  const bool for_programs = route == Route::mcp || route == Route::metrics;
  if (for_programs && caller.has_token) return std::nullopt;
  if (route == Route::mcp) {
    return Refusal{
        401, "no_token", "MCP needs the token of this gateway.",
        "Send `Authorization: Bearer TOKEN` with the content of gateway.token in the state directory."};
  }
  if (!caller.has_cookie) {
    return Refusal{401, "no_session", "This browser is not logged in.", std::string(kOpenThePage)};
  }
  const bool changes_something = route == Route::api || route == Route::logout;
  if (changes_something && !is_same_secret(head.field("x-governor-csrf").value_or(""), caller.csrf)) {
    return Refusal{403, "no_csrf_token", "The request lacks the CSRF token of this session.",
                   "Send the field csrf of GET /api/session as X-Governor-CSRF."};
  }
  return std::nullopt;
}

std::optional<Refusal> refuse_body(Route route, const RequestHead& head) {
  const bool takes_json = route == Route::api || (route == Route::mcp && head.method == "POST");
  if (!takes_json) return std::nullopt;
  if (is_media_type(head.field("content-type").value_or(""), "application/json")) return std::nullopt;
  return Refusal{415, "wrong_content_type", "The body is not said to be JSON.",
                 "Send Content-Type: application/json."};
}

}  // namespace governor::gateway
