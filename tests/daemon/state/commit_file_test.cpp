// commit_file: who may write what, and what is told of everything else.
#include "tests/daemon/state/file_fixture.hpp"
#include "tests/support/catch.hpp"

using namespace governor::daemon;
using namespace governor::daemon::test;
namespace json = boost::json;
using Writer = FileFixture::Writer;

TEST_CASE("a file is written under a lease, and the answer says what it holds") {
  FileFixture files;
  Writer ada(files, "ada");
  const auto lease = ada.lease(files.file("a.txt"));
  const auto made = ada.commit(files.file("a.txt"), "one\n", "", lease);
  CHECK(read_file(files.file("a.txt")) == "one\n");
  CHECK(made.at("created").as_bool());
  CHECK(made.at("changed").as_bool());
  CHECK(text_of(made.at("sha256")) == sha256_hex("one\n"));
  CHECK(text_of(made.at("path")) == files.file("a.txt"));
  const auto changed = ada.commit(files.file("a.txt"), "two\nthree\n", sha256_hex("one\n"), lease);
  CHECK_FALSE(changed.at("created").as_bool());
  CHECK(text_of(changed.at("previous_sha256")) == sha256_hex("one\n"));
  CHECK(changed.at("lines").as_int64() == 2);
  CHECK(read_file(files.file("a.txt")) == "two\nthree\n");
}

TEST_CASE("a diff is applied to what was read") {
  FileFixture files;
  Writer ada(files, "ada");
  write_file(files.file("a.txt"), "one\ntwo\nthree\n");
  json::object arguments{{"path", files.file("a.txt")},
                         {"unified_diff", "@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n"},
                         {"expected_sha256", sha256_hex("one\ntwo\nthree\n")},
                         {"lease", ada.lease(files.file("a.txt"))}};
  ada.call("commit_file", arguments);
  CHECK(read_file(files.file("a.txt")) == "one\n2\nthree\n");
  SECTION("sent again, it is found written") {
    const auto again = ada.call("commit_file", arguments);
    CHECK(again.at("found_written").as_bool());
    CHECK(read_file(files.file("a.txt")) == "one\n2\nthree\n");
  }
  SECTION("one that does not fit says where") {
    arguments["expected_sha256"] = sha256_hex("one\n2\nthree\n");
    const auto error = ada.refused("commit_file", arguments);
    CHECK(text_of(error.at("code")) == "conflict");
    CHECK(text_of(error.at("field")) == "unified_diff");
  }
}

TEST_CASE("a diff to /dev/null deletes the file, and what it held can be brought back") {
  FileFixture files;
  Writer ada(files, "ada");
  const std::string path = files.file("a.txt");
  write_file(path, "one\ntwo\n");
  json::object arguments{{"path", path},
                         {"unified_diff", "--- a/a.txt\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-one\n-two\n"},
                         {"expected_sha256", sha256_hex("one\ntwo\n")},
                         {"lease", ada.lease(path)}};
  const auto gone = ada.call("commit_file", arguments);
  CHECK_FALSE(gone.at("exists").as_bool());
  CHECK_FALSE(std::filesystem::exists(path));
  SECTION("sent again, it is found done") {
    CHECK(ada.call("commit_file", arguments).at("found_written").as_bool());
    CHECK_FALSE(std::filesystem::exists(path));
  }
  SECTION("an empty file that somebody has made since is another one") {
    write_file(path, "");
    ada.refused("commit_file", arguments);
    CHECK(std::filesystem::exists(path));
  }
  SECTION("it comes back") {
    ada.call("restore_file", {{"path", path}, {"lease", arguments.at("lease")}});
    CHECK(read_file(path) == "one\ntwo\n");
  }
}

