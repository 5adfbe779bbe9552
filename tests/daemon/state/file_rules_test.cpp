// Protected files, unlocks, and what a person restores.
#include "tests/daemon/state/file_fixture.hpp"
#include "tests/support/catch.hpp"

using namespace governor::daemon;
using namespace governor::daemon::test;
namespace json = boost::json;
using Writer = FileFixture::Writer;

namespace {

json::object result_of(const json::object& reply) {
  INFO(json::serialize(reply));
  REQUIRE(reply.contains("result"));
  return reply.at("result").as_object();
}

}  // namespace

TEST_CASE("what a person protects nobody writes, until a person unlocks it, over a restart too") {
  FileFixture files;
  std::filesystem::create_directory(files.file("core"));
  const std::string path = files.file("core/a.txt");
  {
    Writer person(files, "fee", "person");
    const auto rules =
        result_of(person.ask("governor/protect", {{"pattern", files.file("core")}, {"reason", "core"}}));
    CHECK(text_of(rules.at("pattern")) == files.file("core/**"));
  }
  files.daemon.restart();
  Writer ada(files, "ada");
  Writer person(files, "fee", "person");
  ada.call("register_agent", {{"agent_id", "ada"}});
  const auto lease = ada.lease(path);
  const auto error = ada.refused("commit_file", Writer::arguments_of(path, "x", "", lease));
  CHECK(text_of(error.at("code")) == "conflict");
  CHECK(text_of(error.at("message")).find("protected") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(path));

  Writer bob(files, "b0b");
  bob.call("register_agent", {{"agent_id", "bob"}});
  result_of(person.ask("governor/unlock", {{"path", path}, {"agent_id", "bob"}, {"seconds", 60}}));
  ada.refused("commit_file", Writer::arguments_of(path, "x", "", lease));
  result_of(person.ask("governor/unlock", {{"path", path}, {"agent_id", "ada"}, {"seconds", 60}}));
  const auto rules = result_of(person.ask("governor/protections", json::object{}));
  CHECK(rules.at("unlocks").as_array().size() == 2);
  CHECK(text_of(rules.at("items").as_array().at(0).at("reason")) == "core");
  ada.commit(path, "x", "", lease);
  DaemonFixture::advance_clock(std::chrono::seconds(61));
  ada.refused("commit_file", Writer::arguments_of(path, "y", sha256_hex("x"), lease));

  const auto audit = ada.call("query_audit_log", {{"event", "protected_write_refused"}});
  CHECK(audit.at("entries").as_array().size() == 3);
  CHECK(ada.call("query_audit_log", {{"event", "protected_write_allowed"}}).at("entries").as_array().size() ==
        1);
}

TEST_CASE("a backup that the disk has damaged is not listed as one that can be restored") {
  FileFixture files;
  Writer ada(files, "ada");
  const std::string path = files.file("a.txt");
  const auto lease = ada.lease(path);
  ada.commit(path, "one", "", lease);
  ada.commit(path, "two", sha256_hex("one"), lease);
  const std::string hash = sha256_hex("one");
  write_file(files.daemon.directory() + "/file_backups/" + hash.substr(0, 2) + "/" + hash, "damaged");
  const auto listed = ada.call("list_backups", {{"path", path}}).at("backups").as_array();
  REQUIRE(listed.size() >= 2);
  for (const json::value& version : listed) {
    const bool is_damaged = json::serialize(version).find(hash) != std::string::npos;
    CHECK(version.at("restorable").as_bool() != is_damaged);
  }
}

TEST_CASE("what the configuration protects no request releases") {
  DaemonFixture::Settings settings;
  governor::core::Protection env;
  env.path.pattern = governor::core::PathPattern::glob("/**/.env");
  env.configured = true;
  settings.protections.push_back(env);
  FileFixture files(settings);
  Writer ada(files, "ada");
  const auto lease = ada.lease(files.root());
  ada.refused("commit_file", Writer::arguments_of(files.file(".env"), "x", "", lease));
  ada.commit(files.file("other"), "x", "", lease);
  const auto rules = result_of(ada.ask("governor/protections", json::object{}));
  CHECK(rules.at("items").as_array().at(0).at("configured").as_bool());
}

