#include <filesystem>
#include <fstream>

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

namespace {

json::object backup_of(const std::string& path, const std::string& base64) {
  return {{"path", path},      {"backup", 12}, {"time", "2026-01-31T12:00:00Z"},
          {"exists", true},    {"bytes", 4},   {"lines", 1},
          {"agent_id", "ada"}, {"offset", 0},  {"base64", base64}};
}

}  // namespace

TEST_CASE("backups cat writes what a file held, piece by piece and byte for byte", "[ctl]") {
  RecordingDaemon daemon;
  json::object first = backup_of("/p/a", "b25l");
  first["next_offset"] = 3;
  daemon.will_answer("governor/backup", {first, backup_of("/p/a", "AP8K")});
  const auto run = daemon.run({"backups", "cat", "/p/a", "--at", "2026-01-31T12:00:00Z"});
  CHECK(run.code == 0);
  CHECK(run.out == std::string("one\0\xff\n", 6));
  CHECK(daemon.calls()[0].arguments == json::object{{"path", "/p/a"}, {"at", "2026-01-31T12:00:00Z"}});
  // What follows is of the version that the first piece was of.
  CHECK(daemon.calls()[1].arguments == json::object{{"path", "/p/a"}, {"backup", 12}, {"offset", 3}});
  const auto machine = json::parse(daemon.run({"backups", "cat", "/p/a", "--json"}).out);
  CHECK(machine.at("base64").as_string() == "AP8K");
  CHECK_FALSE(machine.as_object().contains("offset"));
  daemon.will_answer("governor/backup", {backup_of("/p/a", "b25lCg==")});
  CHECK(json::parse(daemon.run({"backups", "cat", "/p/a", "--json"}).out).at("text").as_string() == "one\n");
  daemon.will_answer("governor/backup", {{{"path", "/p/a"}, {"backup", 12}, {"exists", false}}});
  const auto none = daemon.run({"backups", "cat", "/p/a"});
  CHECK(none.code == 1);
  CHECK(contains(none.err, "no such file then"));
}

TEST_CASE("backups diff shows what bringing a version back would change", "[ctl]") {
  const governor::TemporaryDirectory directory;
  const std::string path = std::filesystem::canonical(directory.path()).string() + "/.env";
  std::ofstream(path) << "two\n";
  RecordingDaemon daemon;
  daemon.will_answer("governor/backup", {backup_of(path, "b25lCg==")});
  const auto run = daemon.run({"backups", "diff", path, "--backup", "12", "--exit-code", "--utc"});
  CHECK(run.code == 4);
  CHECK(run.out == "--- " + path + "\tnow\n+++ " + path +
                       "\tbackup 12, 2026-01-31T12:00:00Z, by ada\n@@ -1 +1 @@\n-two\n+one\n");
  CHECK(json::parse(daemon.run({"backups", "diff", path, "--json"}).out).at("differs").as_bool());
  std::ofstream(path) << "one\n";
  const auto same = daemon.run({"backups", "diff", path, "--exit-code"});
  CHECK(same.code == 0);
  CHECK(same.out.empty());
  CHECK(contains(same.err, "no difference"));
  std::filesystem::remove(path);
  CHECK(contains(daemon.run({"backups", "diff", path}).out, "--- /dev/null\tnow\n"));
}

TEST_CASE("backups is about one file, which has to be named", "[ctl]") {
  RecordingDaemon daemon;
  CHECK(daemon.run({"backups"}).code == 2);
  CHECK(daemon.run({"backups", "list"}).code == 2);
  daemon.will_answer("list_backups", {{{"backups", json::array()}, {"count", 0}}});
  CHECK(daemon.run({"backups", "list", "/none"}).out == "no version of it is known\n");
}

TEST_CASE("a dry run of restore says which version would come back", "[ctl]") {
  RecordingDaemon daemon;
  daemon.will_answer("governor/backup", {backup_of("/p/a", "b25lCg==")});
  const auto run = daemon.run({"restore", "/p/a", "--dry-run", "--utc"});
  CHECK(run.code == 0);
  CHECK(contains(run.out,
                 "/p/a would be as it was: backup 12, 2026-01-31T12:00:00Z, by ada, 4 bytes, 1 lines"));
  CHECK(contains(run.out, "governorctl backups diff /p/a --backup 12"));
  for (const auto& call : daemon.calls()) CHECK(call.name != "governor/restore");
  CHECK(json::parse(daemon.run({"restore", "/p/a", "--dry-run", "--json"}).out).at("dry_run").as_bool());
}
