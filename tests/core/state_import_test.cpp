#include <bit>
#include <cmath>
#include <limits>

#include "core/governance_model.hpp"
#include "tests/core/state_fixture.hpp"
#include "tests/support/catch.hpp"

namespace governor::core::test {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
constexpr std::int64_t kThen = 500'000;

UpdateRecord unknown_row() {
  UpdateRecord row;
  row.E = row.I = row.S = row.V = row.coherence = row.risk = row.lambda1 = row.integral = row.time = kUnknown;
  row.action = Action::unknown;
  return row;
}

UpdateRecord imported_row(double v, std::int64_t timestamp_us) {
  UpdateRecord row = unknown_row();
  row.E = 0.71;
  row.I = 0.82;
  row.S = 0.13;
  row.V = v;
  row.coherence = 0.63;
  row.risk = 0.44;
  row.action = Action::revise;
  row.timestamp_us = timestamp_us;
  return row;
}

/// An agent with `rows` rows, the newest of which is complete.
AgentImport some_agent(const std::string& id, std::uint64_t rows = 3) {
  AgentImport agent;
  agent.profile.id = id;
  agent.profile.created_us = kThen;
  agent.profile.purpose = "p";
  agent.profile.tags = {"t"};
  agent.profile.notes = "n";
  agent.events = {{"created", kThen, ""}, {"archived", 0, "why"}};
  agent.source = "from somewhere";
  agent.updates = rows;
  agent.total = rows;
  for (std::uint64_t i = 0; i < rows; ++i) {
    agent.rows.push_back(
        imported_row(-0.01 * static_cast<double>(i + 1), kThen + static_cast<std::int64_t>(i)));
  }
  if (rows > 0) {
    agent.rows.back().lambda1 = 0.11;
    agent.rows.back().integral = 0.2;
    agent.rows.back().time = 0.1 * static_cast<double>(rows);
  }
  return agent;
}

struct ImportFixture : StateFixture {
  Result<ImportOutcome> take(const AgentImport& agent, const std::vector<UpdateRecord>& stored = {}) {
    know(agent.profile.id);
    changes.clear();
    return state.import_agent({alice, 0}, agent, stored, ++now, changes);
  }
  /// What the store would have of the agent's rows.
  void keep() {
    for (const auto& change : of_kind<UpdateAppended>(changes)) rows.push_back(change.record);
  }
  [[nodiscard]] std::vector<UpdateRecord> kept(std::size_t first, std::size_t last) const {
    const std::size_t end = std::min(last, rows.size());
    if (first > end) return {};
    return {rows.begin() + static_cast<std::ptrdiff_t>(first) - 1,
            rows.begin() + static_cast<std::ptrdiff_t>(end)};
  }

