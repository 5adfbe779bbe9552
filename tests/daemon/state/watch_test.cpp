// Files that change without governor, seen on a real file system by a whole daemon.
#include <filesystem>
#include <fstream>

#include "daemon/support/sha256.hpp"
#include "tests/daemon/state/daemon_fixture.hpp"
#include "tests/daemon/state/test_client.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/until.hpp"

using namespace governor::daemon;
using namespace governor::daemon::test;
namespace json = boost::json;
namespace fs = std::filesystem;

namespace {

std::string watched_lines(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += "line " + std::to_string(i) + "\n";
  return text;
}

/// A daemon, a client, and a directory of files beside it.
struct Watched {
  Watched() : client(daemon.socket()), person(daemon.socket()) {
    client.hello("a");
    person.introduce_as("person");
    write_file(file("core.cpp"), watched_lines(500));
  }
  [[nodiscard]] std::string file(const std::string& name) const {
    return fs::canonical(project.path()).string() + "/" + name;
  }
  json::object lease(const std::string& name, const std::string& more = "") {
    return client.call(++line, "request_write", R"({"paths":[")" + file(name) + "\"]" + more + "}");
  }
  /// Until governor knows that many contents of files.
  void knows(std::int64_t versions) {
    REQUIRE(soon([&] { return daemon.stored("SELECT count(*) FROM file_version") >= versions; }));
  }
  std::string alert_about(const std::string& name) {
    std::string message;
    const bool came = soon([&] {
      const json::object list = client.call(++line, "list_alerts", "{}");
      for (const auto& alert : list.at("alerts").as_array()) {
        if (alert.at("cause").as_string() == "file_changed/" + file(name))
          message = std::string(alert.at("message").as_string());
      }
      return !message.empty();
    });
    CHECK(came);
    return message;
  }
  std::size_t alerts() { return client.call(++line, "list_alerts", "{}").at("alerts").as_array().size(); }
  json::object request(const std::string& method, const std::string& params) {
    return person.ask(R"({"jsonrpc":"2.0","id":"r","method":")" + method + R"(","params":)" + params + "}");
  }
  template <class Condition>
  static bool soon(Condition condition) {
    return governor::test::until(governor::ipc::Deadline::after(std::chrono::seconds(30)), condition);
  }

  TemporaryDirectory project;
  DaemonFixture daemon;
  TestClient client;
  TestClient person;
  std::uint64_t line = 0;
};

}  // namespace

TEST_CASE("a leased file that somebody else writes is an alert that says what was there") {
  Watched f;
  f.lease("core.cpp");
  f.knows(1);
  write_file(f.file("core.cpp"), watched_lines(20));
  const std::string message = f.alert_about("core.cpp");
  CHECK(message.find("from 500 lines") != std::string::npos);
  CHECK(message.find("to 20 lines") != std::string::npos);
  CHECK(message.find("--backup 1 ") != std::string::npos);
  CHECK(f.daemon.stored("SELECT kind FROM file_version ORDER BY key DESC LIMIT 1") == 5);
}

TEST_CASE("the holder of a direct lease writes as it likes, unless it destroys the file") {
  Watched f;
  f.lease("core.cpp", R"(,"direct":true)");
  f.knows(1);
  write_file(f.file("core.cpp"), watched_lines(480));
  f.knows(2);
  CHECK(f.daemon.stored("SELECT kind FROM file_version ORDER BY key DESC LIMIT 1") == 4);
  CHECK(f.alerts() == 0);
  write_file(f.file("core.cpp"), watched_lines(20));
  CHECK(f.alert_about("core.cpp").find("from 480 lines") != std::string::npos);
}

TEST_CASE("below a watched directory every change is an alert, new files and removed ones too") {
  Watched f;
  const auto root = fs::canonical(f.project.path()).string();
  CHECK(f.request("governor/watch", R"({"root":")" + root + "\"}").at("result").at("changed").as_bool());
  f.knows(1);
  SECTION("new") {
    write_file(f.file("new.cpp"), "x");
    CHECK(f.alert_about("new.cpp").find(
              f.file("new.cpp") + " was created without a lease: 1 line (1 bytes).") != std::string::npos);
  }
  SECTION("removed") {
    fs::remove(f.file("core.cpp"));
    CHECK(f.alert_about("core.cpp").find("to no file") != std::string::npos);
  }
  SECTION("with its directory") {
    fs::create_directory(f.file("dir"));
    write_file(f.file("dir/a"), "x");
    f.alert_about("dir/a");
    fs::remove_all(f.file("dir"));
    CHECK(Watched::soon([&] { return f.alert_about("dir/a").find("to no file") != std::string::npos; }));
  }
  SECTION("no longer watched") {
    f.request("governor/watch", R"({"root":")" + root + R"(","remove":true})");
    CHECK(f.request("governor/watches", "{}").at("result").at("items").as_array().empty());
  }
}

TEST_CASE("what happened to a leased file while the daemon did not run is told at its start") {
  Watched f;
  f.lease("core.cpp");
  f.knows(1);
  REQUIRE(f.daemon.stop());
  write_file(f.file("core.cpp"), watched_lines(20));
  f.daemon.restart();
  TestClient client(f.daemon.socket());
  client.hello("b");
  std::uint64_t line = 0;
  std::string message;
  CHECK(Watched::soon([&] {
    const json::object list = client.call(++line, "list_alerts", "{}");
    for (const auto& alert : list.at("alerts").as_array())
      message = std::string(alert.at("message").as_string());
    return !message.empty();
  }));
  CHECK(message.find("while governor did not run") != std::string::npos);
}

