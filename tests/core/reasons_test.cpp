#include "core/reasons.hpp"

#include <algorithm>

#include "core/account.hpp"
#include "tests/core/behaviour_fixture.hpp"
#include "tests/support/catch.hpp"

using namespace governor::core;
using governor::core::testing::Watched;

namespace {

std::vector<Reason> reasons(const Watched& agent) {
  const Signals signals = signals_of(agent.behaviour);
  return reasons_of(agent.behaviour, estimate_failure(signals, {}),
                    measure_input({}, agent.behaviour, signals));
}

bool says(const std::vector<Reason>& reasons, std::string_view text) {
  return std::any_of(reasons.begin(), reasons.end(),
                     [&](const Reason& reason) { return reason.text == text; });
}

}  // namespace

TEST_CASE("reasons are told in words, the strongest first") {
  Watched agent;
  agent.note(TurnBegan{});
  agent.tests(false);
  agent.tests(true);
  for (int i = 0; i < 7; ++i) agent.edit("/project/parser.py");
  for (int i = 0; i < 4; ++i) agent.command(5);
  for (int i = 0; i < 3; ++i) agent.tests(false);
  const std::vector<Reason> found = reasons(agent);
  CHECK(says(found, "3 of the last 4 test runs failed"));
  CHECK(says(found, "parser.py edited 7 times"));
  CHECK(says(found, "the same command 4 times with no change between (make)"));
  CHECK(std::is_sorted(found.begin(), found.end(),
                       [](const Reason& a, const Reason& b) { return a.weight > b.weight; }));
  CHECK(found.size() <= kMostReasons);
  CHECK(decisive_text(found).starts_with("3 of the last 4 test runs failed; "));
}

TEST_CASE("tests that pass at last are no reason") {
  Watched agent;
  for (int i = 0; i < 3; ++i) agent.tests(false);
  agent.tests(true);
  CHECK_FALSE(says(reasons(agent), "3 of the last 4 test runs failed"));
}

TEST_CASE("an agent of which nothing was seen gives no reason") {
  CHECK(reasons({}).empty());
  CHECK(decisive_text({}).empty());
}

TEST_CASE("what was refused or risky is a reason to decide") {
  Watched agent;
  CHECK_FALSE(has_incident(agent.behaviour));
  agent.note(RiskyAction{"force_push", Severity::high, "git"});
  CHECK(has_incident(agent.behaviour));
  agent.note(TurnBegan{});
  agent.note(Refused{Refused::By::protection, "/project/a.py"});
  agent.command(1);
  agent.note(Refused{Refused::By::protection, "/project/a.py"});
  const std::vector<Reason> found = reasons(agent);
  CHECK(says(found, "risky action: force_push"));
  CHECK(says(found, "refused by protection, 2 times"));
  CHECK(found.front().weight >= kDecidingWeight);
}

TEST_CASE("a file that goes back and forth is a reason") {
  Watched agent;
  agent.note(TurnBegan{});
  for (std::uint64_t i = 0; i < 4; ++i) agent.edit("/project/parser.py", i % 2 + 1);
  CHECK(says(reasons(agent), "parser.py changed back to what it was 2 times"));
}

TEST_CASE("an account read back is the same, and it is bounded") {
  Watched agent;
  for (int i = 0; i < 3; ++i) {
    agent.note(TurnBegan{});
    agent.tests(false);
    agent.note(TurnEnded{});
  }
  Account account;
  account.provenance = {Provenance::measured, Provenance::prior,   Provenance::derived,
                        Provenance::reported, Provenance::derived, Provenance::prior};
  account.log_odds = -1.0 / 3.0;
  account.habits = agent.behaviour.habits();
  account.reasons = {{0.75, "3 of the last 3 test runs failed"}, {0.5, "a b.py edited 7 times"}};
  const auto back = Account::unpack(account.pack());
  REQUIRE(back);
  CHECK(back->provenance == account.provenance);
  CHECK(back->log_odds == account.log_odds);
  CHECK(back->habits.pack() == account.habits.pack());
  REQUIRE(back->reasons.size() == 2);
  CHECK(back->reasons[1].text == "a b.py edited 7 times");
  CHECK(back->pack() == account.pack());
  account.reasons.assign(kMostReasons, {0.5, std::string(3000, 'x')});
  CHECK(account.pack().size() <= Account::kMostBytes);
  CHECK(Account::unpack(account.pack()));
}

TEST_CASE("what is no account is refused") {
  const std::string good = Account{}.pack();
  CHECK(Account::unpack(good));
  for (std::size_t length = 0; length < good.size(); ++length) {
    CAPTURE(length);
    const auto part = Account::unpack(good.substr(0, length));
    CHECK((!part || part->pack() == good.substr(0, length)));
  }
  CHECK_FALSE(Account::unpack("2" + good.substr(1)));
  CHECK_FALSE(Account::unpack(good + "\nheavy"));
}
