#include "gateway/rules/request_head.hpp"

#include "tests/support/catch.hpp"

using namespace governor::gateway;

TEST_CASE("fields are found by name in any case, and counted") {
  const RequestHead head{"GET", "/a?b=c?d", {{"Host", "x"}, {"hOST", "y"}, {"Accept", "z"}}};
  CHECK(head.field("HOST") == std::string_view("x"));
  CHECK(head.count("host") == 2);
  CHECK_FALSE(head.field("origin"));
  CHECK(head.path() == "/a");
  CHECK(head.query() == "b=c?d");
  CHECK(RequestHead{"GET", "/a", {}}.query().empty());
}

TEST_CASE("values of a query are decoded, and what cannot be is left out") {
  using Values = std::vector<std::string>;
  CHECK(query_values("uri=governor%3A%2F%2Fagents&uri=a+b&x=1", "uri") == Values{"governor://agents", "a+b"});
  CHECK(query_values("uri=%zz&uri=%4&uri=%41", "uri") == Values{"A"});
  CHECK(query_values("%75ri=1", "uri") == Values{"1"});
  CHECK(query_values("uri", "uri") == Values{""});
  CHECK(query_values("", "uri").empty());
  CHECK(percent_decoded("%") == std::nullopt);
  CHECK(percent_decoded("a%2") == std::nullopt);
  CHECK(percent_decoded("%e2%82%AC") == std::string("\xe2\x82\xac"));
}

TEST_CASE("a cookie is found among others") {
  CHECK(cookie_value("a=1; governor_1=abc; b=2", "governor_1") == std::string_view("abc"));
  CHECK(cookie_value("governor_1=abc", "governor_1") == std::string_view("abc"));
  CHECK(cookie_value("governor_1=a=b", "governor_1") == std::string_view("a=b"));
  CHECK(cookie_value("governor_1=first;governor_1=second", "governor_1") == std::string_view("first"));
  CHECK_FALSE(cookie_value("xgovernor_1=abc; governor_12=d", "governor_1"));
  CHECK_FALSE(cookie_value("governor_1", "governor_1"));
  CHECK_FALSE(cookie_value("", "governor_1"));
}

TEST_CASE("a token of the scheme Bearer is taken, and of no other") {
  CHECK(bearer_token("Bearer abc") == std::string_view("abc"));
  CHECK(bearer_token(" bearer  abc ") == std::string_view("abc"));
  for (const char* other : {"", "Bearer", "Bearer ", "Basic abc", "Bearerabc", "abc"})
    CHECK_FALSE(bearer_token(other));
}

TEST_CASE("what a client takes is read from lists with weights and wildcards") {
  CHECK(accepts("application/json, text/event-stream", "text/event-stream"));
  CHECK(accepts("text/html;q=0.8 , */*;q=0.1", "application/json"));
  CHECK(accepts("Text/*", "text/event-stream"));
  CHECK_FALSE(accepts("text/*", "application/json"));
  CHECK_FALSE(accepts("", "application/json"));
  CHECK(is_media_type("application/json; charset=utf-8", "application/json"));
  CHECK(is_media_type("Application/JSON", "application/json"));
  CHECK_FALSE(is_media_type("application/jsonx", "application/json"));
  CHECK_FALSE(is_media_type("text/plain", "application/json"));
}
