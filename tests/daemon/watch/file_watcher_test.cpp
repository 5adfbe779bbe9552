// What the watcher tells of changes on the real file system.
#include "tests/daemon/watch/watch_fixture.hpp"

using namespace governor::daemon;
using namespace governor::daemon::test;
namespace fs = std::filesystem;

TEST_CASE("a file that matters is told when it is written, replaced, made and removed") {
  WatchFixture f;
  put(f.path("a.txt"), "one");
  f.watch({"a.txt", "new.txt", "dir/later.txt"});
  SECTION("written") {
    put(f.path("a.txt"), "two");
    CHECK(f.is_told("a.txt"));
  }
  SECTION("replaced by another") {
    put(f.path("b.txt"), "two");
    fs::rename(f.path("b.txt"), f.path("a.txt"));
    CHECK(f.is_told("a.txt"));
    CHECK_FALSE(f.changed.contains(f.path("b.txt")));
  }
  SECTION("replaced by a link") {
    fs::remove(f.path("a.txt"));
    fs::create_symlink("/etc/passwd", f.path("a.txt"));
    CHECK(f.is_told("a.txt"));
  }
  SECTION("made") {
    put(f.path("new.txt"), "x");
    CHECK(f.is_told("new.txt"));
  }
  SECTION("made in a directory that was not there") {
    put(f.path("dir/later.txt"), "x");
    CHECK(f.is_told("dir/later.txt"));
  }
  SECTION("removed") {
    fs::remove(f.path("a.txt"));
    CHECK(f.is_told("a.txt"));
  }
}

TEST_CASE("below a directory everything is told, in new directories too") {
  WatchFixture f;
  put(f.path("p/src/deep/a.cpp"), "1");
  f.watch({"p/**"});
  put(f.path("p/src/deep/a.cpp"), "2");
  CHECK(f.is_told("p/src/deep/a.cpp"));
  for (int i = 0; i < 5; ++i) put(f.path("p/new/one/two/" + std::to_string(i)), "x");
  for (int i = 0; i < 5; ++i) CHECK(f.is_told("p/new/one/two/" + std::to_string(i)));
  put(f.path("p/new/one/two/after"), "x");
  CHECK(f.is_told("p/new/one/two/after"));
  fs::remove_all(f.path("p/new"));
  CHECK(f.runs_until([&] { return f.vanished.contains(f.path("p/new")); }));
  put(f.path("p/new/one/again"), "x");
  CHECK(f.is_told("p/new/one/again"));
}

TEST_CASE("what does not match is not told, and what version control keeps is not watched") {
  WatchFixture f;
  put(f.path("p/.git/index"), "x");
  put(f.path("p/a.cpp"), "x");
  put(f.path("p/a.txt"), "x");
  f.watch({"p/*.cpp", "p/.git/**"});
  put(f.path("p/a.txt"), "y");
  put(f.path("p/a.cpp"), "y");
  CHECK(f.is_told("p/a.cpp"));
  CHECK(f.changed.size() == 1);
}

TEST_CASE("patterns come and go") {
  WatchFixture f;
  put(f.path("a/x"), "1");
  put(f.path("b/x"), "1");
  f.watch({"a/x"});
  f.watch({"b/x"});
  put(f.path("a/x"), "2");
  put(f.path("b/x"), "2");
  CHECK(f.is_told("b/x"));
  CHECK_FALSE(f.changed.contains(f.path("a/x")));
  f.watch({"a/x", "b/x"});
  put(f.path("a/x"), "3");
  CHECK(f.is_told("a/x"));
}

TEST_CASE("ten thousand files that change at once are all told") {
  constexpr int kFiles = 10'000;
  WatchFixture f;
  for (int i = 0; i < 50; ++i) fs::create_directories(f.path("p/" + std::to_string(i)));
  f.watch({"p/**"});
  for (int i = 0; i < kFiles; ++i) put(f.path("p/" + std::to_string(i % 50) + "/" + std::to_string(i)), "2");
  // Either each of them, or that some may be missing: never silence.
  CHECK(f.runs_until([&] { return f.missed || f.changed.size() == kFiles; }));
}

namespace {

/// Tells what the test says, and watches nothing.
class FakeWatch final : public DirectoryWatch {
 public:
  explicit FakeWatch(Tell to) : tell(std::move(to)) {}
  std::optional<governor::core::Error> add(const std::string&) override { return refusal; }
  void remove(const std::string&) override {}
  void stop() override { tell = nullptr; }
  Tell tell;
  std::optional<governor::core::Error> refusal;
};

}  // namespace

TEST_CASE("an overflow is told, and so is that not everything can be watched") {
  std::shared_ptr<FakeWatch> fake;
  WatchFixture f([&](FileWatcher::Strand, DirectoryWatch::Tell tell) {
    fake = std::make_shared<FakeWatch>(std::move(tell));
    fake->refusal = governor::core::Error(governor::core::ErrorCode::limit_exceeded, "No more.", "Raise it.");
    return fake;
  });
  f.watch({"a.txt"});
  CHECK(f.incomplete == "No more. Raise it.");
  fake->tell({{WatchEvent::Kind::overflow, {}}});
  CHECK(f.runs_until([&] { return f.missed; }));
}

TEST_CASE("without patterns nothing is held") {
  const auto descriptors = [] {
    return std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator());
  };
  WatchFixture f;
  const auto before = descriptors();
  f.watch({});
  CHECK(descriptors() == before);
  f.watch({"a.txt"});
  CHECK(descriptors() == before + 1);
  f.watch({});
  CHECK(f.runs_until([&] { return descriptors() == before; }));
}
