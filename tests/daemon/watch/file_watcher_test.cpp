// What the watcher tells of changes on the real file system.
#include <atomic>

#include "daemon/watch/two_way_watch.hpp"
#include "tests/daemon/watch/watch_fixture.hpp"
#include "text/path_text.hpp"

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
  std::optional<governor::core::Error> add(const std::string&) override { return std::nullopt; }
  void remove(const std::string&) override {}
  void stop() override { tell = nullptr; }
  [[nodiscard]] bool needs_looks() const override { return false; }
  std::vector<WatchEvent> look() override { return {}; }
  Tell tell;
};

/// A system that has room for a few directories.
class SmallSystem final : public DirectoryWatch {
 public:
  std::optional<governor::core::Error> add(const std::string& directory) override {
    if (held.contains(directory)) return std::nullopt;
    if (held.size() >= room)
      return governor::core::Error(governor::core::ErrorCode::limit_exceeded, "No more.", "Raise it.");
    held.insert(directory);
    return std::nullopt;
  }
  void remove(const std::string& directory) override { held.erase(directory); }
  void stop() override {}
  [[nodiscard]] bool needs_looks() const override { return false; }
  std::vector<WatchEvent> look() override { return {}; }
  std::set<std::string> held;
  std::atomic<std::size_t> room{0};
};

}  // namespace

TEST_CASE("an overflow is told") {
  std::shared_ptr<FakeWatch> fake;
  WatchFixture f([&](FileWatcher::Strand, DirectoryWatch::Tell tell) {
    fake = std::make_shared<FakeWatch>(std::move(tell));
    return fake;
  });
  f.watch({"a.txt"});
  fake->tell({{WatchEvent::Kind::overflow, {}}});
  CHECK(f.runs_until([&] { return f.missed; }));
}

TEST_CASE("what the system does not watch is looked at, told of, and offered to it again") {
  const auto system = std::make_shared<SmallSystem>();
  WatchFixture f([&](FileWatcher::Strand, DirectoryWatch::Tell) {
    return std::make_shared<TwoWayWatch>([system] { return system; });
  });
  put(f.path("p/a.txt"), "1");
  put(f.path("p/src/b.txt"), "1");
  f.watch({"p/**"});
  REQUIRE(f.trouble);
  CHECK(f.trouble->find("3 of 3 directories") != std::string::npos);
  CHECK(f.trouble->find("No more. Raise it.") != std::string::npos);
  put(f.path("p/a.txt"), "22");
  CHECK(f.is_told("p/a.txt"));
  put(f.path("p/src/b.txt"), "22");
  CHECK(f.is_told("p/src/b.txt"));
  // There is room now, and whatever makes a new plan offers them again, as time does.
  system->room = 100;
  f.watch({"p/**", "c.txt"});
  CHECK(f.trouble == "");
  CHECK(system->held.contains(f.path("p/src")));
}

TEST_CASE("without any means of the system everything is looked at") {
  WatchFixture f([](FileWatcher::Strand, DirectoryWatch::Tell) {
    return std::make_shared<TwoWayWatch>([] { return std::shared_ptr<DirectoryWatch>(); });
  });
  put(f.path("a.txt"), "1");
  f.watch({"a.txt"});
  REQUIRE(f.trouble);
  put(f.path("a.txt"), "22");
  CHECK(f.is_told("a.txt"));
}

TEST_CASE("names that are no text, or would be taken for something else, are told like others") {
  WatchFixture f;
  f.watch({"p/**"});
  const std::vector<std::string> names{"a\xff.cpp", "line\nbreak", "st*r?",         "back\\xffslash",
                                       "-rf",       "it's; $HOME", "d\xfe/deep\xc3"};
  for (const std::string& name : names) {
    put(f.path("p/" + name), "1");
    CHECK(f.runs_until([&] { return f.changed.contains(governor::text::path_text(f.path("p/" + name))); }));
  }
  put(f.path("p/plain"), "1");
  CHECK(f.is_told("p/plain"));
}

TEST_CASE("a writer that does not close the file, and one that cuts it off, are told") {
  WatchFixture f;
  put(f.path("a.txt"), "some text");
  f.watch({"a.txt"});
  SECTION("kept open") {
    std::ofstream file(f.path("a.txt"), std::ios::app);
    file << "more" << std::flush;
    CHECK(f.is_told("a.txt"));
  }
  SECTION("cut off by its name") {
    fs::resize_file(f.path("a.txt"), 3);
    CHECK(f.is_told("a.txt"));
  }
}

TEST_CASE("governor's own files are never told, wherever they lie") {
  WatchFixture f(watch_directories, [](std::string_view path) {
    return path.find("/state/") != std::string_view::npos || path.ends_with(".tmp");
  });
  put(f.path("p/state/db"), "1");
  f.watch({"p/**"});
  put(f.path("p/state/db"), "2");
  put(f.path("p/.governor-1-2.tmp"), "2");
  put(f.path("p/state/new/db"), "2");
  put(f.path("p/a.txt"), "2");
  CHECK(f.is_told("p/a.txt"));
  CHECK(f.changed.size() == 1);
}

TEST_CASE("directories that git leaves out are not watched, until git no longer does") {
  WatchFixture f;
  fs::create_directories(f.path("p/.git"));
  put(f.path("p/.gitignore"), "/build/\n");
  put(f.path("p/build/x"), "1");
  f.watch({"p/**"}, true);
  put(f.path("p/build/x"), "2");
  put(f.path("p/build/deep/y"), "2");
  put(f.path("p/a.txt"), "2");
  CHECK(f.is_told("p/a.txt"));
  CHECK_FALSE(f.changed.contains(f.path("p/build/x")));
  put(f.path("p/.gitignore"), "");
  CHECK(f.is_told("p/.gitignore"));
  CHECK(f.runs_until([&] {
    put(f.path("p/build/x"), "3");
    return f.changed.contains(f.path("p/build/x"));
  }));
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