TEST_CASE("every content is kept: listed, restored, and restoring can be undone") {
  FileFixture files;
  Writer ada(files, "ada");
  const std::string path = files.file("a.txt");
  write_file(path, "zero");
  const auto lease = ada.lease(path);
  ada.commit(path, "one", sha256_hex("zero"), lease);
  ada.commit(path, "two", sha256_hex("one"), lease);
  auto list = ada.call("list_backups", {{"path", path}});
  auto versions = list.at("backups").as_array();
  REQUIRE(versions.size() == 3);
  CHECK(text_of(versions[0].at("sha256")) == sha256_hex("two"));
  CHECK(text_of(versions[1].at("kind")) == "committed");
  CHECK(text_of(versions[2].at("kind")) == "seen");
  CHECK(versions[2].at("restorable").as_bool());
  CHECK(text_of(list.at("current").at("sha256")) == sha256_hex("two"));
  const auto page = ada.call("list_backups", {{"path", path}, {"limit", 2}});
  CHECK(page.at("backups").as_array().size() == 2);
  CHECK(ada.call("list_backups", {{"path", path}, {"cursor", page.at("next_cursor")}})
            .at("backups")
            .as_array()
            .size() == 1);

  SECTION("what was before") {
    ada.call("restore_file", {{"path", path}, {"lease", lease}});
    CHECK(read_file(path) == "one");
    ada.call("restore_file", {{"path", path}, {"lease", lease}, {"backup", versions[0].at("backup")}});
    CHECK(read_file(path) == "two");
  }
  SECTION("a version") {
    ada.call("restore_file", {{"path", path}, {"lease", lease}, {"backup", versions[2].at("backup")}});
    CHECK(read_file(path) == "zero");
  }
  SECTION("a time") {
    ada.call("restore_file", {{"path", path}, {"lease", lease}, {"at", versions[1].at("time")}});
    CHECK(read_file(path) == "one");
  }
  SECTION("also after a restart") {
    files.daemon.restart();
    Writer again(files, "ada");
    again.line = ada.line;
    again.call("restore_file", {{"path", path}, {"lease", lease}, {"backup", versions[2].at("backup")}});
    CHECK(read_file(path) == "zero");
  }
  SECTION("not without a lease, of another file, or what does not exist") {
    Writer bob(files, "b0b");
    bob.refused("restore_file", {{"path", path}, {"lease", lease}});
    const auto other = ada.lease(files.file("b.txt"));
    const json::object of_other{
        {"path", files.file("b.txt")}, {"lease", other}, {"backup", versions[0].at("backup")}};
    CHECK(text_of(ada.refused("restore_file", of_other).at("code")) == "not_found");
    CHECK(text_of(
              ada.refused("restore_file", {{"path", path}, {"lease", lease}, {"backup", 999}}).at("code")) ==
          "not_found");
    CHECK(read_file(path) == "two");
  }
}

TEST_CASE("a file destroyed by other means comes back byte for byte, with one request and no lease") {
  FileFixture files;
  Writer ada(files, "ada");
  Writer person(files, "fee", "person");
  const std::string path = files.file("core.cpp");
  const std::string good = numbered_lines(500);
  ada.commit(path, good, "", ada.lease(path));
  write_file(path, numbered_lines(20) + "broken");
  const auto restored = result_of(person.ask("governor/restore", {{"path", path}, {"reason", "destroyed"}}));
  CHECK(read_file(path) == good);
  CHECK(restored.at("changed").as_bool());
  const auto versions = ada.call("list_backups", {{"path", path}}).at("backups").as_array();
  REQUIRE(versions.size() == 3);  // what destroyed it is kept as well
  CHECK(text_of(versions[0].at("kind")) == "restored");
  CHECK(text_of(versions[1].at("sha256")) == sha256_hex(numbered_lines(20) + "broken"));
  CHECK(ada.call("query_audit_log", {{"event", "file_restored"}}).at("entries").as_array().size() == 1);
}

TEST_CASE("a file that was removed comes back, and one that was made can be unmade") {
  FileFixture files;
  Writer ada(files, "ada");
  Writer person(files, "fee", "person");
  const std::string path = files.file("a.txt");
  ada.commit(path, "text", "", ada.lease(path));
  std::filesystem::remove(path);
  result_of(person.ask("governor/restore", {{"path", path}}));
  CHECK(read_file(path) == "text");
}

TEST_CASE("without backups there is nothing to restore") {
  FileFixture files;
  Writer person(files, "fee", "person");
  const auto reply = person.ask("governor/restore", {{"path", files.file("never")}});
  CHECK(reply.contains("error"));
}
