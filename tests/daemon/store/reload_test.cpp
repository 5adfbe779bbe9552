// What is loaded from the store goes on exactly as what stayed in memory.
#include <map>
#include <random>

#include "tests/daemon/store/store_fixture.hpp"

using namespace governor;
using namespace governor::daemon;
using namespace governor::daemon::test;

namespace {

core::UpdateInput random_input(std::mt19937_64& random) {
  std::uniform_real_distribution<double> unit(0.0, 1.0);
  core::UpdateInput input;
  if (random() % 2 == 0) {
    input.parameters.resize(random() % 5);
    for (double& p : input.parameters) p = 2.0 * unit(random) - 1.0;
  }
  for (double& d : input.ethical_drift) d = random() % 3 == 0 ? 2.0 * unit(random) - 1.0 : 0.0;
  input.text.code_points = random() % 5000;
  input.text.hits = static_cast<int>(random() % 4);
  input.complexity = unit(random);
  input.confidence = unit(random);
  return input;
}

struct History {
  History() : state(core::Thresholds{}, core::StateSeed{}) {}

  core::Result<core::UpdateOutcome> update(core::State& in, core::SessionKey session, std::uint64_t line,
                                           const std::string& id, const core::UpdateInput& input,
                                           core::Changes& changes) {
    core::UpdateCommand command;
    command.agent_id = id;
    command.input = input;
    return in.update({session, line}, std::move(command), ++now, changes);
  }

  core::State state;
  std::int64_t now = 1'700'000'000'000'000;
};

}  // namespace

TEST_CASE_METHOD(StoreFixture,
                 "a state reloaded from the store equals the one in memory and goes on bit for bit") {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    StoreFixture fresh;
    std::mt19937_64 random(seed);
    History h;
    std::map<core::SessionKey, std::uint64_t> lines;
    std::vector<std::string> ids;
    for (int i = 0; i < 4; ++i) ids.push_back("agent-" + std::to_string(i));
    for (const std::string& id : ids) h.state.insert_absent(id);
    core::Changes changes;
    for (int step = 0; step < 600; ++step) {
      const unsigned what = static_cast<unsigned>(random() % 100);
      if (lines.size() < 3 || what < 3) {
        core::Session session = distinct_session(0, std::to_string(seed) + "-" + std::to_string(step));
        bool resumed = false;
        lines[h.state.open_session(std::move(session), resumed, changes).key] = 0;
      } else {
        auto chosen = std::next(lines.begin(), static_cast<std::ptrdiff_t>(random() % lines.size()));
        auto& [session, line] = *chosen;
        const std::string& id = ids[random() % ids.size()];
        if (what < 5) {
          h.state.end_session(session, 5, changes);
          lines.erase(chosen);
        } else if (what < 15) {
          core::RegisterCommand command;
          command.agent_id = id;
          command.shared = true;
          command.new_token_hash = "hash-" + std::to_string(step);
          if (random() % 2 == 0) command.purpose = "purpose " + std::to_string(step);
          if (random() % 2 == 0) command.tags = std::vector<std::string>{std::to_string(step)};
          REQUIRE(h.state.register_agent({session, ++line}, std::move(command), ++h.now, changes));
        } else if (what < 25) {
          h.state.confirm_answers(session, line / 2, {line});
        } else {
          REQUIRE(h.update(h.state, session, ++line, id, random_input(random), changes));
        }
      }
      if (random() % 7 == 0) {
        fresh.commit(changes);
        changes.clear();
      }
    }
    fresh.commit(changes);
    changes.clear();
    fresh.reopen();

    auto stored = fresh.store().load_seed();
    REQUIRE(stored);
    REQUIRE(stored->sessions.size() == h.state.sessions().size());
    for (const core::Session& session : stored->sessions) {
      const core::Session* kept = h.state.find_session(session.key);
      REQUIRE(kept != nullptr);
      require_same(session, *kept);
      // Confirmations are not stored: a stored answer may be an old one, but none is missing and none
      // differs.
      for (const auto& [number, answer] : kept->answers) {
        REQUIRE(session.answers.count(number) == 1);
        CHECK(session.answers.at(number).slot == answer.slot);
        CHECK(session.answers.at(number).kind == answer.kind);
        CHECK(session.answers.at(number).target == answer.target);
      }
    }
    core::State reloaded(core::Thresholds{}, *std::move(stored));
    for (const std::string& id : ids) {
      auto agent = fresh.store().load_agent(id);
      REQUIRE(agent);
      REQUIRE(*agent);
      require_same(**agent, *h.state.find_agent(id));
      reloaded.insert_loaded(**std::move(agent));
    }
    core::Changes ignored;
    for (int step = 0; step < 130; ++step) {
      const std::string& id = ids[random() % ids.size()];
      const core::UpdateInput input = random_input(random);
      --h.now;
      auto kept = h.update(h.state, 0, 0, id, input, ignored);
      --h.now;
      auto again = h.update(reloaded, 0, 0, id, input, ignored);
      REQUIRE(kept);
      REQUIRE(again);
      REQUIRE(kept->agent == again->agent);
      require_same(kept->record, again->record);
    }
    core::Changes one;
    core::Changes other;
    bool resumed = false;
    CHECK(h.state.open_session(distinct_session(0, "new"), resumed, one).key ==
          reloaded.open_session(distinct_session(0, "new"), resumed, other).key);
  }
}

TEST_CASE_METHOD(StoreFixture, "slots of answers in use are not given to others after a reload") {
  History h;
  core::Changes changes;
  bool resumed = false;
  const core::SessionKey session = h.state.open_session(distinct_session(0, "s"), resumed, changes).key;
  h.state.insert_absent("x");
  for (std::uint64_t line = 1; line <= 20; ++line)
    REQUIRE(h.update(h.state, session, line, "x", {}, changes));
  h.state.confirm_answers(session, 11, {});
  for (std::uint64_t line = 21; line <= 24; ++line)
    REQUIRE(h.update(h.state, session, line, "x", {}, changes));
  commit(changes);
  reopen();
  core::State reloaded(core::Thresholds{}, *store().load_seed());
  reloaded.insert_loaded(**store().load_agent("x"));
  core::Changes more;
  for (std::uint64_t line = 25; line <= 60; ++line) REQUIRE(h.update(reloaded, session, line, "x", {}, more));
  commit(more);
  reopen();
  const auto seed = store().load_seed();
  REQUIRE(seed);
  const auto& answers = seed->sessions[0].answers;
  for (std::uint64_t line = 11; line <= 60; ++line) {
    INFO("line " << line);
    REQUIRE(answers.count(line) == 1);
    const auto update = store().load_update(answers.at(line).target);
    REQUIRE(update);
    REQUIRE(*update);
    CHECK((*update)->outcome.record.number == line);
  }
}
