#include "core/rewrite_loop.hpp"

#include "tests/support/catch.hpp"

using governor::core::RewriteWatch;
using Circle = RewriteWatch::Circle;

namespace {

constexpr std::int64_t kOneMinute = 60'000'000;

struct Rewrites {
  Circle write(const std::string& content, std::int64_t writer = 1, std::int64_t after = kOneMinute / 60) {
    watch.note({now += after, writer, content});
    return watch.judge();
  }
  RewriteWatch watch;
  std::int64_t now = 1'000'000'000;
};

}  // namespace

TEST_CASE("to undo a change once is no circle, to come back a second time is one") {
  Rewrites file;
  CHECK(file.write("A") == Circle::none);
  CHECK(file.write("B") == Circle::none);
  CHECK(file.write("A") == Circle::none);
  CHECK(file.write("B") == Circle::none);
  CHECK(file.write("A") == Circle::back_again);
  CHECK(file.write("B") == Circle::back_again);
  CHECK(file.write("C") == Circle::none);
}

TEST_CASE("two attempts that were both taken back are a circle, and so are longer ways back") {
  Rewrites file;
  for (const char* content : {"A", "B", "A", "C"}) CHECK(file.write(content) == Circle::none);
  CHECK(file.write("A") == Circle::back_again);
  Rewrites longer;
  for (const char* content : {"A", "B", "C", "A", "B", "C"}) CHECK(longer.write(content) == Circle::none);
  CHECK(longer.write("A") == Circle::back_again);
}

TEST_CASE("what was there before the first write counts") {
  Rewrites file;
  file.write("A", 0);
  for (const char* content : {"B", "A", "B"}) CHECK(file.write(content) == Circle::none);
  CHECK(file.write("A") == Circle::back_again);
}

TEST_CASE("writing the same once more in between does not hide a circle, nor make one") {
  Rewrites file;
  file.write("A", 0);
  for (const char* content : {"B", "B", "A", "A", "B"}) CHECK(file.write(content) == Circle::none);
  CHECK(file.write("A") == Circle::back_again);
}

TEST_CASE("two writers that undo each other are a circle of the one who closes it") {
  Rewrites file;
  file.write("A", 1);
  file.write("B", 2);
  file.write("A", 1);
  file.write("B", 2);
  CHECK(file.write("A", 1) == Circle::back_again);
  CHECK(file.watch.rests_until(1) == file.now + RewriteWatch::kRestUs);
  CHECK(file.watch.rests_until(2) == 0);
}

TEST_CASE("coming back twice in more than 10 minutes is none") {
  Rewrites file;
  for (const char* content : {"A", "B", "A", "B"}) file.write(content);
  CHECK(file.write("A", 1, 10 * kOneMinute) == Circle::none);
}

TEST_CASE("an old content counts when both returns are recent") {
  Rewrites file;
  file.write("A", 0);
  file.write("B", 1, 60 * kOneMinute);
  for (const char* content : {"A", "B"}) CHECK(file.write(content) == Circle::none);
  CHECK(file.write("A") == Circle::back_again);
}

TEST_CASE("one way back over several steps is none") {
  Rewrites file;
  file.write("A", 0);
  for (const char* content : {"B", "C", "D", "E", "A"}) CHECK(file.write(content) == Circle::none);
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
  for (const int writer : {1, 2, 1, 2, 1}) CHECK(two.write("A", writer) == Circle::none);
  Rewrites slow;
  slow.write("A", 0);
  for (int i = 0; i < 6; ++i) CHECK(slow.write("A", 1, 4 * kOneMinute) == Circle::none);
}

TEST_CASE("steady work is none, however fast") {
  Rewrites file;
  for (int i = 0; i < 100; ++i) CHECK(file.write("version " + std::to_string(i), 1, 1) == Circle::none);
}

TEST_CASE("what nobody is counted for closes no circle") {
  Rewrites file;
  for (const char* content : {"A", "B", "A", "B"}) file.write(content);
  CHECK(file.write("A", 0) == Circle::none);
}

TEST_CASE("forgotten rewrites no longer count as such") {
  Rewrites file;
  for (const char* content : {"A", "B", "A", "B"}) file.write(content);
  file.watch.forget(1);
  CHECK(file.write("A") == Circle::none);
}
