#include <filesystem>

#include "tests/ctl/recording_daemon.hpp"
#include "tests/support/catch.hpp"

using namespace governor::ctl::test;
namespace json = boost::json;

TEST_CASE("backups shows what a file held, the newest first, and what can be brought back", "[ctl]") {
  RecordingDaemon daemon;
  daemon.will_answer("list_backups", {{{"backups",
                                        {{{"backup", 12},
                                          {"time", "2026-01-31T12:00:00Z"},
                                          {"kind", "committed"},
                                          {"bytes", 12345},
                                          {"lines", 500},
                                          {"agent_id", "ada"},
                                          {"restorable", true},
                                          {"sha256", "0123456789abcdef"}},
                                         {{"backup", 11}, {"restorable", false}, {"client", "cursor"}}}},
                                       {"count", 2}},
                                      {{"backups", json::array()}, {"count", 0}}});
  const auto run = daemon.run({"backups", "a.cpp", "--rows", "5"});
  for (const char* part : {"12", "committed", "12,345", "500", "ada", "0123456789ab", "not kept", "cursor"}) {
    CAPTURE(part, run.out);
    CHECK(contains(run.out, part));
  }
  CHECK_FALSE(contains(run.out, "0123456789abc"));
  CHECK(daemon.last().at("path").as_string() == (std::filesystem::current_path() / "a.cpp").string());
  CHECK(daemon.last().at("limit").as_int64() == 5);
  CHECK(daemon.run({"backups", "/none"}).out == "no version of it is known\n");
}

TEST_CASE("restore says what it brought back, from before the last change, from a time or by number",
          "[ctl]") {
  RecordingDaemon daemon;
  daemon.will_answer(
      "governor/restore",
      {{{"path", "/p/a"}, {"time", "2026-01-31T12:00:00Z"}, {"bytes", 12345}, {"lines", 500}}});
  const auto run = daemon.run({"restore", "/p/a", "--utc"});
  CHECK(run.out == "/p/a is as it was at 2026-01-31T12:00:00Z: 12,345 bytes, 500 lines\n");
  CHECK(daemon.last() == json::object{{"path", "/p/a"}});
  (void)daemon.run({"restore", "/p/a", "--at", "2026-01-31T12:00:00Z"});
  CHECK(daemon.last() == json::object{{"path", "/p/a"}, {"at", "2026-01-31T12:00:00Z"}});
  (void)daemon.run({"restore", "/p/a", "--backup", "12"});
  CHECK(daemon.last() == json::object{{"path", "/p/a"}, {"backup", 12}});
  CHECK(daemon.run({"restore", "/p/a", "--backup", "12", "--at", "x"}).code == 2);
}