TEST_CASE("what is restored after a deletion has its mode and its time again") {
  FileFixture files;
  Writer ada(files, "ada");
  const std::string path = files.file("run.sh");
  write_file(path, "#!/bin/sh\n");
  std::filesystem::permissions(path, std::filesystem::perms(0755));
  const auto time = std::filesystem::file_time_type::clock::now() - std::chrono::hours(48);
  std::filesystem::last_write_time(path, time);
  const auto lease = ada.lease(path);
  SECTION("of a content that was there") {
    ada.call("commit_file", {{"path", path},
                             {"unified_diff", "+++ /dev/null\n@@ -1 +0,0 @@\n-#!/bin/sh\n"},
                             {"expected_sha256", sha256_hex("#!/bin/sh\n")},
                             {"lease", lease}});
    REQUIRE_FALSE(std::filesystem::exists(path));
    ada.call("restore_file", {{"path", path}, {"lease", lease}});
    const auto back = std::filesystem::last_write_time(path);
    CHECK(std::chrono::abs(back - time) < std::chrono::milliseconds(1));
  }
  SECTION("of one that was written here, also when a person restores it") {
    ada.commit(path, "#!/bin/sh\nexit 0\n", sha256_hex("#!/bin/sh\n"), lease);
    const auto written = std::filesystem::last_write_time(path);
    std::filesystem::remove(path);
    const auto backup =
        ada.call("list_backups", {{"path", path}}).at("backups").as_array().at(0).at("backup");
    Writer person(files, "fee", "person");
    CHECK_FALSE(person.ask("governor/restore", {{"path", path}, {"backup", backup}}).contains("error"));
    CHECK(std::chrono::abs(std::filesystem::last_write_time(path) - written) < std::chrono::milliseconds(1));
  }
  CHECK((std::filesystem::status(path).permissions() & std::filesystem::perms::all) ==
        std::filesystem::perms(0755));
}

TEST_CASE("where there is a file, its older content gets the mode back, and the present time") {
  FileFixture files;
  Writer ada(files, "ada");
  const std::string path = files.file("run.sh");
  write_file(path, "one\n");
  std::filesystem::permissions(path, std::filesystem::perms(0755));
  const auto time = std::filesystem::file_time_type::clock::now() - std::chrono::hours(48);
  std::filesystem::last_write_time(path, time);
  const auto lease = ada.lease(path);
  ada.commit(path, "two\n", sha256_hex("one\n"), lease);
  std::filesystem::permissions(path, std::filesystem::perms(0644));
  ada.call("restore_file", {{"path", path}, {"lease", lease}});
  CHECK(read_file(path) == "one\n");
  CHECK((std::filesystem::status(path).permissions() & std::filesystem::perms::all) ==
        std::filesystem::perms(0755));
  CHECK(std::filesystem::last_write_time(path) > time + std::chrono::hours(1));
}

TEST_CASE("a file that has given way to a link is restored when the link is gone, and this is said") {
  FileFixture files;
  Writer ada(files, "ada");
  const std::string path = files.file("a.txt");
  const auto lease = ada.lease(path);
  ada.commit(path, "mine\n", "", lease);
  std::filesystem::remove(path);
  write_file(files.file("b.txt"), "theirs\n");
  std::filesystem::create_symlink("b.txt", path);
  Writer person(files, "fee", "person");
  const auto refused = person.ask("governor/restore", {{"path", path}});
  const std::string text = json::serialize(refused);
  CHECK(text.find("is a symbolic link to it") != std::string::npos);
  CHECK(text.find("take the link away first") != std::string::npos);
  std::filesystem::remove(path);
  CHECK_FALSE(person.ask("governor/restore", {{"path", path}}).contains("error"));
  CHECK(read_file(path) == "mine\n");
  CHECK(read_file(files.file("b.txt")) == "theirs\n");
}

