#include "core/evidence_loop.hpp"

#include "tests/core/behaviour_fixture.hpp"
#include "tests/support/catch.hpp"

using namespace governor::core;
using governor::core::testing::Watched;

namespace {

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a file that comes back once is no loop, and twice is one, of that file") {
  Watched agent;
  CHECK(evidence_loop(agent.behaviour).empty());
  agent.note(TurnBegan{});
  for (const std::uint64_t content : {1, 2, 1, 2}) {
    CHECK(evidence_loop(agent.behaviour).empty());
    agent.edit("/project/a.py", content);
  }
  CHECK(contains(evidence_loop(agent.behaviour), "/project/a.py came back to what it was 2 times"));
  agent.edit("/project/b.py", 7);
  CHECK(evidence_loop(agent.behaviour).empty());
  agent.edit("/project/a.py", 3);
  CHECK(evidence_loop(agent.behaviour).empty());
}

TEST_CASE("the same command a third time with nothing changed is a loop, of that command") {
  Watched agent;
  agent.note(TurnBegan{});
  agent.command(5, false);
  agent.command(5, false);
  CHECK(evidence_loop(agent.behaviour).empty());
  agent.command(6);
  CHECK(evidence_loop(agent.behaviour).empty());
  agent.command(5, false);
  CHECK(contains(evidence_loop(agent.behaviour), "The same command (make) ran 3 times"));
  agent.command(7);
  CHECK(evidence_loop(agent.behaviour).empty());
}

TEST_CASE("tests that run again after each change are no loop, nor is to look or to ask git again") {
  Watched agent;
  agent.note(TurnBegan{});
  for (std::uint64_t i = 0; i < 6; ++i) {
    agent.edit("/project/a.py", i + 1);
    agent.command(5, false, ToolClass::test);
    CHECK(evidence_loop(agent.behaviour).empty());
  }
  for (const ToolClass looking : {ToolClass::read, ToolClass::version_control, ToolClass::network}) {
    for (int i = 0; i < 5; ++i) agent.command(8, true, looking);
    CHECK(evidence_loop(agent.behaviour).empty());
  }
}

TEST_CASE("rounds that lie further apart than ten minutes are no loop") {
  Watched agent;
  agent.note(TurnBegan{});
  for (int i = 0; i < 4; ++i) {
    agent.now_us += 301'000'000;
    agent.command(5, false);
    CHECK(evidence_loop(agent.behaviour).empty());
  }
  agent.now_us += 10'000'000;
  agent.command(5, false);
  CHECK_FALSE(evidence_loop(agent.behaviour).empty());
}