  std::vector<UpdateRecord> rows;
};

/// The rows from `first` to `last` of an agent, as a request would hand them over.
AgentImport part_of(const AgentImport& agent, std::uint64_t first, std::uint64_t last) {
  AgentImport part = agent;
  part.first = first;
  part.rows.assign(agent.rows.begin() + static_cast<std::ptrdiff_t>(first) - 1,
                   agent.rows.begin() + static_cast<std::ptrdiff_t>(last));
  return part;
}

TEST_CASE("an imported agent is here with all that was said of it") {
  ImportFixture f;
  AgentImport given = some_agent("ada");
  given.profile.status = Lifecycle::archived;
  given.profile.status_reason = "tidying";
  given.profile.status_since_us = kThen + 9;
  given.profile.parent_id = "grace";
  given.updates = 250;
  given.rows.back().void_active = true;
  const auto outcome = f.take(given);
  REQUIRE(outcome);
  CHECK(outcome->kind == ImportOutcome::Kind::imported);
  const Agent* agent = f.state.find_agent("ada");
  REQUIRE(agent != nullptr);
  const AgentProfile& p = agent->profile;
  CHECK(p.created_us == kThen);
  CHECK(p.status == Lifecycle::archived);
  CHECK(p.status_reason == "tidying");
  CHECK(p.status_since_us == kThen + 9);
  CHECK(p.parent_id == "grace");
  CHECK(p.purpose == "p");
  CHECK(p.tags == std::vector<std::string>{"t"});
  CHECK(p.notes == "n");
  CHECK(p.shared);
  CHECK(agent->state.updates == 250);
  CHECK(agent->state.V == -0.03);
  CHECK(agent->state.lambda1 == 0.11);
  CHECK(agent->state.integral == 0.2);
  CHECK(agent->state.time == Approx(0.3));
  CHECK_FALSE(agent->state.previous_parameters);
  CHECK(agent->total == 3);
  REQUIRE(agent->state.void_window.size() == 3);
  CHECK(agent->state.void_window[0] == 0.01);
  CHECK(agent->state.void_window[2] == 0.03);
  CHECK(f.state.agent_count() == 1);
}

TEST_CASE("an import is one set of changes: profile, rows, events and an audit entry") {
  ImportFixture f;
  REQUIRE(f.take(some_agent("ada")));
  CHECK(f.changes.size() == 1 + 3 + 2 + 1);
  const auto rows = of_kind<UpdateAppended>(f.changes);
  REQUIRE(rows.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(rows[i].record.number == i + 1);
    CHECK(rows[i].record.updates == i + 1);
    CHECK(rows[i].record.epoch == 1);
    CHECK(rows[i].previous == (i == 0 ? 0 : rows[i - 1].key));
    CHECK(rows[i].record.verdict == Verdict::unknown);
    CHECK(rows[i].record.health == Health::unknown);
    CHECK(std::isnan(rows[i].record.phi));
    CHECK(std::isnan(rows[i].record.confidence));
    CHECK(rows[i].record.actor == f.state.find_session(f.alice)->introduced);
    CHECK(rows[i].record.timestamp_us == kThen + static_cast<std::int64_t>(i));
  }
  const auto events = of_kind<LifecycleEventAppended>(f.changes);
  CHECK(events[0].event == "created");
  CHECK(events[0].timestamp_us == kThen);
  CHECK(events[1].timestamp_us == 0);
  CHECK(events[1].reason == "why");
  const auto audit = of_kind<AuditAppended>(f.changes);
  REQUIRE(audit.size() == 1);
  CHECK(audit[0].event == "agent_imported");
  CHECK(audit[0].detail == "3 rows, from somewhere");
  CHECK(audit[0].session == f.alice);
}

TEST_CASE("the next update is what the model gives from the imported state") {
  ImportFixture f;
  const AgentImport given = some_agent("ada", 150);
  REQUIRE(f.take(given));
  GovernanceState expected;
  expected.E = 0.71;
  expected.I = 0.82;
  expected.S = 0.13;
  expected.V = given.rows.back().V;
  expected.lambda1 = 0.11;
  expected.integral = 0.2;
  expected.time = given.rows.back().time;
  expected.updates = 150;
  for (const UpdateRecord& row : given.rows) expected.void_window.push(std::abs(row.V));
  for (int i = 0; i < 10; ++i) {
    const UpdateRecord model = advance(expected, UpdateInput{}, Thresholds{});
    const auto update = f.update(f.alice, "ada");
    REQUIRE(update);
    CAPTURE(i);
    CHECK(update->record.number == static_cast<std::uint64_t>(151 + i));
    for (const auto member :
         {&UpdateRecord::E, &UpdateRecord::I, &UpdateRecord::S, &UpdateRecord::V, &UpdateRecord::coherence,
          &UpdateRecord::risk, &UpdateRecord::phi, &UpdateRecord::lambda1, &UpdateRecord::integral,
          &UpdateRecord::time, &UpdateRecord::void_threshold}) {
      CHECK(std::bit_cast<std::uint64_t>(update->record.*member) ==
            std::bit_cast<std::uint64_t>(model.*member));
    }
    CHECK(update->record.action == model.action);
    CHECK(update->record.health == model.health);
  }
}

TEST_CASE("gaps in V are not values of the void") {
  ImportFixture f;
  AgentImport given = some_agent("ada", 4);
  given.rows[1].V = kUnknown;
  REQUIRE(f.take(given));
  CHECK(f.state.find_agent("ada")->state.void_window.size() == 3);
}

TEST_CASE("the count of the other system decides, however long the history is") {
  ImportFixture f;
  AgentImport given = some_agent("ada", 5);
  given.updates = 2;
  REQUIRE(f.take(given));
  const auto rows = of_kind<UpdateAppended>(f.changes);
  CHECK(rows[4].record.updates == 2);
  CHECK(rows[3].record.updates == 1);
  CHECK(rows[2].record.updates == 0);
  CHECK(rows[0].record.updates == 0);
  CHECK(f.state.find_agent("ada")->state.updates == 2);
  REQUIRE(f.update(f.alice, "ada"));
  CHECK(f.state.find_agent("ada")->state.updates == 3);
}

TEST_CASE("an agent without history begins as a new one does") {
  ImportFixture f;
  REQUIRE(f.take(some_agent("ada", 0)));
  const Agent* agent = f.state.find_agent("ada");
  CHECK_FALSE(agent->last);
  CHECK(agent->state.updates == 0);
  CHECK(agent->state.E == 0.7);
  CHECK(f.update(f.alice, "ada")->record.number == 1);
}

TEST_CASE("what is not said of the past counts from the import") {
  ImportFixture f;
  AgentImport given = some_agent("ada");
  given.profile.created_us = 0;
  given.rows[0].timestamp_us = 0;
  REQUIRE(f.take(given));
  CHECK(f.state.find_agent("ada")->profile.created_us == kThen + 1);
  CHECK(f.state.find_agent("ada")->profile.status_since_us == kThen + 1);
  f.keep();
  const auto again = f.take(given, f.rows);
  REQUIRE(again);
  CHECK(again->kind == ImportOutcome::Kind::unchanged);
  AgentImport timeless = some_agent("eve", 1);
  timeless.profile.created_us = 0;
  timeless.rows[0].timestamp_us = 0;
  REQUIRE(f.take(timeless));
  CHECK(f.state.find_agent("eve")->profile.created_us == f.now);
}

TEST_CASE("the same import again changes nothing, also after the agent went on") {
  ImportFixture f;
  const AgentImport given = some_agent("ada");
  REQUIRE(f.take(given));
  f.keep();
  for (int round = 0; round < 2; ++round) {
    const auto again = f.take(given, f.rows);
    REQUIRE(again);
    CHECK(again->kind == ImportOutcome::Kind::unchanged);
    CHECK(f.changes.empty());
    REQUIRE(f.update(f.alice, "ada"));
  }
}

TEST_CASE("another agent of the name is left alone, and it is said in what it differs") {
  ImportFixture f;
  const AgentImport given = some_agent("ada");
  REQUIRE(f.take(given));
  f.keep();
  const auto differs = [&](const AgentImport& other, const std::vector<UpdateRecord>& stored) {
    const auto outcome = f.take(other, stored);
    REQUIRE(outcome);
    CHECK(outcome->kind == ImportOutcome::Kind::exists);
    CHECK(f.changes.empty());
    return outcome->detail;
  };
  AgentImport other = given;
  other.rows[1].risk = 0.45;
  CHECK(differs(other, f.rows) == "update 2: risk is 0.44 here, 0.45 there");
  other = given;
  other.rows[0].I = kUnknown;
  CHECK(differs(other, f.rows) == "update 1: I is 0.82 here, not known there");
  other = given;
  other.rows[2].action = Action::unknown;
  CHECK(differs(other, f.rows) == "update 3: the decision is revise here, unknown there");
  other = given;
  other.rows[2].timestamp_us += 1;
  CHECK(differs(other, f.rows) == "update 3: it has another time here");
  other = given;
  other.profile.created_us += 1;
  CHECK(differs(other, f.rows).starts_with("it was created "));
  CHECK(differs(some_agent("ada", 4), f.rows).find("update 3: lambda1") == 0);
  AgentImport longer = given;  // the same beginning
  longer.rows.push_back(longer.rows.back());
  longer.total = longer.updates = 4;
  CHECK(differs(longer, f.rows) == "it has 3 updates here, 4 there");
}

TEST_CASE("an agent that was born here is no import") {
  ImportFixture f;
  REQUIRE(f.update(f.alice, "ada"));
  f.keep();
  const auto outcome = f.take(some_agent("ada", 0), {});
  REQUIRE(outcome);
  CHECK(outcome->kind == ImportOutcome::Kind::exists);
  CHECK(f.changes.empty());
}

TEST_CASE("a deleted agent stays deleted") {
  ImportFixture f;
  REQUIRE(f.take(some_agent("ada")));
  f.keep();
  REQUIRE(f.state.change_lifecycle({f.alice, 0}, {"ada", "", ""}, Lifecycle::deleted, ++f.now, f.changes));
  const auto outcome = f.take(some_agent("ada"), f.rows);
  REQUIRE(outcome);
  CHECK(outcome->kind == ImportOutcome::Kind::unchanged);
  CHECK(outcome->detail == "it has been deleted since");
}

TEST_CASE("a long history comes in parts; until the last one nobody may go on") {
  ImportFixture f;
  const AgentImport whole = some_agent("ada", 9);
  REQUIRE(f.take(part_of(whole, 1, 4)));
  f.keep();
  CHECK(of_kind<LifecycleEventAppended>(f.changes).empty());
  CHECK(of_kind<AuditAppended>(f.changes).at(0).event == "agent_import_began");
  const auto refused = f.update(f.alice, "ada");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.find("its import is not finished") != std::string::npos);

