#include "daemon/files/file_threads.hpp"

#include <condition_variable>
#include <mutex>
#include <new>
#include <string>
#include <thread>

#include "tests/support/catch.hpp"

using namespace governor::daemon;

TEST_CASE("jobs that jobs post while the threads end are not run, and nobody waits for them") {
  for (int round = 0; round < 100; ++round) {
    std::mutex mutex;
    std::condition_variable moved;
    int runs = 0;
    FileThreads::Job again;
    FileThreads threads(std::make_unique<FileServices>(std::string(), FileSettings{}));
    again = [&](FileServices&) {
      {
        const std::lock_guard lock(mutex);
        ++runs;
        moved.notify_all();
      }
      threads.post(again);
      threads.post(again);
    };
    threads.post(again);
    std::unique_lock lock(mutex);
    moved.wait(lock, [&] { return runs > 10; });
    CHECK(runs > 10);
  }
}

namespace {

/// Jobs that hang until they are let go.
class Gate {
 public:
  FileThreads::Job job() {
    return [this](FileServices&) {
      std::unique_lock lock(mutex_);
      ++held_;
      changed_.notify_all();
      changed_.wait(lock, [this] { return open_; });
    };
  }
  FileThreads::Job quick() {
    return [this](FileServices&) {
      const std::lock_guard lock(mutex_);
      ++done_;
      changed_.notify_all();
    };
  }
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  bool wait_held(int count) {
    return wait([&] { return held_ >= count; });
  }
  bool wait_done(int count) {
    return wait([&] { return done_ >= count; });
  }
  [[nodiscard]] int done() const {
    const std::lock_guard lock(mutex_);
    return done_;
  }

 private:
  template <class Predicate>
  bool wait(Predicate predicate) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(30), predicate);
  }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
  int held_ = 0;
  int done_ = 0;
};

}  // namespace

TEST_CASE(
    "jobs that hang leave room for those of other file systems at once, and of their own after a while") {
  Gate gate;
  FileThreads threads(std::make_unique<FileServices>(std::string(), FileSettings{}),
                      std::chrono::milliseconds(1));
  for (std::size_t i = 0; i < FileThreads::kAtOnce; ++i) threads.post(gate.job(), "/stuck");
  REQUIRE(gate.wait_held(static_cast<int>(FileThreads::kAtOnce)));
  threads.post(gate.quick(), "/home");
  CHECK(gate.wait_done(1));
  threads.post(gate.quick(), "/stuck");
  for (int i = 0; i < 10'000 && gate.done() < 2; ++i) {
    threads.look_after();
    std::this_thread::yield();
  }
  CHECK(gate.wait_done(2));
  gate.open();
}

TEST_CASE("of one file system only so many jobs hang; the others can be withdrawn, and never run") {
  Gate gate;
  constexpr int kMost = FileThreads::kMostOfOneLane;
  FileThreads threads(std::make_unique<FileServices>(std::string(), FileSettings{}),
                      std::chrono::milliseconds(0));
  std::vector<std::shared_ptr<FileJob>> hanging;
  for (int i = 0; i < kMost; ++i) hanging.push_back(threads.post(gate.job(), "/stuck"));
  REQUIRE(gate.wait_held(kMost));
  const auto one_more = threads.post(gate.quick(), "/stuck");
  CHECK_FALSE(one_more->began());
  threads.post(gate.quick(), "/home");
  CHECK(gate.wait_done(1));
  CHECK(hanging.front()->began());
  CHECK_FALSE(hanging.front()->withdraw());
  CHECK(one_more->withdraw());
  gate.open();
  threads.post(gate.quick(), "/stuck");
  CHECK(gate.wait_done(2));
  for (int i = 0; i < 100; ++i) threads.look_after();
  CHECK(gate.done() == 2);
}

TEST_CASE("a job that ends with an exception ends alone") {
  Gate gate;
  FileThreads threads(std::make_unique<FileServices>(std::string(), FileSettings{}));
  threads.post([](FileServices&) { throw std::bad_alloc(); });
  threads.post(gate.quick());
  CHECK(gate.wait_done(1));
}
