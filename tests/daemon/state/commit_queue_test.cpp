#include "daemon/state/commit_queue.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <string>
#include <vector>

#include "daemon/store/open_store.hpp"
#include "tests/daemon/state/gated_store.hpp"
#include "tests/daemon/temporary_directory.hpp"
#include "tests/support/catch.hpp"

using namespace governor;
using namespace governor::daemon;
using namespace governor::daemon::test;
using Dependency = CommitQueue::Dependency;

namespace {

/// The test is the strand: it queues work and steps the loop until what it waits for has happened.
struct CommitQueueFixture {
  CommitQueueFixture()
      : work(boost::asio::make_work_guard(io)),
        guard(io),
        store(std::make_unique<GatedStore>(std::move(open_store(directory.path())->store), gate)),
        queue(
            boost::asio::make_strand(io), store, counters, guard,
            [this](const core::Error&) { log("fallen"); },
            [this](const core::Changes& changes) {
              told.push_back(changes.size());
              told_after = events.size();
            }) {
    // One commit of two mutations, so that the next does not run inline.
    add(90);
    add(91);
    settle();
    events.clear();
    told.clear();
  }

  void add(core::AgentKey agent, const std::string& name = "") {
    core::AgentProfile profile;
    profile.key = agent;
    profile.id = "agent-" + std::to_string(agent);
    queue.add({core::AgentSaved{profile}}, [this, name](const core::Error* failure) { log(name, failure); });
  }
  void wait(Dependency dependency, const std::string& name) {
    queue.when_durable(dependency, [this, name](const core::Error* failure) { log(name, failure); });
  }
  void log(const std::string& name, const core::Error* failure = nullptr) {
    events.push_back(name + (failure != nullptr ? " failed" : ""));
  }
  template <class Condition>
  void run_until(Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!condition()) {
      REQUIRE(std::chrono::steady_clock::now() < deadline);
      io.run_one_for(std::chrono::milliseconds(10));
    }
  }
  void settle() {
    run_until([this] { return queue.idle(); });
  }
  /// A commit is being written and held.
  void begin_commit(core::AgentKey agent) {
    gate->hold_commits();
    add(agent, "first");
    run_until([this] { return queue.on_agent(held_agent) == Dependency::in_flight; });
    REQUIRE(gate->wait_for_held_commit());
  }

  TemporaryDirectory directory;
  std::shared_ptr<StoreGate> gate = std::make_shared<StoreGate>();
  boost::asio::io_context io;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work;
  Counters counters;
  InlineGuard guard;
  StoreThread store;
  CommitQueue queue;
  core::AgentKey held_agent = 1;
  std::vector<std::string> events;
  std::vector<std::size_t> told;  ///< changes of each commit of which was told
  std::size_t told_after = 0;     ///< events before the last of them
};

}  // namespace

TEST_CASE_METHOD(CommitQueueFixture, "what depends on nothing does not wait") {
  wait(Dependency::none, "now");
  CHECK(events == std::vector<std::string>{"now"});
  CHECK(queue.on_agent(1) == Dependency::none);
  CHECK(queue.on_everything() == Dependency::none);
  CHECK(queue.is_clean(1));
}

TEST_CASE_METHOD(CommitQueueFixture,
                 "each waiter is told when its batch is durable, not before and not later") {
  begin_commit(1);
  add(2, "second");
  CHECK(queue.on_agent(1) == Dependency::in_flight);
  CHECK(queue.on_agent(2) == Dependency::gathering);
  CHECK(queue.on_agent(3) == Dependency::none);
  CHECK(queue.on_everything() == Dependency::gathering);
  CHECK_FALSE(queue.is_clean(1));
  CHECK_FALSE(queue.is_clean(2));
  wait(queue.on_agent(1), "reader of 1");
  wait(queue.on_agent(2), "reader of 2");
  wait(queue.on_agent(3), "reader of 3");
  wait(queue.on_everything(), "reader of all");
  CHECK(events == std::vector<std::string>{"reader of 3"});
  CHECK(counters.sequence == counters.watermark + 2);
  gate->release_commits();
  settle();
  CHECK(events == std::vector<std::string>{"reader of 3", "first", "reader of 1", "second", "reader of 2",
                                           "reader of all"});
  CHECK(counters.sequence == counters.watermark);
  CHECK(counters.oldest_pending_us == 0);
}

