// Backups that need not be kept.
#include "tests/daemon/state/file_fixture.hpp"
#include "tests/support/catch.hpp"

using namespace governor::daemon;
using namespace governor::daemon::test;
namespace json = boost::json;
using Writer = FileFixture::Writer;

namespace {

std::size_t contents_in(const std::string& directory) {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory))
    count += entry.is_regular_file() ? 1 : 0;
  return count;
}

struct Pruned : FileFixture {
  explicit Pruned(FileSettings limits)
      : FileFixture([&] {
          DaemonFixture::Settings settings;
          settings.files = limits;
          return settings;
        }()) {}
  void write_versions(int count) {
    const auto lease = ada.lease(file("a.txt"));
    std::string before;
    for (int i = 0; i < count; ++i) {
      const std::string text = "version " + std::to_string(i);
      ada.commit(file("a.txt"), text, before, lease);
      before = sha256_hex(text);
    }
  }
  json::object prune() {
    return person.ask("governor/prune_backups", json::object{}).at("result").as_object();
  }
  [[nodiscard]] std::size_t contents() const { return contents_in(daemon.directory() + "/file_backups"); }

  Writer ada{*this, "ada"};
  Writer person{*this, "fee", "person"};
};

}  // namespace

TEST_CASE("more versions than are to be kept go, with their contents") {
  FileSettings limits;
  limits.keep_count = 3;
  Pruned files(limits);
  files.write_versions(8);
  CHECK(files.contents() == 8);
  const auto pruned = files.prune();
  CHECK(pruned.at("versions").as_int64() == 5);
  CHECK(files.contents() == 3);
  const auto list = files.ada.call("list_backups", {{"path", files.file("a.txt")}}).at("backups").as_array();
  REQUIRE(list.size() == 3);
  for (const auto& version : list) CHECK(version.at("restorable").as_bool());
  CHECK(files.prune().at("versions").as_int64() == 0);
}

TEST_CASE("old versions go, the newest stays") {
  Pruned files{FileSettings{}};
  files.write_versions(3);
  CHECK(files.prune().at("versions").as_int64() == 0);
  DaemonFixture::advance_clock(std::chrono::hours(24 * 31));
  CHECK(files.prune().at("versions").as_int64() == 2);
  CHECK(files.contents() == 1);
}

TEST_CASE("backups that are too large together go, the oldest first") {
  FileSettings limits;
  limits.max_bytes = 1;
  Pruned files(limits);
  files.write_versions(4);
  CHECK(files.prune().at("versions").as_int64() == 4);
  CHECK(files.contents() == 0);
}

TEST_CASE("a content that no version names, as after a crash, goes in time") {
  Pruned files{FileSettings{}};
  files.write_versions(1);
  files.daemon.restart();
  const std::string folder = files.daemon.directory() + "/file_backups/ab";
  std::filesystem::create_directories(folder);
  const std::string lost = folder + "/ab" + std::string(62, '0');
  write_file(lost, "lost");
  Writer again(files, "eee", "person");
  for (int i = 0; i < 256; ++i) again.ask("governor/prune_backups", json::object{});
  CHECK_FALSE(std::filesystem::exists(lost));
  CHECK(files.contents() == 1);
}
