#include <map>

#include "tests/core/files_fixture.hpp"
#include "tests/support/catch.hpp"

using namespace governor::core;
using namespace governor::core::test;

namespace {

constexpr std::int64_t kMinuteUs = 60'000'000;
constexpr std::int64_t kHourUs = 60 * kMinuteUs;

struct ApprovalFixture : FilesFixture {
  ApprovalFixture() {
    enrol(alice, "ada");
    enrol(bob, "bob");
    own = lease(alice, "/p/**", "ada");
    REQUIRE_FALSE(state.protect({person, 0}, {at("/p/core/**"), "core", false}, ++now, changes));
    changes.clear();
  }
  /// Null if it may.
  std::optional<Error> try_write(const std::string& path = "/p/core/a.cpp") {
    const auto begun = begin(alice, own, path);
    if (begun) state.end_write(own);
    return begun ? std::nullopt : std::optional(begun.error());
  }
  Result<const Approval*> answer(ApprovalKey key, bool approve, std::string note = {}) {
    return state.answer_approval({person, 0}, {key, approve, std::move(note)}, ++now, changes);
  }
  /// The same update again and again is a loop.
  bool repeat() {
    UpdateCommand command;
    command.agent_id = "ada";
    command.input.text = examine_text("again");
    command.input.fingerprint = fingerprint("again", {});
    return state.update({alice, 0}, std::move(command), ++now, changes).ok();
  }
  [[nodiscard]] const Approval& approval(ApprovalKey key) const {
    const Approval* found = state.approvals().find(key);
    REQUIRE(found != nullptr);
    return *found;
  }
  [[nodiscard]] std::size_t open() const { return state.approvals().open().size(); }
  /// As the store has it after all that happened.
  [[nodiscard]] StateSeed stored(const Changes& all) const {
    std::map<ApprovalKey, Approval> rows;
    for (const Change& change : all) {
      if (const auto* saved = std::get_if<ApprovalSaved>(&change))
        rows.insert_or_assign(saved->approval.key, saved->approval);
      if (const auto* pruned = std::get_if<ApprovalsPruned>(&change))
        for (const ApprovalKey key : pruned->keys) rows.erase(key);
    }
    StateSeed seed;
    for (const auto& [key, row] : rows) {
      seed.approvals.push_back(row);
      seed.keys.approval = key;
    }
    return seed;
  }
  const Approval* ask_overwrite(const std::string& before = "long", const std::string& after = "short") {
    return state.request_overwrite({alice, 0}, "ada", "/p/x", {before, 4, 100}, {after, 1, 1}, ++now,
                                   changes);
  }
  [[nodiscard]] std::size_t let_through() const {
    return state.approved_overwrites({alice, 0}, "ada", "/p/x", now).size();
  }
  LeaseKey own = 0;
};

}  // namespace

TEST_CASE("a refused write to a protected file is one request, and its refusal says what a person types") {
  ApprovalFixture f;
  const auto refused = f.try_write();
  REQUIRE(refused);
  REQUIRE(f.open() == 1);
  const Approval& asked = f.approval(1);
  CHECK(asked.subject.kind == ApprovalKind::unlock);
  CHECK(asked.asker.agent_id == "ada");
  CHECK(asked.asks == "Agent \"ada\" asks to write the protected /p/core/a.cpp");
  CHECK(asked.why == "commit_file; protected by /p/core/**: core.");
  CHECK(asked.expires_us == asked.created_us + kApprovalOpenUs);
  CHECK(refused->hint.find("Request 1 waits") != std::string::npos);
  CHECK(refused->hint.find("governorctl") == std::string::npos);  // an agent might run it
  const auto alerts = of_kind<AlertSaved>(f.changes);
  REQUIRE(alerts.size() == 1);
  CHECK(alerts[0].alert.kind == AlertKind::approval_requested);
  CHECK(alerts[0].alert.message.find("governorctl approvals approve 1") != std::string::npos);

  CHECK(f.try_write());  // again: the same request
  CHECK(f.try_write("/p/core/b.cpp"));
  CHECK(f.open() == 2);
}

