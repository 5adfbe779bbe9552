// What a grant says of the files: commit_file needs nothing else.
#include "tests/daemon/state/file_fixture.hpp"
#include "tests/support/catch.hpp"

using namespace governor::daemon;
using namespace governor::daemon::test;
namespace json = boost::json;
using Writer = FileFixture::Writer;

namespace {

void wait_until_one_waits(Writer& writer) {
  for (int i = 0; i < 50'000; ++i) {
    if (writer.call("list_leases", {}).at("waiting").as_array().size() == 1) return;
  }
  FAIL("nobody waits");
}

std::string hash_of_first(const json::object& granted) {
  return text_of(granted.at("files").at(0).at("sha256"));
}

}  // namespace

TEST_CASE("a grant says what the files hold, and with that they are written") {
  FileFixture files;
  Writer ada(files, "ada");
  write_file(files.file("a.txt"), "one\n");
  const auto granted = ada.call(
      "request_write", {{"paths", {files.file("a.txt"), files.file("new.txt"), files.root() + "/"}}});
  const auto& found = granted.at("files").as_array();
  REQUIRE(found.size() == 2);  // a directory holds nothing to be hashed
  CHECK(text_of(found.at(0).at("path")) == files.file("a.txt"));
  CHECK(found.at(0).at("exists").as_bool());
  CHECK(hash_of_first(granted) == sha256_hex("one\n"));
  CHECK_FALSE(found.at(1).at("exists").as_bool());
  CHECK_FALSE(found.at(1).as_object().contains("sha256"));
  const auto lease = granted.at("lease").as_int64();
  CHECK(ada.commit(files.file("a.txt"), "two\n", hash_of_first(granted), lease).at("changed").as_bool());
  CHECK(ada.commit(files.file("new.txt"), "new\n", "", lease).at("created").as_bool());
}

TEST_CASE("who holds a directory asks once more for a file in it") {
  FileFixture files;
  Writer ada(files, "ada");
  write_file(files.file("a.txt"), "one\n");
  const auto first = ada.call("request_write", {{"paths", {files.root() + "/"}}});
  CHECK_FALSE(first.contains("files"));
  const auto again = ada.call("request_write", {{"paths", {files.file("a.txt")}}});
  CHECK(again.at("lease") == first.at("lease"));
  CHECK(hash_of_first(again) == sha256_hex("one\n"));
}

TEST_CASE("who has waited is told what the holder before has left, and no other file is in the answer") {
  FileFixture files;
  Writer ada(files, "ada");
  Writer bob(files, "b0b");
  const std::string path = files.file("a.txt");
  write_file(path, "one\n");
  const auto lease = ada.lease(path);
  bob.client.send_tool(++bob.line, "request_write",
                       json::serialize(json::object{{"paths", {path}}, {"wait_seconds", 40}}));
  wait_until_one_waits(ada);
  ada.commit(path, "by ada\n", sha256_hex("one\n"), lease);
  write_file(path, "by ada, with a tool of her own\n");
  ada.call("release_write", {{"lease", lease}});
  const auto granted = bob.client.result(bob.line);
  CHECK(text_of(granted.at("status")) == "granted");
  CHECK(granted.at("created").as_bool());
  CHECK(hash_of_first(granted) == sha256_hex("by ada, with a tool of her own\n"));
  const std::string first = bob.client.answer(bob.line);
  SECTION("and is told the same when the line comes again") {
    files.daemon.restart();
    TestClient again(files.daemon.socket());
    again.hello("b0b");
    again.send_tool(bob.line, "request_write",
                    json::serialize(json::object{{"paths", {path}}, {"wait_seconds", 40}}));
    CHECK(again.answer(bob.line) == first);
  }
}

TEST_CASE("a file too large for commit_file has no hash, and is granted all the same") {
  DaemonFixture::Settings settings;
  settings.files.max_file_bytes = 100;
  FileFixture files(settings);
  Writer ada(files, "ada");
  write_file(files.file("big.txt"), std::string(101, 'x'));
  const auto granted = ada.call("request_write", {{"paths", {files.file("big.txt")}}});
  CHECK(text_of(granted.at("status")) == "granted");
  CHECK(granted.at("files").at(0).at("exists").as_bool());
  CHECK_FALSE(granted.at("files").at(0).as_object().contains("sha256"));
}