TEST_CASE("a diff that was counted anew is applied as a whole, and the answer says so") {
  FileFixture files;
  Writer ada(files, "ada");
  write_file(files.file("a.txt"), "one\ntwo\nthree\n");
  const auto done =
      ada.call("commit_file", {{"path", files.file("a.txt")},
                               {"unified_diff", "@@ -1,1 +1,1 @@\n one\n-two\n+2\n-three\n+3\n"},
                               {"expected_sha256", sha256_hex("one\ntwo\nthree\n")},
                               {"lease", ada.lease(files.file("a.txt"))}});
  CHECK(read_file(files.file("a.txt")) == "one\n2\n3\n");
  CHECK(text_of(done.at("remarks").as_array().at(0)).find("counted anew") != std::string::npos);
}

TEST_CASE("a stale read is refused with what is there, who wrote it and when") {
  FileFixture files;
  Writer ada(files, "ada");
  Writer bob(files, "b0b");
  const std::string path = files.file("a.txt");
  bob.call("register_agent", {{"agent_id", "bob"}});
  const auto first = bob.call("request_write", {{"paths", {path}}}).at("lease").as_int64();
  bob.commit(path, "by bob\n", "", first);
  bob.call("release_write", {{"lease", first}});
  const auto lease = ada.lease(path);
  SECTION("by another agent") {
    const auto error =
        ada.refused("commit_file", Writer::arguments_of(path, "mine\n", sha256_hex("old"), lease));
    CHECK(text_of(error.at("code")) == "conflict");
    CHECK(text_of(error.at("field")) == "expected_sha256");
    CHECK(text_of(error.at("given")) == sha256_hex("old"));
    const std::string message = text_of(error.at("message"));
    CHECK(message.find(sha256_hex("by bob\n")) != std::string::npos);
    CHECK(message.find("7 bytes") != std::string::npos);
    CHECK(message.find("agent \"bob\"") != std::string::npos);
    CHECK(message.find("2026-01-31") != std::string::npos);
    CHECK(read_file(path) == "by bob\n");
  }
  SECTION("by something else") {
    write_file(path, "by a shell\n");
    const auto error =
        ada.refused("commit_file", Writer::arguments_of(path, "mine\n", sha256_hex("by bob\n"), lease));
    CHECK(text_of(error.at("message")).find("something else than governor") != std::string::npos);
    CHECK(read_file(path) == "by a shell\n");
  }
  SECTION("of a file that was said to be new") {
    const auto error = ada.refused("commit_file", Writer::arguments_of(path, "mine\n", "", lease));
    CHECK(text_of(error.at("message")).find("exists already") != std::string::npos);
    CHECK(read_file(path) == "by bob\n");
  }
  SECTION("of a file that is gone") {
    std::filesystem::remove(path);
    ada.refused("commit_file", Writer::arguments_of(path, "mine\n", sha256_hex("by bob\n"), lease));
    CHECK_FALSE(std::filesystem::exists(path));
  }
}