TEST_CASE_METHOD(CommitQueueFixture,
                 "of changes is told when they are durable, commit by commit, and of fallen ones never") {
  begin_commit(1);
  add(2, "second");
  add(3, "third");
  CHECK(told.empty());
  gate->release_commits();
  settle();
  CHECK(told == std::vector<std::size_t>{1, 2});
  CHECK(told_after == 3);  // after those who wait for an answer
  begin_commit(1);
  add(2, "fifth");
  gate->fail_commits(1);
  gate->release_commits();
  settle();
  CHECK(told.size() == 2);
}

TEST_CASE_METHOD(CommitQueueFixture, "an agent that changes again depends on the newer batch") {
  begin_commit(1);
  add(1, "again");
  CHECK(queue.on_agent(1) == Dependency::gathering);
  gate->release_commits();
  settle();
  CHECK(queue.is_clean(1));
}

TEST_CASE_METHOD(CommitQueueFixture,
                 "with a failed commit falls what was gathered behind it, after the state has been dropped") {
  begin_commit(1);
  add(2, "second");
  wait(Dependency::in_flight, "reader");
  gate->fail_commits(1);
  gate->release_commits();
  run_until([this] { return !events.empty(); });
  CHECK(events == std::vector<std::string>{"fallen", "first failed", "reader failed", "second failed"});
  CHECK(counters.storage_failing);
  CHECK(counters.sequence == counters.watermark);
  CHECK(queue.idle());
  CHECK(gate->commits() == 1);  // the second batch was never tried
  events.clear();
  add(3, "third");
  settle();
  CHECK(events == std::vector<std::string>{"third"});
  CHECK_FALSE(counters.storage_failing);
}

TEST_CASE_METHOD(CommitQueueFixture,
                 "a write that hangs for 30 s is given up by those who wait, and may still come through") {
  begin_commit(1);
  add(2, "second");
  queue.check_stall(std::chrono::steady_clock::now() + std::chrono::seconds(29));
  CHECK(events.empty());
  CHECK_FALSE(queue.stalled());
  queue.check_stall(std::chrono::steady_clock::now() + std::chrono::seconds(31));
  CHECK(queue.stalled());
  CHECK(events == std::vector<std::string>{"first failed", "second failed"});
  gate->release_commits();
  settle();
  CHECK_FALSE(queue.stalled());
  CHECK(events.size() == 2);  // nobody is told twice
  CHECK_FALSE(counters.storage_failing);
  events.clear();
  add(3, "third");
  settle();
  CHECK(events == std::vector<std::string>{"third"});
}

TEST_CASE_METHOD(CommitQueueFixture, "changes added in one go are written together") {
  const int before = gate->commits();
  for (core::AgentKey agent = 1; agent <= 50; ++agent) add(agent, "x");
  CHECK(queue.gathered_changes() == 50);
  settle();
  CHECK(gate->commits() == before + 1);
  CHECK(events.size() == 50);
}

TEST_CASE_METHOD(CommitQueueFixture,
                 "one mutation after another is committed without the store's thread, with the same result") {
  for (core::AgentKey agent = 1; agent <= 20; ++agent) {
    add(agent, std::to_string(agent));
    settle();
  }
  CHECK(events.size() == 20);
  CHECK(gate->commits() == 21);
  gate->fail_commits(1);
  add(21, "lost");
  settle();
  CHECK(events.back() == "lost failed");
  CHECK(events[events.size() - 2] == "fallen");
}

TEST_CASE_METHOD(CommitQueueFixture,
                 "the age of the oldest change that is not durable is that of the batch in flight") {
  begin_commit(1);
  const std::int64_t since = counters.oldest_pending_us;
  CHECK(since > 0);
  add(2, "second");
  CHECK(counters.oldest_pending_us == since);
  gate->release_commits();
  settle();
  CHECK(counters.oldest_pending_us == 0);
}

TEST_CASE_METHOD(CommitQueueFixture,
                 "what concerns all agents is waited for by an answer about any of them") {
  begin_commit(1);
  CHECK(queue.on_agent(2) == Dependency::none);
  queue.add({core::ThresholdsSaved{core::Thresholds::strict()}}, nullptr);
  CHECK(queue.on_agent(1) == Dependency::gathering);
  CHECK(queue.on_agent(2) == Dependency::gathering);
  CHECK(queue.on_agent(0) == Dependency::gathering);
  gate->release_commits();
  settle();
  CHECK(queue.on_agent(2) == Dependency::none);
}