TEST_CASE("many changes at once are a few alerts, and each is in the audit log") {
  constexpr int kFiles = 300;
  Watched f;
  for (int i = 0; i < kFiles; ++i) write_file(f.file(std::to_string(i)), "1");
  const auto root = fs::canonical(f.project.path()).string();
  f.request("governor/watch", R"({"root":")" + root + "\"}");
  f.knows(kFiles + 1);
  for (int i = 0; i < kFiles; ++i) write_file(f.file(std::to_string(i)), "2");
  CHECK(Watched::soon(
      [&] { return f.daemon.stored("SELECT count(*) FROM audit WHERE event = 'file_changed'") == kFiles; }));
  CHECK(f.alerts() < kFiles / 2);
}

TEST_CASE("names that are no text break no answer and silence nobody") {
  Watched f;
  const auto root = fs::canonical(f.project.path()).string();
  f.request("governor/watch", R"({"root":")" + root + "\"}");
  f.knows(1);
  for (const char* name : {"bad\xff.cpp", "line\nbreak", "it's; $HOME"}) write_file(f.file(name), "x");
  // TestClient reads nothing but JSON.
  CHECK_FALSE(f.alert_about("bad\\xff.cpp").empty());
  CHECK_FALSE(f.alert_about("line\\x0abreak").empty());
  CHECK_FALSE(f.alert_about("it's; $HOME").empty());
  const json::object log = f.client.call(++f.line, "query_audit_log", R"({"event":"file_changed"})");
  CHECK(log.at("entries").as_array().size() == 3);
  const json::object kept =
      f.client.call(++f.line, "list_backups", R"({"path":")" + root + R"(/bad\\xff.cpp"})");
  CHECK(kept.at("backups").as_array().size() == 1);
  write_file(f.file("core.cpp"), watched_lines(20));
  CHECK(f.alert_about("core.cpp").find("from 500 lines") != std::string::npos);
}

TEST_CASE("what alerts tell to restore is restored, whatever it is called") {
  Watched f;
  const auto root = fs::canonical(f.project.path()).string();
  const std::string name = "a b;\n'\xfe*?\\x";
  write_file(f.file(name), watched_lines(3));
  f.request("governor/watch", R"({"root":")" + root + "\"}");
  f.knows(2);
  fs::remove(f.file(name));
  const std::string shown = "a b;\\x0a'\\xfe\\x2a\\x3f\\x5cx";
  CHECK(f.alert_about(shown).find("governorctl restore '" + root + R"(/a b;\x0a'\'')") != std::string::npos);
  const json::object params{{"path", root + "/" + shown}};
  const json::object restored = f.request("governor/restore", json::serialize(params));
  REQUIRE(restored.contains("result"));
  CHECK(fs::exists(f.file(name)));
}

TEST_CASE("governor's own directories and what git ignores are not reported in a watched project") {
  Watched f;
  const auto root = fs::canonical(f.project.path()).string();
  fs::create_directory(f.file(".git"));
  write_file(f.file(".gitignore"), "*.log\n");
  const json::object answer =
      f.request("governor/watch", R"({"root":")" + root + "\"}").at("result").as_object();
  CHECK(answer.at("files").as_int64() == 2);
  f.knows(2);
  write_file(f.file("a.log"), "x");
  write_file(f.file(".governor-1-2-3.tmp"), "x");
  write_file(f.file("core.cpp"), watched_lines(20));
  f.alert_about("core.cpp");
  CHECK(f.alerts() == 1);
  SECTION("unless they are wanted") {
    f.request("governor/watch", R"({"with_ignored":true,"root":")" + root + "\"}");
    f.knows(4);
    write_file(f.file("a.log"), "more");
    f.alert_about("a.log");
  }
  SECTION("unless somebody has a lease on them") {
    f.lease("a.log");
    f.knows(4);
    write_file(f.file("a.log"), "more");
    f.alert_about("a.log");
  }
}

TEST_CASE("what is no project is watched only by force") {
  Watched f;
  for (const char* root : {"/", "/etc", "/root", "/home"}) {
    CAPTURE(root);
    const json::object refused = f.request("governor/watch", R"({"root":")" + std::string(root) + "\"}");
    REQUIRE(refused.contains("error"));
    CHECK(json::serialize(refused).find("--force") != std::string::npos);
  }
}

TEST_CASE("a write that comes after commit_file to the file that it replaced is an alert") {
  Watched f;
  const std::string path = f.file("core.cpp");
  const auto lease = f.lease("core.cpp").at("lease").as_int64();
  f.knows(1);
  std::ofstream writer(path, std::ios::app);
  const json::object written =
      f.client.call(++f.line, "commit_file",
                    json::serialize(json::object{{"path", path},
                                                 {"lease", lease},
                                                 {"content", "new\n"},
                                                 {"confirm_shrink", true},
                                                 {"expected_sha256", sha256_hex(watched_lines(500))}}));
  REQUIRE(written.contains("sha256"));
  writer << "late" << std::endl;
  std::string message;
  CHECK(Watched::soon([&] {
    const json::object list = f.client.call(++f.line, "list_alerts", "{}");
    for (const auto& alert : list.at("alerts").as_array()) {
      if (alert.at("cause").as_string() == "late_write/" + path)
        message = std::string(alert.at("message").as_string());
    }
    return !message.empty();
  }));
  CHECK(message.find("has written 501 lines to it afterwards") != std::string::npos);
}