TEST_CASE("an approval unlocks this file for this agent in the same changes, for a while") {
  ApprovalFixture f;
  f.try_write();
  f.changes.clear();
  const auto answered = f.answer(1, true, "go on");
  REQUIRE(answered);
  CHECK((*answered)->standing.status == ApprovalStatus::approved);
  CHECK((*answered)->standing.answered_by == "a person with client-of-p");
  const auto unlocks = of_kind<UnlockSaved>(f.changes);
  REQUIRE(unlocks.size() == 1);
  CHECK(unlocks[0].unlock.agent_id == "ada");
  CHECK(unlocks[0].unlock.until_us == f.now + kUnlockUs);
  CHECK(unlocks[0].unlock.reason == "request 1: go on");
  REQUIRE(of_kind<ApprovalSaved>(f.changes).size() == 1);
  CHECK(of_kind<AlertSaved>(f.changes)[0].alert.resolved_us == f.now);
  CHECK_FALSE(f.try_write());
  CHECK(f.try_write("/p/core/b.cpp"));
  CHECK(f.state.protection_against(FilesFixture::at("/p/core/a.cpp"), "bob", f.now) != nullptr);
  f.now += kUnlockUs;
  f.own = f.lease(f.alice, "/p/**", "ada");
  CHECK(f.try_write());
  CHECK(f.open() == 2);  // it is asked for anew
}

TEST_CASE("the first answer counts, and the second is told who gave which") {
  ApprovalFixture f;
  f.try_write();
  REQUIRE(f.answer(1, false, "not today"));
  const std::size_t changed = f.changes.size();
  const auto second = f.state.answer_approval({f.bob, 0}, {1, true, {}, 0, true}, ++f.now, f.changes);
  REQUIRE_FALSE(second);
  CHECK(second.error().code == ErrorCode::conflict);
  CHECK(second.error().message.starts_with("Request 1 was denied by a person with client-of-p at "));
  CHECK(second.error().message.ends_with(": not today."));
  CHECK(f.changes.size() == changed);
  const auto refused = f.try_write();
  REQUIRE(refused);
  CHECK(refused->hint.starts_with("Request 1 was denied by"));
  CHECK(f.open() == 0);  // a denial is not asked against at once
  f.now += kApprovalOpenUs;
  f.state.expire(f.now, f.changes);
  f.own = f.lease(f.alice, "/p/**", "ada");
  CHECK(f.try_write());
  CHECK(f.open() == 1);
}

TEST_CASE("only a person answers, and the user of a client that was asked") {
  ApprovalFixture f;
  f.try_write();
  for (const SessionKey agent : {f.alice, f.bob}) {
    const auto refused = f.state.answer_approval({agent, 0}, {1, true}, ++f.now, f.changes);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::not_owner);
  }
  CHECK(f.open() == 1);
  const auto by_user = f.state.answer_approval({f.alice, 0}, {1, true, {}, 0, true}, ++f.now, f.changes);
  REQUIRE(by_user);
  CHECK((*by_user)->standing.answered_by == "the user of client-of-a");
}

TEST_CASE("who runs below a governed tool is no person") {
  ApprovalFixture f;
  f.try_write();
  bool resumed = false;
  Session hooks = session_named("h", 700);
  hooks.tools = std::string(kHookTools);
  hooks.process = {700, 7, "boot"};
  f.state.open_session(std::move(hooks), resumed, f.changes);
  Session command = session_named("q", 702);
  command.passing = true;
  command.role = Role::person;
  command.ancestors = {{702, 9, "boot"}, {701, 8, "boot"}, {700, 7, "boot"}, {1, 1, "boot"}};
  const SessionKey below = f.state.open_session(std::move(command), resumed, f.changes).key;
  const auto refused = f.state.answer_approval({below, 0}, {1, true}, ++f.now, f.changes);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::not_owner);
  CHECK(refused.error().message.find("pid 700") != std::string::npos);
  CHECK(f.open() == 1);
  CHECK(f.answer(1, true));
}

