#include "daemon/store/store_thread.hpp"

#include <future>
#include <memory>
#include <vector>

#include "tests/daemon/store/store_fixture.hpp"

using namespace governor::daemon;
using governor::TemporaryDirectory;

namespace {

struct StoreThreadFixture {
  StoreThreadFixture() : thread(std::move(open_store(directory.path())->store)) {}
  TemporaryDirectory directory;
  StoreThread thread;
};

}  // namespace

TEST_CASE("jobs of the store run one after the other, in the order of their posting") {
  StoreThreadFixture f;
  std::vector<int> order;
  std::promise<void> done;
  for (int i = 0; i < 1000; ++i) f.thread.post([&order, i](Store&) { order.push_back(i); });
  f.thread.post([&done](Store&) { done.set_value(); });
  REQUIRE(done.get_future().wait_for(std::chrono::seconds(20)) == std::future_status::ready);
  REQUIRE(order.size() == 1000);
  for (int i = 0; i < 1000; ++i) CHECK(order[static_cast<std::size_t>(i)] == i);
}

TEST_CASE("a job runs inline only when nothing else is queued or running") {
  StoreThreadFixture f;
  std::promise<void> begun;
  std::promise<void> go_on;
  f.thread.post([&](Store&) {
    begun.set_value();
    go_on.get_future().wait();
  });
  begun.get_future().wait();
  bool ran = false;
  CHECK_FALSE(f.thread.run_inline_if_idle([&](Store&) { ran = true; }));
  CHECK_FALSE(ran);
  std::promise<void> idle;
  f.thread.post([&](Store&) { idle.set_value(); });
  CHECK_FALSE(f.thread.run_inline_if_idle([&](Store&) { ran = true; }));
  go_on.set_value();
  idle.get_future().wait();
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  std::thread::id runner;
  while (!f.thread.run_inline_if_idle([&](Store&) { runner = std::this_thread::get_id(); })) {
    REQUIRE(std::chrono::steady_clock::now() < deadline);
    std::this_thread::yield();  // the last job has run but the thread is not back at its queue yet
  }
  CHECK(runner == std::this_thread::get_id());
}

TEST_CASE("what is posted while a job runs inline runs after it") {
  StoreThreadFixture f;
  std::promise<bool> ran_after;
  bool inside = false;
  REQUIRE(f.thread.run_inline_if_idle([&](Store&) {
    inside = true;
    f.thread.post([&](Store&) { ran_after.set_value(!inside); });
    inside = false;
  }));
  auto result = ran_after.get_future();
  REQUIRE(result.wait_for(std::chrono::seconds(20)) == std::future_status::ready);
  CHECK(result.get());
}

TEST_CASE("what was posted before the end still runs") {
  int ran = 0;
  {
    StoreThreadFixture f;
    for (int i = 0; i < 100; ++i) f.thread.post([&ran](Store&) { ++ran; });
  }
  CHECK(ran == 100);
}
