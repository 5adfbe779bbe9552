#include "daemon/diagnosis/lock_verdict.hpp"

#include "tests/support/catch.hpp"

using namespace governor::daemon;
using Presence = ProcessSighting::Presence;

namespace {

constexpr std::int64_t kOneSecond = 1'000'000;
constexpr std::int64_t kVerdictNoon = 1'764'072'000 * kOneSecond;

/// A lock that was taken at noon by a process that has run for an hour then, and runs still.
LockEvidence alive() {
  LockEvidence evidence;
  evidence.content.pid = 4711;
  evidence.content.locked_us = kVerdictNoon;
  evidence.modified_us = kVerdictNoon;
  evidence.owner = {Presence::running, kVerdictNoon - 3600 * kOneSecond, "python3"};
  return evidence;
}

LockState state_of(const LockEvidence& evidence) {
  return judge_lock(evidence, "here.example.org").state;
}

}  // namespace

TEST_CASE("a lock whose process runs is in use, and one whose process is gone is dead") {
  LockEvidence evidence = alive();
  CHECK(state_of(evidence) == LockState::alive);
  evidence.owner = {Presence::gone, 0, ""};
  CHECK(state_of(evidence) == LockState::dead);
  CHECK(judge_lock(evidence, "").reason == "pid 4711 does not run any more");
}

TEST_CASE("a process that started after the lock is another one with the same pid") {
  LockEvidence evidence = alive();
  evidence.owner.started_us = kVerdictNoon + 60 * kOneSecond;
  CHECK(state_of(evidence) == LockState::dead);
  CHECK(judge_lock(evidence, "").reason.find("pid 4711 (python3) is another process now") == 0);
  evidence.owner.started_us = kVerdictNoon + kOneSecond;  // within what clocks differ by
  CHECK(state_of(evidence) == LockState::alive);
  evidence.owner.started_us = kVerdictNoon + 60 * kOneSecond;
  evidence.content.locked_us.reset();  // then the time of the file counts
  CHECK(state_of(evidence) == LockState::dead);
  evidence.modified_us = kVerdictNoon + 60 * kOneSecond;  // written again since
  CHECK(state_of(evidence) == LockState::alive);
  evidence.owner.started_us = 0;  // the system does not tell
  CHECK(state_of(evidence) == LockState::alive);
}

TEST_CASE("a process that started at another time than the lock's owner is another one") {
  LockEvidence evidence = alive();
  evidence.content.owner_started_us = evidence.owner.started_us + kOneSecond;
  CHECK(state_of(evidence) == LockState::alive);
  evidence.content.owner_started_us = evidence.owner.started_us + 3600 * kOneSecond;
  CHECK(state_of(evidence) == LockState::dead);
}

TEST_CASE("what is locked in the kernel is in use, whoever the file names") {
  LockEvidence evidence = alive();
  evidence.owner = {Presence::gone, 0, ""};
  evidence.held = true;
  CHECK(state_of(evidence) == LockState::alive);
}

TEST_CASE("nothing is called dead that is not proven to be") {
  const auto dead = [] {
    LockEvidence evidence = alive();
    evidence.owner = {Presence::gone, 0, ""};
    return evidence;
  };
  REQUIRE(state_of(dead()) == LockState::dead);
  LockEvidence evidence = dead();
  evidence.content.pid.reset();
  CHECK(state_of(evidence) == LockState::unknown);
  evidence = dead();
  evidence.belongs_to_user = false;
  CHECK(state_of(evidence) == LockState::unknown);
  evidence = dead();
  evidence.says_everything = false;
  CHECK(state_of(evidence) == LockState::unknown);
  evidence = dead();
  evidence.readable = false;
  CHECK(state_of(evidence) == LockState::unknown);
  evidence = dead();
  evidence.owner.presence = Presence::unknown;
  CHECK(state_of(evidence) == LockState::unknown);
  evidence = dead();
  evidence.content.host = "elsewhere";
  CHECK(state_of(evidence) == LockState::unknown);
  evidence.content.host = "here";  // the same machine under its short name
  CHECK(state_of(evidence) == LockState::dead);
}
