#include "gateway/rules/place.hpp"

#include "tests/support/catch.hpp"

using namespace governor::gateway;

namespace {

const Place kTcp{8080, ""};
const Place kPort80{80, ""};
const Place kUnix{0, "/run/x.sock"};

}  // namespace

TEST_CASE("only the names of this machine itself with the own port are own hosts") {
  for (const char* own : {"127.0.0.1:8080", "localhost:8080", "LocalHost:8080", "[::1]:8080"}) {
    INFO(own);
    CHECK(is_own_host(own, kTcp));
    CHECK(is_own_origin("http://" + std::string(own), kTcp));
  }
  for (const char* other :
       {"", "127.0.0.1", "localhost", "127.0.0.1:8081", "127.0.0.1:80800", "127.0.0.2:8080",
        "evil.example:8080", "localhost.evil.example:8080", "localhost:8080.evil.example",
        "127.0.0.1:8080@evil.example", "0.0.0.0:8080", "[::1]", "::1:8080", "127.0.0.1:"}) {
    INFO(other);
    CHECK_FALSE(is_own_host(other, kTcp));
    CHECK_FALSE(is_own_origin("http://" + std::string(other), kTcp));
  }
}

TEST_CASE("the port of HTTP may be left out") {
  CHECK(is_own_host("localhost", kPort80));
  CHECK(is_own_host("localhost:80", kPort80));
  CHECK_FALSE(is_own_host("localhost:81", kPort80));
}

TEST_CASE("an origin of another kind is none of ours") {
  for (const char* other :
       {"null", "https://127.0.0.1:8080", "http://127.0.0.1:8080/", "127.0.0.1:8080", "file://"})
    CHECK_FALSE(is_own_origin(other, kTcp));
}

TEST_CASE("through a Unix socket a port means nothing, and a name still has to be ours") {
  CHECK(is_own_host("localhost", kUnix));
  CHECK(is_own_host("localhost:1234", kUnix));
  CHECK_FALSE(is_own_host("evil.example", kUnix));
  CHECK_FALSE(is_own_host("localhost.evil.example", kUnix));
}