  // As after a crash: the parts come again from the beginning.
  CHECK(f.take(part_of(whole, 1, 4), f.kept(1, 4))->kind == ImportOutcome::Kind::unchanged);
  CHECK(f.changes.empty());
  const auto gap = f.take(part_of(whole, 6, 9), {});
  REQUIRE_FALSE(gap);
  CHECK(gap.error().code == ErrorCode::conflict);
  CHECK(gap.error().hint == "Go on with row 5.");
  // With other parts, as another version of the program would cut.
  CHECK(f.take(part_of(whole, 3, 6), f.kept(3, 6))->kind == ImportOutcome::Kind::imported);
  CHECK(of_kind<UpdateAppended>(f.changes).size() == 2);
  f.keep();
  CHECK(f.take(part_of(whole, 7, 9), f.kept(7, 9))->kind == ImportOutcome::Kind::imported);
  f.keep();
  CHECK(of_kind<AuditAppended>(f.changes).at(0).event == "agent_imported");
  CHECK(of_kind<LifecycleEventAppended>(f.changes).size() == 2);
  REQUIRE(f.rows.size() == 9);
  for (std::size_t i = 0; i < 9; ++i) CHECK(difference(f.rows[i], whole.rows[i]).empty());
  CHECK(f.state.find_agent("ada")->profile.status == Lifecycle::active);
  CHECK(f.update(f.alice, "ada")->record.number == 10);
}

