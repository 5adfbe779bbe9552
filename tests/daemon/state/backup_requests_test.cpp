// What people are shown of backups before they restore anything.
#include <map>

#include "tests/daemon/state/file_fixture.hpp"
#include "tests/support/catch.hpp"
#include "text/base64.hpp"

using namespace governor::daemon;
using namespace governor::daemon::test;
using governor::text::bytes_of_base64;
namespace json = boost::json;
using Writer = FileFixture::Writer;

namespace {

struct BackupFixture : FileFixture {
  // Times of files are held against this clock.
  BackupFixture() {
    DaemonFixture::set_clock(std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::system_clock::now().time_since_epoch()));
  }
  json::object shown(std::string_view method, const json::object& params) {
    const json::object reply = person.ask(method, params);
    INFO(json::serialize(reply));
    REQUIRE(reply.contains("result"));
    return reply.at("result").as_object();
  }
  std::string refusal(std::string_view method, const json::object& params) {
    const json::object reply = person.ask(method, params);
    INFO(json::serialize(reply));
    REQUIRE(reply.contains("error"));
    return text_of(reply.at("error").at("data").at("code"));
  }
  static std::string held(const json::object& shown) {
    return bytes_of_base64(shown.at("base64").as_string()).value_or("?");
  }
  void write(const std::string& name, const std::string& content, const std::string& before) {
    const std::string path = file(name);
    if (!leases.contains(path)) leases[path] = ada.lease(path);
    ada.commit(path, content, before.empty() ? "" : sha256_hex(before), leases[path]);
  }
  Writer ada{*this, "ada"};
  Writer person{*this, "fee", "person"};
  std::map<std::string, std::int64_t> leases;
};

}  // namespace

TEST_CASE("a person sees what a backup holds, byte for byte, piece by piece, and the file stays as it is") {
  BackupFixture f;
  const std::string bytes("a\0\xff\n\n", 5);
  write_file(f.file("a.txt"), bytes);
  f.write("a.txt", "second", bytes);
  f.write("a.txt", "third", "second");
  const json::object path{{"path", f.file("a.txt")}};
  CHECK(BackupFixture::held(f.shown("governor/backup", path)) == "second");
  const auto listed = f.ada.call("list_backups", path).at("backups").as_array();
  REQUIRE(listed.size() == 3);
  const json::value oldest = listed.back().at("backup");
  const auto whole = f.shown("governor/backup", {{"path", f.file("a.txt")}, {"backup", oldest}});
  CHECK(BackupFixture::held(whole) == bytes);
  CHECK_FALSE(whole.contains("next_offset"));
  const auto piece = f.shown("governor/backup",
                             {{"path", f.file("a.txt")}, {"backup", oldest}, {"offset", 1}, {"limit", 2}});
  CHECK(BackupFixture::held(piece) == bytes.substr(1, 2));
  CHECK(piece.at("next_offset").as_int64() == 3);
  CHECK(read_file(f.file("a.txt")) == "third");
  CHECK(f.refusal("governor/backup", {{"path", f.file("none")}}) == "not_found");
  CHECK(f.refusal("governor/backup", {{"path", f.file("a.txt")}, {"backup", 99}}) == "not_found");
}

TEST_CASE("of a directory it is told which files were other then, which were not, and what nobody knows") {
  BackupFixture f;
  f.write("d/changed", "one", "");
  f.write("d/same", "one", "");
  f.write("d/gone", "one", "");
  f.write("beside", "one", "");
  f.write("d/removed", "one\n", "");
  const auto removed =
      f.ada.call("commit_file", {{"path", f.file("d/removed")},
                                 {"lease", f.leases[f.file("d/removed")]},
                                 {"unified_diff", "--- a\n+++ /dev/null\n@@ -1 +0,0 @@\n-one\n"},
                                 {"expected_sha256", sha256_hex("one\n")}});
  const std::string then = text_of(removed.at("time"));
  DaemonFixture::advance_clock(std::chrono::seconds(60));
  f.write("d/changed", "two", "one");
  f.write("d/new", "new", "");
  write_file(f.file("d/removed"), "again");
  std::filesystem::remove(f.file("d/gone"));

  const auto below = f.shown("governor/backups_below", {{"path", f.file("d")}, {"at", then}});
  CHECK(text_of(below.at("path")) == f.file("d"));
  std::map<std::string, json::object> files;
  for (const json::value& entry : below.at("files").as_array())
    files[text_of(entry.at("path")).substr(f.root().size() + 1)] = entry.as_object();
  REQUIRE(files.size() == 5);
  CHECK_FALSE(files.at("d/changed").at("same").as_bool());
  CHECK(files.at("d/changed").at("restorable").as_bool());
  CHECK(text_of(files.at("d/changed").at("sha256")) == sha256_hex("one"));
  CHECK(files.at("d/same").at("same").as_bool());
  CHECK_FALSE(files.at("d/gone").at("same").as_bool());
  CHECK_FALSE(files.at("d/removed").at("exists").as_bool());
  CHECK_FALSE(files.at("d/removed").at("same").as_bool());
  CHECK_FALSE(files.at("d/new").at("known").as_bool());

  json::object params{{"path", f.file("d/")}, {"at", then}, {"limit", 2}};
  std::size_t told = 0;
  for (int page = 0; page < 3; ++page) {
    const auto part = f.shown("governor/backups_below", params);
    told += part.at("files").as_array().size();
    CHECK(part.contains("next_cursor") == (page < 2));
    if (part.contains("next_cursor")) params["cursor"] = part.at("next_cursor");
  }
  CHECK(told == 5);
  CHECK(f.refusal("governor/backups_below", {{"path", f.file("beside")}, {"at", then}}) ==
        "invalid_argument");
  CHECK(f.refusal("governor/backups_below", {{"path", f.file("d")}}) == "invalid_argument");
}
