#include "daemon/files/file_threads.hpp"

#include <condition_variable>
#include <mutex>
#include <string>

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