TEST_CASE("a part that does not fit what is here leaves it alone") {
  ImportFixture f;
  const AgentImport whole = some_agent("ada", 6);
  const auto late = f.take(part_of(whole, 4, 6));
  REQUIRE_FALSE(late);
  CHECK(late.error().code == ErrorCode::conflict);
  REQUIRE(f.take(part_of(whole, 1, 3)));
  f.keep();
  AgentImport other = part_of(whole, 1, 6);
  other.rows[0].E = 0.5;
  CHECK(f.take(other, f.kept(1, 6))->kind == ImportOutcome::Kind::exists);
  CHECK(f.changes.empty());
}

TEST_CASE("looking does not change anything") {
  ImportFixture f;
  f.know("ada");
  const auto outcome = f.state.compare_import(some_agent("ada"), {});
  REQUIRE(outcome);
  CHECK(outcome->kind == ImportOutcome::Kind::imported);
  CHECK(f.state.find_agent("ada") == nullptr);
  CHECK(f.state.agent_count() == 0);
}

TEST_CASE("an import in parts is foreseen as it will be, with nothing of it here yet") {
  ImportFixture f;
  const AgentImport whole = some_agent("ada", 9);
  for (const auto& [first, last] : {std::pair(1U, 4U), std::pair(5U, 8U), std::pair(9U, 9U)}) {
    const auto outcome = f.state.compare_import(part_of(whole, first, last), {}, ImportLook::foresee);
    REQUIRE(outcome);
    CHECK(outcome->kind == ImportOutcome::Kind::imported);
  }
  AgentImport impossible = part_of(whole, 5, 8);
  impossible.rows[1].E = 7;
  CHECK_FALSE(f.state.compare_import(impossible, {}, ImportLook::foresee));
  // The same where an import was interrupted.
  REQUIRE(f.take(part_of(whole, 1, 4)));
  f.keep();
  CHECK(f.state.compare_import(part_of(whole, 9, 9), {}, ImportLook::foresee));
}