TEST_CASE("without a lease of one's own on that path nothing is written") {
  FileFixture files;
  Writer ada(files, "ada");
  Writer bob(files, "b0b");
  const std::string path = files.file("a.txt");
  const auto lease = ada.lease(path);
  const auto other = bob.lease(files.file("b.txt"));
  CHECK(text_of(bob.refused("commit_file", Writer::arguments_of(path, "x", "", lease)).at("code")) ==
        "not_owner");
  CHECK(text_of(bob.refused("commit_file", Writer::arguments_of(path, "x", "", other)).at("code")) ==
        "conflict");
  CHECK(text_of(bob.refused("commit_file", Writer::arguments_of(path, "x", "", 999)).at("code")) ==
        "not_found");
  CHECK(text_of(bob.refused("commit_file", {{"path", path}, {"content", "x"}}).at("field")) == "lease");
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("a holder that slept past its time cannot write, and learns who came after it") {
  FileFixture files;
  Writer ada(files, "ada");
  Writer bob(files, "b0b");
  const std::string path = files.file("a.txt");
  const auto slept = ada.lease(path, 60);
  DaemonFixture::advance_clock(std::chrono::seconds(61));
  const auto later = bob.call("request_write", {{"paths", {path}}, {"wait_seconds", 30}});
  REQUIRE(text_of(later.at("status")) == "granted");
  const auto error = ada.refused("commit_file", Writer::arguments_of(path, "late", "", slept));
  CHECK(text_of(error.at("code")) == "conflict");
  const std::string message = text_of(error.at("message"));
  CHECK(message.find("expired") != std::string::npos);
  CHECK(message.find("lease " + std::to_string(later.at("lease").as_int64())) != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(path));
  bob.commit(path, "in time", "", later.at("lease").as_int64());
  CHECK(read_file(path) == "in time");
  ada.refused("commit_file", Writer::arguments_of(path, "late", sha256_hex("in time"), slept));
  CHECK(read_file(path) == "in time");
}

TEST_CASE("at the very moment when its time is over a lease is worth nothing, even before anybody noticed") {
  FileFixture files;
  Writer ada(files, "ada");
  const auto lease = ada.lease(files.file("a.txt"), 60);
  DaemonFixture::advance_clock(std::chrono::seconds(60));
  ada.refused("commit_file", Writer::arguments_of(files.file("a.txt"), "late", "", lease));
  CHECK_FALSE(std::filesystem::exists(files.file("a.txt")));
}

TEST_CASE("a write that leaves little of a file must be meant, and is told what would go") {
  FileFixture files;
  Writer ada(files, "ada");
  const std::string path = files.file("core.cpp");
  const std::string before = numbered_lines(500);
  write_file(path, before);
  auto arguments = Writer::arguments_of(path, numbered_lines(20), sha256_hex(before), ada.lease(path));
  const auto error = ada.refused("commit_file", arguments);
  CHECK(text_of(error.at("field")) == "confirm_shrink");
  CHECK(text_of(error.at("message")).find("480 lines") != std::string::npos);
  CHECK(text_of(error.at("message")).find("line 20") != std::string::npos);
  CHECK(read_file(path) == before);
  arguments["confirm_shrink"] = true;
  ada.call("commit_file", arguments);
  CHECK(read_file(path) == numbered_lines(20));
}

TEST_CASE("other names of a file are the file") {
  FileFixture files;
  Writer ada(files, "ada");
  Writer bob(files, "b0b");
  write_file(files.file("a.txt"), "old");
  std::filesystem::create_symlink("a.txt", files.file("link.txt"));
  std::filesystem::create_hard_link(files.file("a.txt"), files.file("hard.txt"));
  const auto lease = ada.lease(files.file("link.txt"));
  for (const char* name : {"a.txt", "link.txt", "hard.txt"}) {
    const auto held = bob.call("request_write", {{"paths", {files.file(name)}}});
    CHECK(text_of(held.at("status")) == "held");
  }
  const auto written = ada.commit(files.file("link.txt"), "new", sha256_hex("old"), lease);
  CHECK(text_of(written.at("path")) == files.file("a.txt"));
  CHECK(written.at("other_names").as_int64() == 1);
  CHECK(std::filesystem::is_symlink(files.file("link.txt")));
  CHECK(read_file(files.file("a.txt")) == "new");
  CHECK(read_file(files.file("hard.txt")) == "old");
}

TEST_CASE("arguments that make no sense are named") {
  FileFixture files;
  Writer ada(files, "ada");
  const std::string path = files.file("a.txt");
  const auto field = [&](const json::object& arguments) {
    return text_of(ada.refused("commit_file", arguments).at("field"));
  };
  CHECK(field({{"content", "x"}, {"lease", 1}}) == "path");
  CHECK(field({{"path", path}, {"lease", 1}}) == "content");
  CHECK(field({{"path", path}, {"lease", 1}, {"content", "x"}, {"unified_diff", "x"}}) == "unified_diff");
  CHECK(field({{"path", path}, {"lease", 1}, {"content", "x"}, {"expected_sha256", "abc"}}) ==
        "expected_sha256");
  CHECK(field({{"path", ""}, {"lease", 1}, {"content", "x"}}) == "path");
  CHECK(field({{"path", files.root()}, {"lease", 1}, {"content", "x"}}) == "path");
}

TEST_CASE("a line that comes again is not written again, also if nobody knows that it was written") {
  FileFixture files;
  const std::string path = files.file("a.txt");
  std::int64_t lease = 0;
  json::object first;
  {
    Writer ada(files, "ada");
    lease = ada.lease(path);
    first = ada.commit(path, "one\n", "", lease);
  }
  SECTION("the answer is stored") {
    files.daemon.restart();
    Writer ada(files, "ada");
    ada.line = 1;
    CHECK(ada.commit(path, "one\n", "", lease) == first);
  }
  SECTION("the daemon died after the file was written and before that was stored") {
    Writer ada(files, "ada");
    ada.line = 10;
    write_file(path, "two\n");  // what the write under way has done
    const auto again = ada.commit(path, "two\n", sha256_hex("one\n"), lease);
    CHECK(again.at("found_written").as_bool());
    const auto list = ada.call("list_backups", {{"path", path}});
    const auto& newest = list.at("backups").as_array().at(0).as_object();
    CHECK(text_of(newest.at("kind")) == "committed");
    CHECK(text_of(newest.at("sha256")) == sha256_hex("two\n"));
    CHECK(list.at("backups").as_array().size() == 2);
  }
}

TEST_CASE("many writes at once to one file are one after the other, and all others are told") {
  FileFixture files;
  Writer ada(files, "ada");
  const std::string path = files.file("a.txt");
  const auto lease = ada.lease(path);
  constexpr int kWrites = 20;
  for (int i = 0; i < kWrites; ++i) {
    ada.client.send_tool(
        100 + static_cast<std::uint64_t>(i), "commit_file",
        json::serialize(Writer::arguments_of(path, "content " + std::to_string(i), "", lease)));
  }
  int written = 0;
  std::string winner;
  for (int i = 0; i < kWrites; ++i) {
    const auto reply = json::parse(ada.client.answer(100 + static_cast<std::uint64_t>(i))).as_object();
    const bool failed = reply.at("result").as_object().contains("isError") &&
                        reply.at("result").as_object().at("isError").as_bool();
    if (!failed) {
      ++written;
      winner = "content " + std::to_string(i);
    }
  }
  CHECK(written == 1);
  CHECK(read_file(path) == winner);
}

TEST_CASE("an agent that writes in circles is told, and a person is alerted") {
  FileFixture files;
  Writer ada(files, "ada");
  ada.call("register_agent", {{"agent_id", "ada"}});
  const std::string path = files.file("a.txt");
  const auto lease = ada.lease(path);
  ada.commit(path, "A", "", lease);
  const auto rewrite = [&](const char* from, const char* to) {
    return ada.commit(path, to, sha256_hex(from), lease).contains("loop");
  };
  CHECK_FALSE(rewrite("A", "B"));
  CHECK_FALSE(rewrite("B", "A"));  // an honest undo
  CHECK_FALSE(rewrite("A", "B"));
  CHECK(rewrite("B", "A"));
  const auto update = ada.call("process_agent_update", {{"agent_id", "ada"}, {"response_text", "done"}});
  CHECK(update.at("decision").at("require_human").as_bool());
  const auto alerts = ada.call("list_alerts", json::object{});
  const auto& alert = alerts.at("alerts").as_array().at(0).as_object();
  CHECK(text_of(alert.at("kind")) == "loop");
  CHECK(text_of(alert.at("agent_id")) == "ada");
  CHECK(ada.call("request_write", {{"paths", {files.file("b.txt")}}}).at("status").as_string() == "granted");
  ada.call("release_write", {{"lease", lease}});
  CHECK(text_of(ada.refused("request_write", {{"paths", {path}}}).at("code")) == "loop_detected");
}
