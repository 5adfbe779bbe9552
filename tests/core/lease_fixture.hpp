#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/state.hpp"
#include "tests/core/state_fixture.hpp"
#include "tests/support/catch.hpp"

namespace governor::core::test {

inline LeasePath path_of(const std::string& text) {
  LeasePath path;
  path.pattern = PathPattern::glob(text);
  return path;
}

/// Two sessions, and a third, that ask for leases.
struct LeaseFixture : StateFixture {
  static constexpr std::int64_t kSecond = 1'000'000;

  LeaseFixture() {
    bool resumed = false;
    carol = state.open_session(session_named("c", 1003), resumed, changes).key;
    changes.clear();
  }

  struct Wish {
    LeaseMode mode = LeaseMode::exclusive;
    std::int64_t ttl_us = 600 * kSecond;
    std::int64_t wait_us = 0;
    std::string agent_id{};
    bool direct = false;
    WaiterKey waiter = 0;
  };

  Result<LeaseOutcome> try_request(SessionKey session, std::vector<std::string> paths, Wish wish) {
    LeaseCommand command;
    command.agent_id = wish.agent_id;
    command.mode = wish.mode;
    for (const std::string& path : paths) command.paths.push_back(path_of(path));
    command.ttl_us = wish.ttl_us;
    command.wait_until_us = now + wish.wait_us;
    command.direct = wish.direct;
    command.waiter = wish.waiter;
    return state.request_lease({session, 0}, std::move(command), now, changes);
  }
  LeaseOutcome request(SessionKey session, std::vector<std::string> paths) {
    return request(session, std::move(paths), Wish{});
  }
  LeaseOutcome request(SessionKey session, std::vector<std::string> paths, Wish wish) {
    auto outcome = try_request(session, std::move(paths), std::move(wish));
    REQUIRE(outcome);
    return *outcome;
  }
  LeaseKey granted(SessionKey session, std::vector<std::string> paths) {
    return granted(session, std::move(paths), Wish{});
  }
  LeaseKey granted(SessionKey session, std::vector<std::string> paths, Wish wish) {
    const LeaseOutcome outcome = request(session, std::move(paths), std::move(wish));
    REQUIRE(outcome.status == LeaseOutcome::Status::granted);
    return outcome.lease.key;
  }
  WaiterKey queued(SessionKey session, std::vector<std::string> paths) {
    return queued(session, std::move(paths), Wish{});
  }
  WaiterKey queued(SessionKey session, std::vector<std::string> paths, Wish wish) {
    wish.wait_us = 100 * kSecond;
    const LeaseOutcome outcome = request(session, std::move(paths), std::move(wish));
    REQUIRE(outcome.status == LeaseOutcome::Status::waiting);
    return outcome.waiter;
  }
  bool is_free(const std::string& path) {
    return state.conflicting_lease(path_of(path), {}, LeaseMode::exclusive) == nullptr;
  }

  SessionKey carol = 0;
};

}  // namespace governor::core::test