TEST_CASE("what nobody answers is over at its time, and nothing has happened") {
  ApprovalFixture f;
  f.try_write();
  CHECK(f.state.next_deadline_us() <= f.approval(1).expires_us);
  f.now = f.approval(1).expires_us;
  f.changes.clear();
  f.state.expire(f.now, f.changes);
  CHECK(f.open() == 0);
  CHECK(f.approval(1).standing.status == ApprovalStatus::expired);
  CHECK(of_kind<UnlockSaved>(f.changes).empty());
  CHECK(of_kind<AlertSaved>(f.changes)[0].alert.resolved_us == f.now);
  const auto late = f.answer(1, true);
  REQUIRE_FALSE(late);
  CHECK(late.error().message.find("is over since") != std::string::npos);
}

TEST_CASE("an answer that comes at the last moment finds no request that is over") {
  ApprovalFixture f;
  f.try_write();
  f.now = f.approval(1).expires_us;
  CHECK_FALSE(f.answer(1, true));
  CHECK(f.approval(1).standing.status == ApprovalStatus::expired);
}

TEST_CASE("an approved overwrite passes for its content once") {
  ApprovalFixture f;
  REQUIRE(f.ask_overwrite() != nullptr);
  CHECK(f.let_through() == 0);
  REQUIRE(f.answer(1, true));
  REQUIRE(f.let_through() == 1);
  const auto approved = f.state.approved_overwrites({f.alice, 0}, "ada", "/p/x", f.now).front();
  CHECK(approved.before == "long");
  CHECK(approved.content == "short");
  CHECK(f.state.approved_overwrites({f.bob, 0}, "bob", "/p/x", f.now).empty());
  CHECK(f.state.approved_overwrites({f.alice, 0}, "ada", "/p/y", f.now).empty());

  f.write(f.alice, "/p/x", "long", "other", "ada");
  CHECK(f.let_through() == 1);
  f.changes.clear();
  f.write(f.alice, "/p/x", "other", "short", "ada");
  CHECK(f.let_through() == 0);
  CHECK(f.approval(1).standing.used_us == f.now);
  REQUIRE(of_kind<ApprovalSaved>(f.changes).size() == 1);
  f.write(f.alice, "/p/x", "short", "long", "ada");
  f.write(f.alice, "/p/x", "long", "short", "ada");
  CHECK(of_kind<ApprovalSaved>(f.changes).size() == 1);
}

TEST_CASE("an interrupted overwrite that was approved is used when it is found") {
  ApprovalFixture f;
  f.ask_overwrite();
  REQUIRE(f.answer(1, true));
  const OpenWriteKey open = f.state.begin_change(
      {f.alice, 0}, FilesFixture::written("/p/x", "long", "short", "ada"), "tmp", ++f.now, f.changes);
  StateSeed seed = f.stored(f.changes);
  OpenWrite write = f.state.open_writes().at(open);
  write.is_under_way = false;
  seed.open_writes = {write};
  seed.sessions = {f.state.sessions().at(f.alice)};
  State next(Thresholds{}, std::move(seed));
  Changes changes;
  REQUIRE(next.approved_overwrites({f.alice, 0}, "ada", "/p/x", f.now).size() == 1);
  REQUIRE(next.end_interrupted("/p/x", {"short", 1, 1}, ++f.now, changes));
  CHECK(next.approved_overwrites({f.alice, 0}, "ada", "/p/x", f.now).empty());
  CHECK(of_kind<ApprovalSaved>(changes).size() == 1);
}

TEST_CASE("an approved overwrite that does not happen is over after a while") {
  ApprovalFixture f;
  f.ask_overwrite();
  REQUIRE(f.answer(1, true));
  f.now += kOverwriteUs;
  CHECK(f.let_through() == 0);
}

TEST_CASE("a denied overwrite is denied, and another content is another question") {
  ApprovalFixture f;
  f.ask_overwrite();
  REQUIRE(f.answer(1, false));
  CHECK(f.state.denied_overwrite({f.alice, 0}, "ada", "/p/x", {"long", 4, 100}, {"short", 1, 1}, f.now) !=
        nullptr);
  CHECK(f.state.denied_overwrite({f.alice, 0}, "ada", "/p/x", {"long", 4, 100}, {"other", 1, 1}, f.now) ==
        nullptr);
  CHECK(f.ask_overwrite("long", "other")->key == 2);
  CHECK(f.ask_overwrite()->key == 1);
}

