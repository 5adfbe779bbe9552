#include "core/rewrite_loop.hpp"

#include "tests/support/catch.hpp"

using governor::core::RewriteWatch;
using Circle = RewriteWatch::Circle;

namespace {

constexpr std::int64_t kOneMinute = 60'000'000;

struct Rewrites {
  Circle write(const std::string& content, std::int64_t writer = 1, std::int64_t after = kOneMinute / 60) {
    watch.note({now += after, writer, content, false});
    return watch.judge();
  }
  Circle restore(const std::string& content, std::int64_t writer = 1) {
    watch.note({now += kOneMinute / 60, writer, content, true});
    return watch.judge();
  }
  RewriteWatch watch;
  std::int64_t now = 1'000'000'000;
};

}  // namespace

TEST_CASE("a file that goes from A to B and back to A is a circle") {
  Rewrites file;
  CHECK(file.write("A") == Circle::none);
  CHECK(file.write("B") == Circle::none);
  CHECK(file.write("A") == Circle::back_again);
  CHECK(file.write("B") == Circle::back_again);
  CHECK(file.write("C") == Circle::none);
}

TEST_CASE("what was there before the first write counts") {
  Rewrites file;
  file.write("A", 0);
  file.write("B");
  CHECK(file.write("A") == Circle::back_again);
}

TEST_CASE("writing the same once more in between does not hide a circle") {
  Rewrites file;
  file.write("A", 0);
  file.write("B");
  file.write("B");
  CHECK(file.write("A") == Circle::back_again);
}

TEST_CASE("two writers that undo each other are a circle of the one who closes it") {
  Rewrites file;
  file.write("A", 1);
  file.write("B", 2);
  CHECK(file.write("A", 1) == Circle::back_again);
}

TEST_CASE("going back after 10 minutes is none") {
  Rewrites file;
  file.write("A", 0);
  file.write("B");
  CHECK(file.write("A", 1, 10 * kOneMinute) == Circle::none);
}

TEST_CASE("an old content counts when both changes are recent") {
  Rewrites file;
  file.write("A", 0);
  file.write("B", 1, 60 * kOneMinute);
  CHECK(file.write("A") == Circle::back_again);
}

TEST_CASE("more than three rewrites that end where they began are a circle, three are not") {
  Rewrites file;
  file.write("A", 0);
  file.write("B");
  file.write("C");
  CHECK(file.write("A") == Circle::none);
  SECTION("three") {
    CHECK(file.write("D") == Circle::none);
  }
  Rewrites longer;
  longer.write("A", 0);
  for (const char* content : {"B", "C", "D"}) CHECK(longer.write(content) == Circle::none);
  CHECK(longer.write("A") == Circle::no_progress);
}

TEST_CASE("writing the same four times is a circle") {
  Rewrites file;
  file.write("A", 0);
  for (int i = 0; i < 3; ++i) CHECK(file.write("A") == Circle::none);
  CHECK(file.write("A") == Circle::no_progress);
}

TEST_CASE("only rewrites of one writer within 10 minutes are counted") {
  Rewrites two;
  two.write("A", 0);
  two.write("B", 1);
  two.write("C", 2);
  two.write("D", 1);
  CHECK(two.write("A", 2) == Circle::none);
  Rewrites slow;
  slow.write("A", 0);
  for (const char* content : {"B", "C", "D"}) slow.write(content, 1, 4 * kOneMinute);
  CHECK(slow.write("A", 1, 4 * kOneMinute) == Circle::none);
}

TEST_CASE("steady work is none, however fast") {
  Rewrites file;
  for (int i = 0; i < 100; ++i) CHECK(file.write("version " + std::to_string(i), 1, 1) == Circle::none);
}

TEST_CASE("restoring is going back on purpose, doing so again and again is not") {
  Rewrites file;
  file.write("A", 0);
  file.write("B");
  CHECK(file.restore("A") == Circle::none);
  file.write("B");
  CHECK(file.restore("A") == Circle::no_progress);
}

TEST_CASE("what nobody is counted for closes no circle") {
  Rewrites file;
  file.write("A", 1);
  file.write("B", 1);
  CHECK(file.write("A", 0) == Circle::none);
}

TEST_CASE("forgotten rewrites no longer count as such") {
  Rewrites file;
  file.write("A", 0);
  for (const char* content : {"B", "C", "D"}) file.write(content);
  file.watch.forget(1);
  CHECK(file.write("A") == Circle::none);
}
