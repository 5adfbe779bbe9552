#include "daemon/diagnosis/lock_content.hpp"

#include "tests/support/catch.hpp"

using namespace governor::daemon;

namespace {

constexpr std::int64_t kNoonUs = 1'764'072'000'000'000;  // 2025-11-25T12:00:00Z

}  // namespace

TEST_CASE("an owner is a bare pid, a pid of a host, or a pid with lines after it") {
  CHECK(read_lock_content("4711").pid == 4711);
  CHECK(read_lock_content("  4711\n").pid == 4711);
  const auto named = read_lock_content("4711\npython3\nmore\n");
  CHECK(named.pid == 4711);
  CHECK(named.holder == "python3");
  const auto remote = read_lock_content("build-7:4711\n");
  CHECK(remote.pid == 4711);
  CHECK(remote.host == "build-7");
}

TEST_CASE("an owner is a JSON object, whatever its fields are called") {
  const auto plain = read_lock_content(R"({"pid": 4711, "timestamp": 1764072000.25, "agent_id": "ada"})");
  CHECK(plain.pid == 4711);
  CHECK(plain.locked_us == kNoonUs + 250'000);
  CHECK(plain.holder == "ada");
  const auto other = read_lock_content(
      R"({"owner_pid":"4711","locked_at":"2025-11-25T13:00:00+01:00","hostname":"h","owner":"x",)"
      R"("create_time":1764071999000})");
  CHECK(other.pid == 4711);
  CHECK(other.locked_us == kNoonUs);
  CHECK(other.host == "h");
  CHECK(other.holder == "x");
  CHECK(other.owner_started_us == kNoonUs - 1'000'000);
  const auto without_pid =
      read_lock_content(R"({"agent_id":"ada","filepath":"a.py","locked_at":1764072000})");
  CHECK_FALSE(without_pid.pid);
  CHECK(without_pid.holder == "ada");
}

TEST_CASE("what names no process names none") {
  for (const char* text :
       {"", "\n", "hello", "12x", "-4", "0", "99999999999999999999", "4711.5", "{", R"({"pid":4711)",
        R"({"pid":4711} {"pid":1})", R"({"pid":true})", R"({"pid":-1})", R"({"pid":4711.5})",
        R"({"pid":"x"})", R"({"pid":null})", R"([4711])", "version = 3\n[[package]]\n", "\xff\xfe"}) {
    INFO(text);
    CHECK_FALSE(read_lock_content(text).pid);
  }
}

TEST_CASE("a time without its zone is none: nobody knows which instant that is") {
  CHECK_FALSE(read_lock_content(R"({"pid":1,"timestamp":"2025-11-25T12:00:00.062933"})").locked_us);
  CHECK(read_lock_content(R"({"pid":1,"timestamp":"2025-11-25T12:00:00.062933Z"})").locked_us ==
        kNoonUs + 62'933);
  CHECK_FALSE(read_lock_content(R"({"pid":1,"timestamp":"yesterday"})").locked_us);
}

TEST_CASE("a number that is no time of this century is none") {
  CHECK_FALSE(read_lock_content(R"({"pid":1,"timestamp":0})").locked_us);
  CHECK_FALSE(read_lock_content(R"({"pid":1,"timestamp":-1764072000})").locked_us);
  CHECK_FALSE(read_lock_content(R"({"pid":1,"timestamp":1e300})").locked_us);
  CHECK(read_lock_content(R"({"pid":1,"timestamp":1764072000000000})").locked_us == kNoonUs);
}