TEST_CASE("a write of the file withdraws what was asked about its content before") {
  ApprovalFixture f;
  f.ask_overwrite();
  f.write(f.alice, "/p/x", "long", "long and more", "ada");
  CHECK(f.approval(1).standing.status == ApprovalStatus::expired);
}

TEST_CASE("an approved lease break ends that lease, and only that one") {
  ApprovalFixture f;
  const auto asked = f.state.request_lease_break({f.bob, 0}, "bob", f.own, "it hangs", ++f.now, f.changes);
  REQUIRE(asked);
  CHECK((*asked)->asks.find("asks to end lease") != std::string::npos);
  SECTION("approved") {
    REQUIRE(f.answer(1, true));
    CHECK(f.state.leases().open().count(f.own) == 0);
    CHECK(f.state.leases().find_ended(f.own)->ending == LeaseEnding::broken);
    CHECK(f.approval(1).standing.status == ApprovalStatus::approved);
  }
  SECTION("while a file is written under it, the request stays open") {
    f.state.pin_lease(f.own);
    const auto answered = f.answer(1, true);
    REQUIRE_FALSE(answered);
    CHECK(answered.error().code == ErrorCode::conflict);
    CHECK(f.approval(1).is_open());
    f.state.unpin_lease(f.own);
    CHECK(f.answer(1, true));
  }
  SECTION("over by itself, it is not asked for any more, and the next lease is another one") {
    REQUIRE(f.state.release_lease({f.alice, 0}, f.own, ++f.now, f.changes));
    CHECK(f.approval(1).standing.status == ApprovalStatus::expired);
    const LeaseKey next = f.lease(f.alice, "/p/**", "ada");
    CHECK_FALSE(f.answer(1, true));
    CHECK(f.state.leases().open().count(next) == 1);
  }
}

TEST_CASE("nobody asks a person to end a lease of their own, or one that is over") {
  ApprovalFixture f;
  CHECK_FALSE(f.state.request_lease_break({f.alice, 0}, "ada", f.own, "why", ++f.now, f.changes));
  CHECK_FALSE(f.state.request_lease_break({f.bob, 0}, "bob", 999, "why", ++f.now, f.changes));
  CHECK_FALSE(
      f.state.request_unlock({f.alice, 0}, "ada", FilesFixture::at("/p/free"), "why", ++f.now, f.changes));
  CHECK(f.open() == 0);
}

TEST_CASE("whether a halted agent may go on is asked once, and a person's word ends its loop") {
  ApprovalFixture f;
  for (int i = 0; i < 5; ++i) REQUIRE(f.repeat());
  REQUIRE(f.open() == 1);
  const Approval& asked = f.approval(1);
  CHECK(asked.subject.kind == ApprovalKind::decision);
  CHECK(asked.why.find("a loop was detected") != std::string::npos);
  REQUIRE(f.state.find_agent("ada")->profile.loop.kind != LoopKind::none);
  f.changes.clear();
  SECTION("approved") {
    REQUIRE(f.answer(1, true, "it is a poll"));
    CHECK(f.state.find_agent("ada")->profile.loop.kind == LoopKind::none);
    CHECK(of_kind<AgentSaved>(f.changes).size() == 1);
    CHECK(of_kind<LifecycleEventAppended>(f.changes)[0].event == "decision_lifted");
    for (int i = 0; i < 5; ++i) REQUIRE(f.repeat());
    CHECK(f.open() == 0);
    f.now += kHourUs;
    REQUIRE(f.repeat());
    for (int i = 0; i < 5; ++i) REQUIRE(f.repeat());
    CHECK(f.open() == 1);
  }
  SECTION("denied") {
    REQUIRE(f.answer(1, false));
    CHECK(f.state.find_agent("ada")->profile.loop.kind != LoopKind::none);
    REQUIRE(f.repeat());
    CHECK(f.open() == 0);
  }
}

