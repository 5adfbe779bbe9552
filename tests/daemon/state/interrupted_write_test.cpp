// What a daemon finds that starts after one was killed in the middle of a write.
#include <SQLiteCpp/SQLiteCpp.h>

#include "daemon/store/open_store.hpp"
#include "tests/daemon/state/file_fixture.hpp"
#include "tests/support/catch.hpp"

using namespace governor::daemon;
using namespace governor::daemon::test;
namespace json = boost::json;
using Writer = FileFixture::Writer;

namespace {

constexpr int kManyTries = 50'000;
const std::string kTemporary = ".governor-999999-dead-1";

/// As if the daemon had been killed with this write under way.
void interrupt(FileFixture& files, const std::string& path, const std::string& before,
               const std::string& after, std::int64_t session, std::int64_t lease) {
  REQUIRE(files.daemon.stop());
  SQLite::Database db(database_path(files.daemon.directory()), SQLite::OPEN_READWRITE, 5000);
  SQLite::Statement row(
      db, "INSERT INTO open_write VALUES(1, ?, 2, ?, ?, 1, 1, 420, 0, ?, ?, 1, 1, '', ?, ?, '', ?, 1)");
  row.bind(1, path);
  row.bind(2, sha256_hex(before));
  row.bind(3, static_cast<std::int64_t>(before.size()));
  row.bind(4, sha256_hex(after));
  row.bind(5, static_cast<std::int64_t>(after.size()));
  row.bind(6, session);
  row.bind(7, lease);
  row.bind(8, kTemporary);
  row.exec();
}

void wait_until_looked_at(FileFixture& files, TestClient& client) {
  for (int i = 0; i < kManyTries && files.daemon.stored("SELECT count(*) FROM open_write") != 0; ++i)
    client.health();
  REQUIRE(files.daemon.stored("SELECT count(*) FROM open_write") == 0);
}

std::vector<std::string> kinds_of(Writer& writer, const std::string& path) {
  std::vector<std::string> kinds;
  const json::object list = writer.call("list_backups", {{"path", path}});
  for (const json::value& backup : list.at("backups").as_array()) kinds.push_back(text_of(backup.at("kind")));
  return kinds;
}

using Kinds = std::vector<std::string>;

}  // namespace

TEST_CASE("a write that was interrupted is its writer's, and raises no alert") {
  FileFixture files;
  const std::string path = files.file("a.txt");
  std::int64_t lease = 0;
  {
    Writer ada(files, "ada");
    lease = ada.lease(path);
    ada.commit(path, "old\n", "", lease);
  }
  interrupt(files, path, "old\n", "new\n", files.daemon.stored("SELECT max(session) FROM file_version"),
            lease);
  write_file(path, "new\n");
  write_file(files.file(kTemporary + ".kept"), "old\n");
  files.daemon.restart();
  Writer bob(files, "b0b");
  wait_until_looked_at(files, bob.client);
  CHECK(kinds_of(bob, path) == Kinds{"committed", "committed"});
  CHECK_FALSE(std::filesystem::exists(files.file(kTemporary + ".kept")));
  CHECK(bob.call("list_alerts", json::object{}).at("alerts").as_array().empty());
}

TEST_CASE("what lies beside a file after a crash, and nobody has a copy of, is kept and told") {
  FileFixture files;
  const std::string path = files.file("a.txt");
  std::int64_t lease = 0;
  {
    Writer ada(files, "ada");
    lease = ada.lease(path);
    ada.commit(path, "old\n", "", lease);
  }
  interrupt(files, path, "old\n", "new\n", files.daemon.stored("SELECT max(session) FROM file_version"),
            lease);
  write_file(path, "new\n");
  write_file(files.file(kTemporary + ".kept"), "somebody else's\n");
  write_file(files.file(kTemporary + ".tmp"), "ne");
  files.daemon.restart();
  Writer bob(files, "b0b");
  wait_until_looked_at(files, bob.client);
  CHECK(kinds_of(bob, path) == Kinds{"committed", "unasked", "committed"});
  for (const char* ending : {".kept", ".tmp"})
    CHECK_FALSE(std::filesystem::exists(files.file(kTemporary + ending)));
  const auto alerts = bob.call("list_alerts", json::object{}).at("alerts").as_array();
  REQUIRE(alerts.size() == 1);
  CHECK(text_of(alerts[0].at("kind")) == "file_changed");
  CHECK(text_of(alerts[0].at("message")).find("governorctl restore " + path + " --backup 2") !=
        std::string::npos);
  Writer person(files, "fee", "person");
  const auto restored = person.ask("governor/restore", {{"path", path}, {"backup", 2}});
  CHECK_FALSE(restored.contains("error"));
  CHECK(read_file(path) == "somebody else's\n");
}
