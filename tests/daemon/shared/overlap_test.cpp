// Many daemons want the same few paths while their connections are cut: no two of them hold one at a time.
#include <fmt/format.h>

#include <atomic>
#include <map>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

#include "daemon/shared/workspace_database.hpp"
#include "tests/daemon/shared/postgres_server.hpp"
#include "tests/support/catch.hpp"

using namespace governor;
using namespace governor::daemon;
using namespace governor::daemon::test;
using Outcome = WorkspaceDatabase::Acquired::Outcome;

namespace {

constexpr int kDaemons = 6;
constexpr int kOperations = 150;  // of each
constexpr int kPaths = 3;
constexpr std::chrono::milliseconds kEnough{60'000};

/// What all see at the moment; checked whenever somebody is granted something.
class Ledger {
 public:
  void granted(const std::vector<int>& paths, core::LeaseMode mode, std::uint64_t fence) {
    const std::lock_guard lock(mutex_);
    ++grants_;
    for (const int path : paths) {
      Place& place = places_[path];
      const bool is_exclusive = mode == core::LeaseMode::exclusive;
      if (place.writers > 0 || (is_exclusive && place.readers > 0)) ++overlaps_;
      if (is_exclusive && fence <= place.last_fence) ++fences_back_;
      if (is_exclusive) place.last_fence = fence;
      ++(is_exclusive ? place.writers : place.readers);
    }
  }
  void given_back(const std::vector<int>& paths, core::LeaseMode mode) {
    const std::lock_guard lock(mutex_);
    for (const int path : paths)
      --(mode == core::LeaseMode::exclusive ? places_[path].writers : places_[path].readers);
  }
  [[nodiscard]] int grants() const { return grants_; }
  [[nodiscard]] int overlaps() const { return overlaps_; }
  [[nodiscard]] int fences_back() const { return fences_back_; }

 private:
  struct Place {
    int readers = 0;
    int writers = 0;
    std::uint64_t last_fence = 0;
  };
  std::mutex mutex_;
  std::map<int, Place> places_;
  int grants_ = 0;
  int overlaps_ = 0;
  int fences_back_ = 0;
};

class Contender {
 public:
  Contender(const PostgresServer& server, int number, Ledger& ledger)
      : identity_{fmt::format("00000000-0000-0000-0000-{:012}", number), fmt::format("host{}", number), "w",
                  std::to_string(number)},
        database_(Libpq::load().value(), server.address(), -1),
        workspaces_(database_),
        ledger_(ledger),
        random_(static_cast<unsigned>(number)) {}

  void run() {
    connect();
    for (core::LeaseKey claim = 1; claim <= kOperations; ++claim) contend(claim);
    release_all();
  }

 private:
  void connect() {
    while (database_.connect(ipc::Deadline::after(kEnough))) continue;
    // Not an expired one: nobody is to lose anything here.
    while (epoch_ == 0) {
      if (const auto joined = workspaces_.join(identity_, kEnough * 10, {})) epoch_ = joined->epoch;
      if (!database_.is_connected() && database_.connect(ipc::Deadline::after(kEnough))) continue;
    }
  }

  /// Until it is known what became of it: a statement whose answer was lost is sent again.
  WorkspaceDatabase::Acquired certainly_acquire(const SharedQuestion& question, bool waits) {
    for (;;) {
      auto acquired = workspaces_.acquire(identity_.id, epoch_, question, waits, {}, given_back_);
      if (acquired) given_back_.clear();
      if (acquired) return *std::move(acquired);
      if (!database_.is_connected()) connect();
    }
  }

  void release_all() {
    while (workspaces_.release(identity_.id, given_back_)) {
      if (!database_.is_connected()) connect();
    }
    given_back_.clear();
  }

  void contend(core::LeaseKey claim) {
    SharedQuestion question;
    question.lease = claim;
    question.workspace = "w";
    question.mode = random_() % 4 == 0 ? core::LeaseMode::shared : core::LeaseMode::exclusive;
    question.holder.session = 1;
    std::vector<int> paths;
    for (int path = 0; path < kPaths; ++path) {
      if (random_() % 2 != 0) continue;
      paths.push_back(path);
      question.patterns.push_back(core::PathPattern::literal("/p" + std::to_string(path)));
    }
    if (paths.empty()) return;
    auto outcome = Outcome::waits;
    std::uint64_t fence = 0;
    for (int round = 0; outcome == Outcome::waits; ++round) {
      const auto acquired = certainly_acquire(question, round < 20);
      outcome = acquired.outcome;
      fence = acquired.fence;
    }
    if (outcome != Outcome::granted) return;
    ledger_.granted(paths, question.mode, fence);
    std::this_thread::yield();
    ledger_.given_back(paths, question.mode);
    given_back_.push_back(claim);
    // Others go with the next request.
    if (random_() % 2 == 0) release_all();
  }

  SharedIdentity identity_;
  Database database_;
  WorkspaceDatabase workspaces_;
  Ledger& ledger_;
  std::minstd_rand random_;
  std::int64_t epoch_ = 0;
  std::vector<core::LeaseKey> given_back_;  ///< and not released
};

}  // namespace

TEST_CASE("no two daemons hold the same path at a time, whatever happens to their connections") {
  const PostgresServer server;
  Database cutter(Libpq::load().value(), server.address(), -1);
  REQUIRE_FALSE(cutter.connect(ipc::Deadline::after(kEnough)));
  REQUIRE_FALSE(WorkspaceDatabase(cutter).init());
  Ledger ledger;
  std::atomic<int> running{kDaemons};
  std::vector<std::thread> threads;
  for (int number = 1; number <= kDaemons; ++number) {
    threads.emplace_back([&, number] {
      Contender(server, number, ledger).run();
      --running;
    });
  }
  int cuts = 0;
  while (running > 0) {
    const auto cut = cutter.run(
        "SELECT count(pg_terminate_backend(pid)), pg_sleep(0.02) FROM (SELECT pid FROM pg_stat_activity "
        "WHERE pid <> pg_backend_pid() AND backend_type = 'client backend' ORDER BY random() LIMIT 1) one",
        {}, ipc::Deadline::after(kEnough));
    if (cut) ++cuts;
  }
  for (std::thread& thread : threads) thread.join();
  INFO(ledger.grants() << " grants, " << cuts << " connections cut");
  CHECK(ledger.overlaps() == 0);
  CHECK(ledger.fences_back() == 0);
  CHECK(ledger.grants() > kOperations);
  CHECK(cuts > 5);
  CHECK(cutter
            .run("SELECT count(*) FROM governor.claim WHERE fence IS NOT NULL", {},
                 ipc::Deadline::after(kEnough))
            .value() == Database::Rows{{"0"}});
}
