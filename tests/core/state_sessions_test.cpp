#include <set>
#include <string>

#include "tests/core/state_fixture.hpp"
#include "tests/support/catch.hpp"

using namespace governor::core;
using governor::core::test::of_kind;
using governor::core::test::session_named;
using governor::core::test::StateFixture;

TEST_CASE("a session that says hello again is resumed with what it had agreed") {
  StateFixture f;
  f.state.find_session(f.alice)->revision = "2025-11-25";
  REQUIRE(f.register_agent(f.alice, "x"));
  REQUIRE(f.update(f.alice, "x", 4));
  Session again = session_named("a", 4242);
  again.working_directory = "/elsewhere";
  bool resumed = false;
  f.changes.clear();
  const Session& session = f.state.open_session(std::move(again), resumed, f.changes);
  CHECK(resumed);
  CHECK(session.key == f.alice);
  CHECK(session.process.pid == 4242);
  CHECK(session.working_directory == "/elsewhere");
  CHECK(session.revision == "2025-11-25");
  CHECK(session.agent_id == "x");
  CHECK(session.answers.size() == 1);
  REQUIRE(of_kind<SessionSaved>(f.changes).size() == 1);
  CHECK(of_kind<SessionSaved>(f.changes)[0].session.answers.empty());
}

TEST_CASE("sessions are found by key and by id until they end") {
  StateFixture f;
  CHECK(f.state.find_session(f.alice) == f.state.find_session(std::string_view("a")));
  f.changes.clear();
  f.state.end_session(f.alice, 5, f.changes);
  REQUIRE(of_kind<SessionEnded>(f.changes).size() == 1);
  CHECK(of_kind<SessionEnded>(f.changes)[0].session == f.alice);
  CHECK(f.state.find_session(f.alice) == nullptr);
  CHECK(f.state.find_session(std::string_view("a")) == nullptr);
  CHECK(f.state.sessions().size() == 2);
  f.changes.clear();
  f.state.end_session(f.alice, 5, f.changes);
  CHECK(f.changes.empty());
}

TEST_CASE("a numbered line leaves one answer that points at what it made") {
  StateFixture f;
  REQUIRE(f.update(f.alice, "x", 7));
  const auto saved = of_kind<AnswerSaved>(f.changes);
  REQUIRE(saved.size() == 1);
  CHECK(saved[0].session == f.alice);
  CHECK(saved[0].number == 7);
  CHECK(saved[0].answer.kind == Answer::Kind::update);
  CHECK(saved[0].answer.target == of_kind<UpdateAppended>(f.changes)[0].key);
  CHECK(f.state.find_session(f.alice)->answers.at(7).slot == saved[0].answer.slot);
}

TEST_CASE("a line without number, and a caller without session, leave no answer") {
  StateFixture f;
  REQUIRE(f.update(f.alice, "x", 0));
  REQUIRE(f.update(0, "x", 9));
  REQUIRE(f.update(999, "x", 9));
  CHECK(of_kind<AnswerSaved>(f.changes).empty());
}

TEST_CASE("confirmed answers give their slots back, others keep theirs") {
  StateFixture f;
  for (std::uint64_t line = 1; line <= 4; ++line) REQUIRE(f.update(f.alice, "x", line));
  const SlotKey kept = f.state.find_session(f.alice)->answers.at(3).slot;
  f.state.confirm_answers(f.alice, 3, {4, 999});  // 1 and 2 by the bound, 4 by name
  CHECK(f.state.find_session(f.alice)->answers.size() == 1);
  CHECK(f.state.find_session(f.alice)->answers.count(3) == 1);
  f.changes.clear();
  for (std::uint64_t line = 1; line <= 1000; ++line) {
    REQUIRE(f.update(f.bob, "x", line));
    f.state.confirm_answers(f.bob, line + 1, {});
  }
  for (const auto& saved : of_kind<AnswerSaved>(f.changes)) {
    CHECK(saved.answer.slot <= 64);
    CHECK(saved.answer.slot != kept);
  }
}

TEST_CASE("confirming the same answers twice frees their slots once") {
  StateFixture f;
  REQUIRE(f.update(f.alice, "x", 1));
  f.state.confirm_answers(f.alice, 0, {1, 1});
  f.state.confirm_answers(f.alice, 2, {1});
  f.changes.clear();
  REQUIRE(f.update(f.alice, "x", 2));
  REQUIRE(f.update(f.alice, "x", 3));
  const auto saved = of_kind<AnswerSaved>(f.changes);
  CHECK(saved[0].answer.slot != saved[1].answer.slot);
}

TEST_CASE("a session that ends gives all its slots back") {
  StateFixture f;
  for (std::uint64_t line = 1; line <= 32; ++line) REQUIRE(f.update(f.alice, "x", line));
  f.state.end_session(f.alice, 5, f.changes);
  f.changes.clear();
  for (std::uint64_t line = 1; line <= 32; ++line) REQUIRE(f.update(f.bob, "x", line));
  for (const auto& saved : of_kind<AnswerSaved>(f.changes)) CHECK(saved.answer.slot <= 64);
}

TEST_CASE("a state begun from stored sessions knows their answers and which slots are free") {
  StateSeed seed;
  seed.keys = {1, 2, 9, 5};
  for (SessionKey key = 1; key <= 2; ++key) {
    Session session = session_named(std::to_string(key));
    session.key = key;
    seed.sessions.push_back(session);
  }
  seed.sessions[0].answers[10] = {2, Answer::Kind::update, 8};
  seed.sessions[1].answers[10] = {5, Answer::Kind::registration, 1};
  State state(Thresholds{}, std::move(seed));
  REQUIRE(state.find_session(std::string_view("1")) != nullptr);
  CHECK(state.find_session(SessionKey{1})->answers.at(10).target == 8);
  CHECK(state.find_session(SessionKey{2})->answers.at(10).kind == Answer::Kind::registration);
  Changes changes;
  state.insert_absent("x");
  std::set<SlotKey> slots;
  for (std::uint64_t line = 11; line <= 40; ++line) {
    UpdateCommand command;
    command.agent_id = "x";
    REQUIRE(state.update({1, line}, command, 1, changes));
  }
  for (const auto& saved : of_kind<AnswerSaved>(changes)) slots.insert(saved.answer.slot);
  CHECK(slots.size() == 30);
  CHECK(slots.count(2) == 0);
  CHECK(slots.count(5) == 0);
}
