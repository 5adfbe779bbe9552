#include "gateway/rules/admission.hpp"

#include "tests/support/catch.hpp"

using namespace governor::gateway;

namespace {

const Place kPlace{8080, ""};

RequestHead request(std::string method, std::string target,
                    std::vector<std::pair<std::string, std::string>> fields = {}) {
  fields.emplace_back("Host", "127.0.0.1:8080");
  return {std::move(method), std::move(target), std::move(fields)};
}

std::string code_of(const std::optional<Refusal>& refusal) {
  return refusal ? refusal->code : "";
}

Caller browser() {
  Caller caller;
  caller.has_cookie = true;
  caller.csrf = "csrf";
  return caller;
}

Caller program() {
  Caller caller;
  caller.has_token = true;
  return caller;
}

}  // namespace

TEST_CASE("paths lead where they should, and with another method nowhere") {
  const auto route = [](const char* method, const char* target) {
    const auto found = route_of(request(method, target));
    const auto* refusal = std::get_if<Refusal>(&found);
    return refusal ? static_cast<int>(refusal->status) : -static_cast<int>(std::get<Route>(found));
  };
  CHECK(route("GET", "/") == -static_cast<int>(Route::page));
  CHECK(route("GET", "/assets/../../etc/passwd") ==
        -static_cast<int>(Route::page));  // no such file is embedded
  CHECK(route("GET", "/login?token=x") == -static_cast<int>(Route::login));
  CHECK(route("POST", "/api") == -static_cast<int>(Route::api));
  CHECK(route("GET", "/api/session") == -static_cast<int>(Route::session));
  CHECK(route("DELETE", "/mcp") == -static_cast<int>(Route::mcp));
  CHECK(route("GET", "/api") == 405);
  CHECK(route("OPTIONS", "/api") == 405);
  CHECK(route("PUT", "/mcp") == 405);
  CHECK(route("POST", "/") == 405);
  CHECK(route("GET", "/api/") == 404);
  CHECK(route("GET", "/mcp/x") == 404);
  CHECK(route("GET", "//") == 404);
}

TEST_CASE("a request under another name is refused, whoever sends it") {
  CHECK(code_of(refuse_names(request("GET", "/"), kPlace)) == "");
  const auto with_host = [](std::vector<std::pair<std::string, std::string>> fields) {
    return RequestHead{"GET", "/", std::move(fields)};
  };
  CHECK(code_of(refuse_names(with_host({}), kPlace)) == "wrong_host");
  CHECK(code_of(refuse_names(with_host({{"Host", "evil.example:8080"}}), kPlace)) == "wrong_host");
  CHECK(code_of(refuse_names(with_host({{"Host", "127.0.0.1:8080"}, {"Host", "127.0.0.1:8080"}}), kPlace)) ==
        "wrong_host");
}

TEST_CASE("pages of other sites are refused") {
  const auto from = [](const char* target, const char* origin) {
    return code_of(refuse_names(request("POST", target, {{"Origin", origin}}), kPlace));
  };
  CHECK(from("/api", "http://127.0.0.1:8080") == "");
  CHECK(from("/api", "http://evil.example") == "wrong_origin");
  CHECK(from("/api", "null") == "wrong_origin");
  CHECK(from("/mcp", "http://localhost:8081") == "wrong_origin");
  const RequestHead twice =
      request("POST", "/api", {{"Origin", "http://127.0.0.1:8080"}, {"Origin", "http://127.0.0.1:8080"}});
  CHECK(code_of(refuse_names(twice, kPlace)) == "wrong_origin");
}

TEST_CASE("what a browser says of the site that asks counts, but for links to the page") {
  const auto from = [](const char* target, const char* site) {
    return code_of(refuse_names(request("GET", target, {{"Sec-Fetch-Site", site}}), kPlace));
  };
  CHECK(from("/events?uri=x", "same-origin") == "");
  CHECK(from("/api/session", "none") == "");
  CHECK(from("/events?uri=x", "same-site") == "wrong_origin");
  CHECK(from("/api/session", "cross-site") == "wrong_origin");
  CHECK(from("/metrics", "cross-site") == "wrong_origin");
  CHECK(from("/", "cross-site") == "");
  CHECK(from("/login?token=x", "cross-site") == "");
}

