// Watching by looking, where the system has nothing better.
#include "daemon/watch/scanning_watch.hpp"

#include "tests/daemon/watch/watch_fixture.hpp"

using namespace governor::daemon;
using namespace governor::daemon::test;
namespace fs = std::filesystem;
using Kind = WatchEvent::Kind;

namespace {

struct Scanned {
  Scanned() {
    put(path("a"), "one");
    put(path("dir/b"), "one");
    CHECK_FALSE(watch.add(directory.path()));
  }
  [[nodiscard]] std::string path(const std::string& name) const { return directory.path() + "/" + name; }
  std::vector<std::pair<Kind, std::string>> scan() {
    std::vector<std::pair<Kind, std::string>> all;
    for (auto& event : watch.look()) all.emplace_back(event.kind, std::move(event.path));
    std::sort(all.begin(), all.end());
    return all;
  }
  using Events = std::vector<std::pair<Kind, std::string>>;

  TemporaryDirectory directory;
  ScanningWatch watch;
};

}  // namespace

TEST_CASE("a look finds what was written, made and removed since the last one") {
  Scanned f;
  CHECK(f.scan().empty());
  put(f.path("a"), "longer");
  CHECK(f.scan() == Scanned::Events{{Kind::changed, f.path("a")}});
  put(f.path("c"), "new");
  CHECK(f.scan() == Scanned::Events{{Kind::changed, f.path("c")}});
  fs::remove(f.path("c"));
  CHECK(f.scan() == Scanned::Events{{Kind::changed, f.path("c")}});
  fs::create_directory(f.path("new"));
  CHECK(f.scan() == Scanned::Events{{Kind::appeared, f.path("new")}});
  fs::remove(f.path("new"));
  CHECK(f.scan() == Scanned::Events{{Kind::vanished, f.path("new")}});
}

TEST_CASE("a watched directory that goes is told once, and one that is not there is refused") {
  Scanned f;
  CHECK_FALSE(f.watch.add(f.path("dir")));
  fs::remove_all(f.path("dir"));
  CHECK(f.scan().size() == 2);  // as an entry of its parent, and as what is watched
  CHECK(f.scan().empty());
  CHECK(f.watch.add(f.path("dir")));
}

TEST_CASE("the watcher works with it as with the system's own") {
  WatchFixture f([](FileWatcher::Strand, DirectoryWatch::Tell) { return std::make_shared<ScanningWatch>(); });
  put(f.path("p/a"), "1");
  f.watch({"p/**"});
  put(f.path("p/a"), "22");
  CHECK(f.is_told("p/a"));
  put(f.path("p/new/b"), "1");
  CHECK(f.is_told("p/new/b"));
}
