// Evidence: what is taken down of it, once, and what people are told.
#include <string>

#include "tests/core/state_fixture.hpp"
#include "tests/support/catch.hpp"

using namespace governor::core;
using governor::core::test::of_kind;
using governor::core::test::StateFixture;

namespace {

EvidenceGiven measured(EvidenceItem item) {
  return {std::move(item), Provenance::measured};
}

struct EvidenceFixture : StateFixture {
  Result<EvidenceOutcome> record(SessionKey session, const std::string& id, std::vector<EvidenceGiven> items,
                                 std::uint64_t source = 0) {
    know(id);
    changes.clear();
    EvidenceCommand command;
    command.agent_id = id;
    command.items = std::move(items);
    command.source = source;
    return state.record_evidence({session, 0}, std::move(command), ++now, changes);
  }
  [[nodiscard]] std::vector<Evidence> appended() const {
    std::vector<Evidence> all;
    for (const EvidenceAppended& change : of_kind<EvidenceAppended>(changes)) all.push_back(change.evidence);
    return all;
  }
};

}  // namespace

TEST_CASE("what was seen of an agent that nobody knew makes it known") {
  EvidenceFixture f;
  const auto outcome = f.record(f.alice, "x", {measured(TurnBegan{}), measured(ProseSaid{12})});
  REQUIRE(outcome);
  CHECK(outcome->recorded == 2);
  CHECK(outcome->turn == 1);
  CHECK(of_kind<AgentSaved>(f.changes).size() == 1);
  CHECK(of_kind<AuditAppended>(f.changes).at(0).event == "agent_created");
  const auto rows = f.appended();
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].key == 1);
  CHECK(rows[1].key == 2);
  CHECK(rows[1].agent == f.state.find_agent("x")->profile.key);
  CHECK(rows[1].epoch == 1);
  CHECK(rows[1].turn == 1);
  CHECK(rows[1].timestamp_us == f.now);
  CHECK(rows[1].actor == f.state.find_session(f.alice)->introduced);
  CHECK(std::get<ProseSaid>(rows[1].item).bytes == 12);
}

TEST_CASE("turns are counted within the epoch, and what comes before the first belongs to none") {
  EvidenceFixture f;
  REQUIRE(f.record(f.alice, "x", {measured(ProseSaid{1})}));
  CHECK(f.appended()[0].turn == 0);
  REQUIRE(f.record(f.alice, "x", {measured(TurnBegan{}), measured(TurnEnded{})}));
  // A turn that never ended does not keep the next one from beginning.
  REQUIRE(f.record(f.alice, "x", {measured(TurnBegan{})}));
  CHECK(f.record(f.alice, "x", {measured(TurnBegan{})})->turn == 3);
  LifecycleCommand reset;
  reset.agent_id = "x";
  REQUIRE(f.state.reset_monitor({f.alice, 0}, reset, ++f.now, f.changes));
  CHECK(f.record(f.alice, "x", {measured(TurnBegan{})})->turn == 1);
  CHECK(f.appended()[0].epoch == 2);
}

TEST_CASE("the same event once more changes nothing") {
  EvidenceFixture f;
  REQUIRE(f.record(f.alice, "x", {measured(ProseSaid{1}), measured(ProseSaid{2})}, 77));
  const auto again = f.record(f.alice, "x", {measured(ProseSaid{1}), measured(ProseSaid{2})}, 77);
  REQUIRE(again);
  CHECK(again->known);
  CHECK(again->recorded == 0);
  CHECK(f.changes.empty());
  // Of another agent it is another event, and what has no source may come as often as it likes.
  CHECK_FALSE(f.record(f.alice, "y", {measured(ProseSaid{1})}, 77)->known);
  CHECK(f.record(f.alice, "x", {measured(ProseSaid{1})})->recorded == 1);
  CHECK(f.record(f.alice, "x", {measured(ProseSaid{1})})->recorded == 1);
}

TEST_CASE("nobody but its holder adds to the evidence of an agent") {
  EvidenceFixture f;
  REQUIRE(f.register_agent(f.alice, "x"));
  const auto refused = f.record(f.bob, "x", {measured(ProseSaid{1})});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::not_owner);
  CHECK(f.changes.empty());
  CHECK(f.record(f.person, "x", {measured(ProseSaid{1})}));
}

TEST_CASE("a subagent belongs to whom its parent belongs") {
  EvidenceFixture f;
  REQUIRE(f.register_agent(f.alice, "x"));
  f.know("x.sub");
  EvidenceCommand command;
  command.agent_id = "x.sub";
  command.parent_id = "x";
  command.items = {measured(TurnBegan{})};
  REQUIRE(f.state.record_evidence({f.alice, 0}, command, ++f.now, f.changes));
  const AgentProfile& profile = f.state.find_agent("x.sub")->profile;
  CHECK(profile.parent_id == "x");
  CHECK(profile.owner == f.alice);
  CHECK_FALSE(f.record(f.bob, "x.sub", {measured(TurnBegan{})}));
}