TEST_CASE("a browser needs its cookie, and for what changes something its CSRF token") {
  const auto with = [](Route route, const Caller& caller,
                       std::vector<std::pair<std::string, std::string>> fields = {}) {
    return code_of(refuse_caller(route, request("GET", "/", std::move(fields)), caller));
  };
  CHECK(with(Route::page, {}) == "no_session");
  CHECK(with(Route::page, browser()) == "");
  CHECK(with(Route::events, {}) == "no_session");
  CHECK(with(Route::session, browser()) == "");
  CHECK(with(Route::api, browser()) == "no_csrf_token");
  CHECK(with(Route::api, browser(), {{"X-Governor-CSRF", "other"}}) == "no_csrf_token");
  CHECK(with(Route::api, browser(), {{"X-Governor-CSRF", "csrf"}}) == "");
  CHECK(with(Route::api, {}, {{"X-Governor-CSRF", ""}}) == "no_session");
  CHECK(with(Route::logout, browser()) == "no_csrf_token");
  CHECK(with(Route::logout, browser(), {{"X-Governor-CSRF", "csrf"}}) == "");
  CHECK(with(Route::logout, {}, {{"X-Governor-CSRF", "csrf"}}) == "no_session");
  CHECK(with(Route::login, {}) == "");
  CHECK(with(Route::health, {}) == "");
}

TEST_CASE("the token of programs opens what is for programs, and not what a person may do") {
  const auto with = [](Route route, const Caller& caller) {
    return code_of(refuse_caller(route, request("POST", "/"), caller));
  };
  CHECK(with(Route::mcp, program()) == "");
  CHECK(with(Route::metrics, program()) == "");
  CHECK(with(Route::metrics, browser()) == "");
  CHECK(with(Route::mcp, browser()) == "no_token");
  CHECK(with(Route::mcp, {}) == "no_token");
  CHECK(with(Route::api, program()) == "no_session");
  CHECK(with(Route::logout, program()) == "no_session");
  CHECK(with(Route::page, program()) == "no_session");
  CHECK(with(Route::events, program()) == "no_session");
}

TEST_CASE("what is read as JSON must be said to be JSON: so no form of another site can send it") {
  const auto with = [](Route route, const char* method, const char* type) {
    return code_of(refuse_body(route, request(method, "/", {{"Content-Type", type}})));
  };
  CHECK(with(Route::api, "POST", "application/json") == "");
  CHECK(with(Route::api, "POST", "text/plain") == "wrong_content_type");
  CHECK(with(Route::mcp, "POST", "application/x-www-form-urlencoded") == "wrong_content_type");
  CHECK(with(Route::mcp, "GET", "text/plain") == "");
  CHECK(code_of(refuse_body(Route::api, request("POST", "/api"))) == "wrong_content_type");
}

TEST_CASE("only one way to say how long the body is is taken") {
  const auto refused = [](std::vector<std::pair<std::string, std::string>> fields) {
    return refuse_framing({"POST", "/mcp", std::move(fields)}).has_value();
  };
  CHECK_FALSE(refused({}));
  CHECK_FALSE(refused({{"Content-Length", "5"}}));
  CHECK_FALSE(refused({{"Transfer-Encoding", "Chunked"}}));
  CHECK(refused({{"Content-Length", "5"}, {"content-length", "5"}}));
  CHECK(refused({{"Content-Length", "5"}, {"Transfer-Encoding", "chunked"}}));
  CHECK(refused({{"Transfer-Encoding", "chunked"}, {"Transfer-Encoding", "chunked"}}));
  for (const char* coding : {"identity", "chunked, identity", "gzip, chunked", "xchunked", "", "chunked;a=b"})
    CHECK(refused({{"Transfer-Encoding", coding}}));
}