TEST_CASE("a deployment's budget is asked for once") {
  ApprovalFixture f;
  Deployment deployment;
  deployment.key = 5;
  deployment.order.id = "painter-1";
  const Approval* asked = f.state.request_budget_approval(deployment, ++f.now, f.changes);
  REQUIRE(asked != nullptr);
  CHECK(asked->subject.target_id == "painter-1");
  CHECK(f.state.request_budget_approval(deployment, ++f.now, f.changes)->key == asked->key);
  // Where nothing is to go on any more the answer is refused, and the request stays.
  CHECK_FALSE(f.answer(1, true));
  CHECK(f.approval(1).is_open());
}

TEST_CASE("what an agent has asked for is not for whoever takes its id later") {
  ApprovalFixture f;
  f.try_write();
  f.ask_overwrite();
  REQUIRE(f.answer(2, true));
  REQUIRE(f.state.release_lease({f.alice, 0}, f.own, ++f.now, f.changes));
  f.state.end_session(f.alice, ++f.now, f.changes);
  CHECK(f.approval(1).is_open());
  f.enrol(f.bob, "ada");
  CHECK(f.approval(1).standing.status == ApprovalStatus::expired);
  CHECK(f.state.approved_overwrites({f.bob, 0}, "ada", "/p/x", f.now).empty());
}

TEST_CASE("what a session without an agent has asked for ends with it") {
  ApprovalFixture f;
  f.state.request_overwrite({f.bob, 0}, {}, "/p/x", {"long", 4, 100}, {"short", 1, 1}, ++f.now, f.changes);
  f.state.request_overwrite({f.alice, 0}, {}, "/p/x", {"long", 4, 100}, {"short", 1, 1}, ++f.now, f.changes);
  CHECK(f.open() == 2);
  f.state.end_session(f.bob, ++f.now, f.changes);
  CHECK(f.open() == 1);
}

TEST_CASE("requests are bounded: of an agent, of a kind, and those that are remembered") {
  ApprovalFixture f;
  for (std::size_t i = 0; i < ApprovalTable::kMaxOpenOfAgent; ++i)
    CHECK(f.ask_overwrite("long", "short" + std::to_string(i)) != nullptr);
  CHECK(f.ask_overwrite("long", "one more") == nullptr);
  CHECK(f.ask_overwrite("long", "short0") != nullptr);  // known
  const auto refused = f.try_write();
  REQUIRE(refused);
  CHECK(refused->hint.find("governorctl") == std::string::npos);
  CHECK(f.state.request_overwrite({f.bob, 0}, "bob", "/p/x", {"long", 4, 100}, {"s", 1, 1}, ++f.now,
                                  f.changes) != nullptr);

  ApprovalTable table;
  for (ApprovalKey key = 1; key <= static_cast<ApprovalKey>(ApprovalTable::kRememberedOver) + 3; ++key) {
    Approval approval;
    approval.key = key;
    if (key > 1) approval.standing.status = ApprovalStatus::denied;
    table.insert(approval);
  }
  CHECK(table.prune() == std::vector<ApprovalKey>{2, 3});
  CHECK(table.find(1) != nullptr);
  CHECK(table.prune().empty());
}

TEST_CASE("a state that is read back has the same requests, and their keys are not used again") {
  ApprovalFixture f;
  f.try_write();
  f.ask_overwrite();
  f.try_write("/p/core/b.cpp");
  REQUIRE(f.answer(2, true));
  REQUIRE(f.answer(3, false));
  State next(Thresholds{}, f.stored(f.changes));
  REQUIRE(next.approvals().all().size() == 3);
  CHECK(next.approvals().open() == f.state.approvals().open());
  CHECK(next.approvals().next_expiry() == f.state.approvals().next_expiry());
  CHECK(next.approved_overwrites({f.alice, 0}, "ada", "/p/x", f.now).size() == 1);
  Changes changes;
  const Approval* fresh = next.request_overwrite({f.alice, 0}, "ada", "/p/z", {"long", 4, 100},
                                                 {"short", 1, 1}, ++f.now, changes);
  REQUIRE(fresh != nullptr);
  CHECK(fresh->key == 4);
}