TEST_CASE("people are told of what was risky: in the audit log, and by an alert if it is grave") {
  EvidenceFixture f;
  REQUIRE(f.record(f.alice, "x", {measured(RiskyAction{"sudo", Severity::medium, "sudo"})}));
  CHECK(of_kind<AuditAppended>(f.changes).back().event == "risky_action");
  CHECK(of_kind<AuditAppended>(f.changes).back().detail == "sudo, by sudo (medium)");
  CHECK(of_kind<AlertSaved>(f.changes).empty());
  REQUIRE(f.record(f.alice, "x", {measured(RiskyAction{"recursive_deletion", Severity::high, "rm"})}));
  const auto alerts = of_kind<AlertSaved>(f.changes);
  REQUIRE(alerts.size() == 1);
  CHECK(alerts[0].alert.kind == AlertKind::risky_action);
  CHECK(alerts[0].alert.agent_id == "x");
  // As long as nobody has looked at it, it stands for all of its kind.
  REQUIRE(f.record(f.alice, "x", {measured(RiskyAction{"recursive_deletion", Severity::high, "rm"})}));
  CHECK(of_kind<AlertSaved>(f.changes).empty());
  CHECK(of_kind<AuditAppended>(f.changes).size() == 1);
  const auto seen = f.state.acknowledge_alert({f.person, 0}, alerts[0].alert, "", ++f.now, f.changes);
  REQUIRE(seen);
  CHECK(seen->resolved_us != 0);
}

TEST_CASE("an event has a bound of items, and a deleted agent gets no more evidence") {
  EvidenceFixture f;
  const std::vector<EvidenceGiven> many(EvidenceCommand::kMaxItems + 1, measured(ProseSaid{1}));
  CHECK(f.record(f.alice, "x", many).error().code == ErrorCode::invalid_argument);
  CHECK(f.changes.empty());
  REQUIRE(f.record(f.alice, "x", {measured(ProseSaid{1})}));
  LifecycleCommand command;
  command.agent_id = "x";
  REQUIRE(f.state.change_lifecycle({f.person, 0}, command, Lifecycle::deleted, ++f.now, f.changes));
  CHECK(f.record(f.alice, "x", {measured(ProseSaid{1})}).error().code == ErrorCode::conflict);
}

namespace {

struct RefusalFixture : EvidenceFixture {
  RefusalFixture() {
    REQUIRE(register_agent(alice, "x"));
    REQUIRE(register_agent(bob, "y"));
    changes.clear();
  }
  Result<LeaseOutcome> lease(SessionKey session, const std::string& agent) {
    changes.clear();
    LeaseCommand command;
    command.agent_id = agent;
    command.paths = {{PathPattern::literal("/p/a.txt")}};
    command.ttl_us = 1'000'000'000;
    return state.request_lease({session, 0}, std::move(command), ++now, changes);
  }
  /// The only item that came of the last call.
  [[nodiscard]] EvidenceItem only_item() const {
    const auto rows = appended();
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].provenance == Provenance::measured);
    return rows[0].item;
  }
  [[nodiscard]] Refused only_refusal() const { return std::get<Refused>(only_item()); }
};

}  // namespace

TEST_CASE("what governor refuses is evidence of the agent that it refuses it to") {
  RefusalFixture f;
  REQUIRE(f.lease(f.alice, "x"));
  CHECK(f.appended().empty());
  REQUIRE(f.lease(f.bob, "y"));
  CHECK(f.only_refusal().by == Refused::By::lease);
  CHECK(f.only_refusal().path == "/p/a.txt");
  CHECK(f.appended()[0].agent == f.state.find_agent("y")->profile.key);

  LifecycleCommand pause;
  pause.agent_id = "x";
  REQUIRE(f.state.change_lifecycle({f.person, 0}, pause, Lifecycle::paused, ++f.now, f.changes));
  f.changes.clear();
  CHECK_FALSE(f.update(f.alice, "x"));
  CHECK(f.only_refusal().by == Refused::By::person);
  CHECK(f.only_refusal().path.empty());
}

TEST_CASE("a write to a protected file is refused as evidence as well") {
  RefusalFixture f;
  const auto lease = f.lease(f.alice, "x");
  REQUIRE(lease);
  ProtectCommand protect;
  protect.path = {PathPattern::literal("/p/a.txt")};
  REQUIRE_FALSE(f.state.protect({f.person, 0}, protect, ++f.now, f.changes));
  f.changes.clear();
  const WriteIntent intent{{PathPattern::literal("/p/a.txt")}, lease->lease.key, "commit_file"};
  CHECK_FALSE(f.state.begin_write({f.alice, 0}, intent, ++f.now, f.changes));
  CHECK(f.only_refusal().by == Refused::By::protection);
}

TEST_CASE("what governor writes for an agent is its change of the file; what hooks report is left to them") {
  RefusalFixture f;
  FileWrite write;
  write.path = "/p/a.txt";
  write.agent_id = "x";
  write.after.sha256 = std::string(64, 'a');
  write.after.lines = 7;
  f.state.record_write({f.alice, 0}, write, ++f.now, f.changes);
  const auto made = std::get<FileChanged>(f.only_item());
  CHECK(made.path == "/p/a.txt");
  CHECK(made.created);
  CHECK(made.lines_added == 7);
  CHECK(made.content == 0xAAAAAAAAAAAAAAAAull);

  f.changes.clear();
  write.before = write.after;
  write.after.sha256 = std::string(64, 'c');
  write.lines_added = 3;
  write.lines_removed = 3;
  f.state.record_write({f.alice, 0}, write, ++f.now, f.changes);
  const auto changed = std::get<FileChanged>(f.only_item());
  CHECK(changed.lines_added == 3);  // and not none, as there are as many as before
  CHECK(changed.lines_removed == 3);

  f.changes.clear();
  write.kind = FileVersionKind::reported;
  write.before = write.after;
  write.after.sha256 = std::string(64, 'b');
  f.state.record_write({f.alice, 0}, write, ++f.now, f.changes);
  CHECK(f.appended().empty());
}