TEST_CASE("what no agent of the model can have been is refused by field, and nothing changes") {
  ImportFixture f;
  const auto refused = [&](auto change) {
    AgentImport given = some_agent("ada");
    change(given);
    const auto outcome = f.take(given);
    REQUIRE_FALSE(outcome);
    CHECK(f.changes.empty());
    CHECK(f.state.agent_count() == 0);
    CHECK(outcome.error().code == ErrorCode::invalid_argument);
    return outcome.error().field;
  };
  CHECK(refused([](AgentImport& a) { a.profile.id = "a b"; }) == "agent_id");
  f.know("ada");
  CHECK(refused([](AgentImport& a) { a.profile.parent_id = "a b"; }) == "parent_agent_id");
  CHECK(refused([](AgentImport& a) { a.profile.notes.assign(kMaxImportedNotes + 1, 'x'); }) == "notes");
  CHECK(refused([](AgentImport& a) { a.profile.tags.assign(kMaxImportedTags + 1, "x"); }) == "tags");
  CHECK(refused([](AgentImport& a) {
          a.events.resize(kMaxImportedEvents + 1, {"e", 0, ""});
        }) == "lifecycle_events");
  CHECK(refused([](AgentImport& a) { a.events[0].event.clear(); }) == "lifecycle_events");
  CHECK(refused([](AgentImport& a) { a.updates = std::uint64_t{1} << 60; }) == "updates");
  CHECK(refused([](AgentImport& a) { a.rows[1].E = 1.1; }) == "rows.E[1]");
  CHECK(refused([](AgentImport& a) { a.rows[0].V = -2.1; }) == "rows.V[0]");
  CHECK(refused([](AgentImport& a) { a.rows[0].risk = std::numeric_limits<double>::infinity(); }) ==
        "rows.risk[0]");
  CHECK(refused([](AgentImport& a) { a.rows.back().E = kUnknown; }) == "rows.E");
  CHECK(refused([](AgentImport& a) { a.rows.back().lambda1 = kUnknown; }) == "rows.lambda1");
  CHECK(refused([](AgentImport& a) { a.total = 2; }) == "rows");
  CHECK(refused([](AgentImport& a) { a.first = 0; }) == "rows");
  CHECK(refused([](AgentImport& a) { a.rows.clear(); }) == "rows");
  CHECK(refused([](AgentImport& a) { a.total = kMaxImportedRows + 1; }) == "rows");
}

}  // namespace
}  // namespace governor::core::test
