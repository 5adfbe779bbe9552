#include <string>

#include "core/ground_truth.hpp"
#include "tests/core/state_fixture.hpp"
#include "tests/support/catch.hpp"

using namespace governor::core;
using governor::core::test::of_kind;
using governor::core::test::StateFixture;

namespace {

TruthCommand truth(const UpdateOutcome& update, HistoryKey history, bool correct) {
  TruthCommand command;
  command.agent_id = update.agent_id;
  command.prediction = {history, update.agent, update.record.number, update.record.confidence};
  command.correct = correct;
  command.source = TruthSource::test;
  command.detail = "unit tests";
  return command;
}

struct OutcomeFixture : StateFixture {
  OutcomeFixture() {
    made = *update(alice, "x");
    history = of_kind<UpdateAppended>(changes)[0].key;
    changes.clear();
  }
  TruthOutcome record(TruthCommand command) {
    changes.clear();
    return *state.record_outcome({bob, 0}, std::move(command), ++now, changes);
  }

  UpdateOutcome made;
  HistoryKey history = 0;
};

}  // namespace

TEST_CASE("what a person found only a person records") {
  OutcomeFixture f;
  TruthCommand command = truth(f.made, f.history, true);
  command.source = TruthSource::person;
  f.changes.clear();
  const auto refused = f.state.record_outcome({f.bob, 0}, command, ++f.now, f.changes);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::not_owner);
  CHECK(refused.error().field == "source");
  CHECK(f.changes.empty());
  CHECK(f.state.record_outcome({f.person, 0}, command, ++f.now, f.changes));
}

TEST_CASE("that it was right teaches nothing when an agent says so, and a person is not contradicted") {
  OutcomeFixture f;
  TruthCommand command = truth(f.made, f.history, true);
  command.prediction.failure = FailureForecast{250'000, -1.1};
  CHECK_FALSE(f.record(command).truth.prediction.failure);
  CHECK(f.state.lessons().count() == 0);
  command.correct = false;
  CHECK(f.record(command).truth.prediction.failure);
  CHECK(f.state.lessons().count() == 1);
  command.correct = true;
  f.record(command);
  CHECK(f.state.lessons().count() == 0);

  command.source = TruthSource::person;
  command.correct = false;
  REQUIRE(f.state.record_outcome({f.person, 0}, command, ++f.now, f.changes));
  CHECK(f.state.lessons().count() == 1);
  command.source = TruthSource::test;
  command.correct = true;
  f.changes.clear();
  const auto refused = f.state.record_outcome({f.bob, 0}, command, ++f.now, f.changes);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::not_owner);
  CHECK(f.changes.empty());
  REQUIRE(f.state.record_outcome({f.person, 0}, command, ++f.now, f.changes));
  CHECK(f.state.lessons().count() == 1);
}

TEST_CASE("an outcome is stored with its prediction and who told it, and audited") {
  OutcomeFixture f;
  const TruthOutcome outcome = f.record(truth(f.made, f.history, true));
  CHECK_FALSE(outcome.replaced);
  CHECK(outcome.truth.correct);
  const auto stored = of_kind<OutcomeRecorded>(f.changes);
  REQUIRE(stored.size() == 1);
  CHECK(stored[0].truth.prediction.history == f.history);
  CHECK(stored[0].truth.prediction.agent == f.made.agent);
  CHECK(stored[0].truth.prediction.number == 1);
  CHECK(stored[0].truth.prediction.confidence == 1.0);
  CHECK(stored[0].truth.source == TruthSource::test);
  CHECK(stored[0].truth.timestamp_us == f.now);
  CHECK(stored[0].truth.actor == f.state.find_session(f.bob)->introduced);
  const auto audited = of_kind<AuditAppended>(f.changes);
  REQUIRE(audited.size() == 1);
  CHECK(audited[0].event == "outcome_recorded");
  CHECK(audited[0].agent == f.made.agent);
  CHECK(audited[0].session == f.bob);
  CHECK(audited[0].detail == "x/1 was right, told by test: unit tests");
}

TEST_CASE("the same outcome again changes nothing but the audit log") {
  OutcomeFixture f;
  const TruthOutcome first = f.record(truth(f.made, f.history, true));
  TruthCommand again = truth(f.made, f.history, true);
  again.known = first.truth;
  again.source = TruthSource::exit_code;
  const TruthOutcome second = f.record(again);
  CHECK_FALSE(second.replaced);
  CHECK(second.truth.timestamp_us == first.truth.timestamp_us);
  CHECK(second.truth.source == TruthSource::test);
  CHECK(of_kind<OutcomeRecorded>(f.changes).empty());
  REQUIRE(of_kind<AuditAppended>(f.changes).size() == 1);
  CHECK(of_kind<AuditAppended>(f.changes)[0].detail == "x/1 was right, told again by exit_code");
}

TEST_CASE("another outcome replaces the first, and the audit log tells of both") {
  OutcomeFixture f;
  TruthCommand other = truth(f.made, f.history, false);
  other.known = f.record(truth(f.made, f.history, true)).truth;
  const TruthOutcome outcome = f.record(other);
  CHECK(outcome.replaced);
  CHECK_FALSE(outcome.truth.correct);
  REQUIRE(of_kind<OutcomeRecorded>(f.changes).size() == 1);
  CHECK(of_kind<AuditAppended>(f.changes)[0].detail ==
        "x/1 was wrong, told by test, instead of right: unit tests");
}

TEST_CASE("what was recorded after the store was read counts, whether the reader saw it or not") {
  OutcomeFixture f;
  // Both read the store before either was recorded.
  CHECK_FALSE(f.record(truth(f.made, f.history, true)).replaced);
  CHECK_FALSE(f.record(truth(f.made, f.history, true)).replaced);
  CHECK(of_kind<OutcomeRecorded>(f.changes).empty());
  CHECK(f.record(truth(f.made, f.history, false)).replaced);
  // The newest of them, not the oldest.
  CHECK_FALSE(f.record(truth(f.made, f.history, false)).replaced);
  CHECK(f.record(truth(f.made, f.history, true)).replaced);
  // Another prediction has nothing to do with it.
  CHECK_FALSE(f.record(truth(f.made, f.history + 1, false)).replaced);
}

TEST_CASE("a prediction's id is that of its agent and the number of its update, and nothing else") {
  CHECK(prediction_id("ada_1.2-x", 17) == "ada_1.2-x/17");
  const auto name = parse_prediction_id("ada_1.2-x/17");
  REQUIRE(name);
  CHECK(name->agent_id == "ada_1.2-x");
  CHECK(name->number == 17);
  CHECK(parse_prediction_id("a/9223372036854775807"));
  for (const char* wrong : {"", "/", "a", "a/", "/1", "a/0", "a/-1", "a/+1", "a/01", "a/1 ", "a/ 1", "a/1/2",
                            "a/1x", "a b/1", "a/9223372036854775808", "a/99999999999999999999999", "a\n/1"}) {
    INFO(wrong);
    CHECK_FALSE(parse_prediction_id(wrong));
  }
}
