#pragma once

#include <signal.h>

#include <cstdint>
#include <cstdlib>
#include <deque>
#include <iostream>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "tests/linearizability/checker.hpp"
#include "tests/process/recorded_client.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/process_watch.hpp"
#include "tests/support/until.hpp"

namespace governor::test {

inline constexpr int kClients = 6;
inline constexpr int kCalls = 250;
inline constexpr int kDaemonKills = 5;
inline constexpr int kObjects = 4;

inline std::uint32_t chosen_seed() {
  const char* given = ::getenv("GOVERNOR_TEST_SEED");
  const unsigned long seed = given == nullptr ? std::random_device()() : std::stoul(given);
  std::cout << "seed " << seed << " (repeat with GOVERNOR_TEST_SEED)\n";
  return static_cast<std::uint32_t>(seed);
}

struct Recording {
  std::vector<RecordedCall> calls;
  std::vector<RecordedEnd> ends;
  std::vector<std::string> errors;
};

/// Lets clients make their calls while the daemon is killed now and then.
inline Recording record(Sandbox& sandbox, std::uint32_t seed, const RecordedClient::NextCall& next) {
  std::atomic<int> sessions{0};
  std::deque<RecordedClient> clients;
  for (int i = 0; i < kClients; ++i) {
    clients.emplace_back(sandbox, sessions, seed + static_cast<std::uint32_t>(i),
                         RecordedClient::Plan{kCalls, 8, next});
  }
  std::mt19937 random(seed + 1000);
  for (int i = 0; i < kDaemonKills; ++i) {
    if (!until(patience(), [&] { return sandbox.daemon() != 0; })) break;
    let_pass(std::chrono::milliseconds(50 + random() % 300));
    const pid_t victim = sandbox.daemon();
    if (victim == 0) continue;
    const ProcessWatch watch(victim);
    if (sandbox.daemon() != victim) continue;
    ::kill(victim, SIGKILL);
    REQUIRE(watch.wait(patience()));
  }
  Recording recording;
  for (RecordedClient& client : clients) {
    client.join();
    const auto append = [](auto& to, const auto& from) { to.insert(to.end(), from.begin(), from.end()); };
    append(recording.calls, client.calls());
    append(recording.ends, client.ends());
    append(recording.errors, client.errors());
  }
  for (RecordedCall& call : recording.calls) {
    if (!call.answer || !call.answer->is_error()) continue;
    recording.errors.push_back(boost::json::serialize(call.answer->message));
  }
  CHECK(recording.errors == std::vector<std::string>());
  CHECK(recording.calls.size() == kClients * kCalls);
  std::cout << recording.calls.size() << " calls, " << recording.ends.size() - kClients
            << " clients killed\n";
  return recording;
}

template <class Model>
void check_each(
    const std::map<std::string, std::vector<typename linearizability::Checker<Model>::Op>>& histories) {
  for (const auto& [object, history] : histories) {
    const linearizability::Finding finding = linearizability::check<Model>(history);
    INFO(object << ", " << history.size() << " operations\n" << finding.explanation);
    CHECK(finding.verdict == linearizability::Verdict::linearizable);
  }
}

}  // namespace governor::test
