// Agents that write in circles.
#include "tests/core/files_fixture.hpp"
#include "tests/support/catch.hpp"

using namespace governor::core;
using namespace governor::core::test;

namespace {

struct RewriteFixture : FilesFixture {
  RewriteFixture() {
    enrol(alice, "ada");
    write(alice, "/p/a.cpp", "A", "B", "ada");
    write(alice, "/p/a.cpp", "B", "A", "ada");
    write(alice, "/p/a.cpp", "A", "B", "ada");
    changes.clear();
  }
  FileWriteOutcome close_circle() { return write(alice, "/p/a.cpp", "B", "A", "ada"); }
  [[nodiscard]] LoopKind loop() { return state.find_agent("ada")->profile.loop.kind; }
  [[nodiscard]] bool needs_human() { return (update(alice, "ada")->record.human_reasons & kHumanLoop) != 0; }
  std::vector<Alert> alerts() const {
    std::vector<Alert> found;
    for (const auto& change : of_kind<AlertSaved>(changes)) found.push_back(change.alert);
    return found;
  }
};

}  // namespace

TEST_CASE(
    "an agent that writes a file back again and again is in a loop: alert, audit, and a human is required") {
  RewriteFixture files;
  const auto outcome = files.close_circle();
  CHECK(outcome.loop);
  CHECK(outcome.loop_message.find("/p/a.cpp") != std::string::npos);
  CHECK(files.loop() == LoopKind::repeated_rewrite);
  REQUIRE(files.alerts().size() == 1);
  CHECK(files.alerts()[0].kind == AlertKind::loop);
  CHECK(files.alerts()[0].cause == "loop/ada");
  CHECK(files.alerts()[0].message == outcome.loop_message);
  CHECK(files.audited() == std::vector<std::string>{"loop_detected"});
  CHECK(files.needs_human());
}

TEST_CASE("a loop of rewrites is stored with the agent and outlasts its updates") {
  RewriteFixture files;
  files.close_circle();
  REQUIRE_FALSE(of_kind<AgentSaved>(files.changes).empty());
  CHECK(of_kind<AgentSaved>(files.changes).back().profile.loop.kind == LoopKind::repeated_rewrite);
  CHECK(files.needs_human());
  CHECK(files.needs_human());
  CHECK(files.loop() == LoopKind::repeated_rewrite);
}

TEST_CASE("going on in circles is the same loop, not a new one") {
  RewriteFixture files;
  files.close_circle();
  files.write(files.alice, "/p/a.cpp", "A", "B", "ada");
  files.write(files.alice, "/p/a.cpp", "B", "A", "ada");
  CHECK(files.alerts().size() == 1);
  CHECK(files.audited().size() == 1);
}

TEST_CASE("a different action ends the loop") {
  RewriteFixture files;
  files.close_circle();
  SECTION("a new content") {
    files.write(files.alice, "/p/a.cpp", "A", "C", "ada");
  }
  SECTION("another file") {
    files.write(files.alice, "/p/b.cpp", "", "1", "ada");
  }
  CHECK(files.loop() == LoopKind::none);
  CHECK(files.audited().back() == "loop_ended");
  CHECK(files.alerts().back().resolved_us != 0);
  CHECK_FALSE(files.needs_human());
}

TEST_CASE("a person who has looked ends the loop, and the next write is judged anew") {
  RewriteFixture files;
  files.close_circle();
  REQUIRE(files.state.acknowledge_alert({files.person, 0}, files.alerts()[0], "seen", ++files.now,
                                        files.changes));
  CHECK(files.loop() == LoopKind::none);
  CHECK_FALSE(files.needs_human());
}

TEST_CASE("what another agent does is not this one's different action") {
  RewriteFixture files;
  files.enrol(files.bob, "bob");
  files.close_circle();
  files.write(files.bob, "/p/b.cpp", "", "1", "bob");
  CHECK(files.loop() == LoopKind::repeated_rewrite);
}

TEST_CASE("with the policy to block, an agent in such a loop may not write for a while") {
  FilesFixture files;
  files.state = State(Thresholds{}, StateSeed{}, LoopPolicy::block);
  bool resumed = false;
  files.alice = files.state.open_session(session_named("a"), resumed, files.changes).key;
  files.enrol(files.alice, "ada");
  const LeaseKey lease = files.lease(files.alice, "/p/a.cpp", "ada");
  for (int i = 0; i < 2; ++i) {
    files.write(files.alice, "/p/a.cpp", "A", "B", "ada");
    files.write(files.alice, "/p/a.cpp", "B", "A", "ada");
  }
  CHECK(files.begin(files.alice, lease, "/p/a.cpp").error().code == ErrorCode::loop_detected);
  // It concerns that file alone.
  const LeaseKey other = files.lease(files.alice, "/p/b.cpp", "ada");
  CHECK(files.begin(files.alice, other, "/p/b.cpp"));
  CHECK(files.update(files.alice, "ada"));
  files.now += LoopState::kFirstCooldownUs;
  CHECK(files.begin(files.alice, lease, "/p/a.cpp"));
}

TEST_CASE("an honest undo costs nothing") {
  FilesFixture files;
  files.enrol(files.alice, "ada");
  files.write(files.alice, "/p/a.cpp", "A", "B", "ada");
  CHECK_FALSE(files.write(files.alice, "/p/a.cpp", "B", "A", "ada").loop);
  CHECK(files.state.find_agent("ada")->profile.loop.kind == LoopKind::none);
  CHECK(files.lease(files.alice, "/p/a.cpp", "ada") != 0);
}

TEST_CASE("an agent in such a loop gets no exclusive lease for that file for a while, and any other one") {
  RewriteFixture files;
  files.close_circle();
  CHECK(files.lease(files.alice, "/p/a.cpp", "ada") == 0);
  CHECK(files.lease(files.alice, "/p/c.cpp", "ada") != 0);
  SECTION("the refusals do not prolong it") {
    files.now += RewriteWatch::kRestUs / 2;
    CHECK(files.lease(files.alice, "/p/a.cpp", "ada") == 0);
    files.now += RewriteWatch::kRestUs / 2;
    CHECK(files.lease(files.alice, "/p/a.cpp", "ada") != 0);
  }
  SECTION("others may have it") {
    files.enrol(files.bob, "bob");
    CHECK(files.lease(files.bob, "/p/a.cpp", "bob") != 0);
  }
}

TEST_CASE("a session without an agent that writes in circles raises an alert") {
  FilesFixture files;
  files.write(files.alice, "/p/a.cpp", "A", "B");
  files.write(files.alice, "/p/a.cpp", "B", "A");
  files.write(files.alice, "/p/a.cpp", "A", "B");
  files.changes.clear();
  CHECK(files.write(files.alice, "/p/a.cpp", "B", "A").loop);
  files.write(files.alice, "/p/a.cpp", "A", "B");
  auto alerts = of_kind<AlertSaved>(files.changes);
  REQUIRE(alerts.size() == 1);
  CHECK(alerts[0].alert.kind == AlertKind::loop);
  CHECK(files.audited() == std::vector<std::string>{"loop_detected"});
  SECTION("which is over with something else") {
    files.write(files.alice, "/p/a.cpp", "B", "C");
    CHECK(of_kind<AlertSaved>(files.changes).back().alert.resolved_us != 0);
  }
  SECTION("or when a person has seen it") {
    REQUIRE(
        files.state.acknowledge_alert({files.person, 0}, alerts[0].alert, "", ++files.now, files.changes));
    CHECK(of_kind<AlertSaved>(files.changes).back().alert.resolved_us != 0);
  }
}

TEST_CASE("a change that nobody was asked for ends no loop and begins none") {
  RewriteFixture files;
  files.close_circle();
  FileWrite unasked = files.written("/p/a.cpp", "A", "Z");
  unasked.kind = FileVersionKind::unasked;
  const auto outcome = files.state.record_write({}, unasked, ++files.now, files.changes);
  CHECK_FALSE(outcome.loop);
  CHECK(outcome.version.kind == FileVersionKind::unasked);
  CHECK(files.loop() == LoopKind::repeated_rewrite);
}
