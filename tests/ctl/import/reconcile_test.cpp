#include "ctl/import/reconcile.hpp"
#include "ctl/import/merge_export.hpp"
#include "tests/ctl/import/findings_of.hpp"
#include "tests/support/catch.hpp"

namespace governor::ctl::legacy::test {
namespace {

constexpr std::int64_t kDay = 86'400'000'000;

/// A state after three updates, in which everything fits.
Document good_state() {
  Document d;
  d.file = "ada_state.json";
  d.figures = {0.73, 0.83, 0.13, -0.03, 0.63, 0.09, std::nullopt, 0.30000000000000004, 3, false};
  d.histories.E = {0.71, 0.72, 0.73};
  d.histories.I = {0.81, 0.82, 0.83};
  d.histories.S = {0.11, 0.12, 0.13};
  d.histories.V = {-0.01, -0.02, -0.03};
  d.histories.coherence = {0.61, 0.62, 0.63};
  d.histories.risk = {0.41, 0.42, 0.43};
  d.histories.lambda1 = {0.09, 0.09, 0.09};
  d.histories.decision = {Decision::revise, Decision::approve, Decision::reject};
  d.histories.timestamp = {kDay + 1, kDay + 2, kDay + 3};
  return d;
}

Metadata good_metadata() {
  Metadata m;
  m.file = "agent_metadata.json";
  m.created_us = kDay;
  m.last_update_us = kDay + 1000;
  m.total_updates = 3;
  return m;
}

struct Reconciled {
  ImportedAgent agent;
  Findings findings;
};

Reconciled reconciled(std::optional<Metadata> metadata, std::optional<Document> state,
                      std::vector<Document> exports = {}, ShortList shorter = ShortList::newest) {
  Reconciled result;
  AgentSources sources{std::move(metadata), std::move(state), std::move(exports), "agent_metadata.json"};
  result.agent = reconcile("ada", std::move(sources), shorter, result.findings);
  return result;
}

TEST_CASE("files that agree make an agent without a finding", "[import]") {
  const auto [agent, findings] = reconciled(good_metadata(), good_state());
  CHECK(text_of(findings) == "");
  CHECK(agent.id == "ada");
  CHECK(agent.created_us == kDay);
  CHECK(agent.updates == 3);
  CHECK(agent.time == 0.30000000000000004);
  CHECK(agent.integral == 0);
  CHECK(agent.rows.E == good_state().histories.E);
  CHECK(agent.rows.timestamp == good_state().histories.timestamp);
  CHECK(agent.source ==
        "from agent_metadata.json, ada_state.json; total_updates 3; last_update "
        "1970-01-02T00:00:00.001000Z");
}

TEST_CASE("lifecycle is taken from status, its time and the event that tells of it", "[import]") {
  Metadata m = good_metadata();
  m.status = "archived";
  m.events = {{"created", kDay, ""}, {"archived", kDay + 5, "first"}, {"archived", kDay + 9, "tidying"}};
  CHECK(reconciled(m, good_state()).agent.status_since_us == kDay + 9);
  m.archived_us = kDay + 8;
  const auto [agent, findings] = reconciled(m, good_state());
  CHECK(agent.status == "archived");
  CHECK(agent.status_since_us == kDay + 8);
  CHECK(agent.status_reason == "tidying");
  CHECK(agent.events.size() == 3);
}

TEST_CASE("counts that differ are told with all values, and the state's is kept", "[import]") {
  Metadata m = good_metadata();
  m.total_updates = 7;
  Document state = good_state();
  state.figures.updates = 5;
  state.figures.time = 0.5;
  const auto [agent, findings] = reconciled(m, state);
  CHECK(agent.updates == 5);
  CHECK(agent.rows.rows() == 3);
  CHECK(only(findings, "count_mismatch", "update_count").message ==
        "update_count is 5, the histories hold 3 updates, the newest: both are kept");
  CHECK(only(findings, "count_mismatch", "total_updates").message ==
        "total_updates is 7, but ada_state.json counts 5 updates and holds 3: 5 is kept");
  CHECK(findings.size() == 2);
}

TEST_CASE("more history than the count says is kept too", "[import]") {
  Document state = good_state();
  state.figures.updates = 1;
  state.figures.time = 0.1;
  const auto [agent, findings] = reconciled(std::nullopt, state);
  CHECK(agent.updates == 1);
  CHECK(agent.rows.rows() == 3);
  CHECK(only(findings, "count_mismatch", "update_count").message ==
        "update_count is 1, the histories hold 3 updates: both are kept");
}

TEST_CASE("short lists are about the newest updates, with gaps before", "[import]") {
  Document state = good_state();
  state.histories.decision = {Decision::reject};
  state.histories.timestamp = {kDay + 2, kDay + 3};
  state.histories.risk.clear();
  const auto [agent, findings] = reconciled(good_metadata(), state);
  CHECK(agent.rows.decision == std::vector<Decision>{Decision::unknown, Decision::unknown, Decision::reject});
  CHECK(agent.rows.timestamp == std::vector<std::int64_t>{kUnknownTime, kDay + 2, kDay + 3});
  CHECK(agent.rows.risk.size() == 3);
  CHECK_FALSE(is_known(agent.rows.risk[2]));
  CHECK(only(findings, "unequal_length", "decision_history").severity == Severity::contradiction);
  CHECK(only(findings, "unequal_length", "timestamp_history").message ==
        "timestamp_history has 2 values, the longest history 3: they are taken for the newest ones, the "
        "others are "
        "unknown");
  CHECK(only(findings, "missing", "risk_history").severity == Severity::note);
}

TEST_CASE("short lists are about the oldest updates if asked, and what is not there stays a gap",
          "[import]") {
  Document state = good_state();
  state.histories.decision = {Decision::revise};
  const auto [agent, findings] = reconciled(good_metadata(), state, {}, ShortList::oldest);
  CHECK(agent.rows.decision == std::vector<Decision>{Decision::revise, Decision::unknown, Decision::unknown});
  CHECK(count_of(findings, "unequal_length", "decision_history") == 1);
}

TEST_CASE("a short list that does not lead up to the state stops before the newest update", "[import]") {
  Document state = good_state();
  state.histories.E = {0.71, 0.72};
  const auto [agent, findings] = reconciled(good_metadata(), state);
  CHECK(agent.rows.E == std::vector<double>{0.71, 0.72, 0.73});  // the last from the state itself
  CHECK(only(findings, "unequal_length", "E_history").message.find("oldest") != std::string::npos);
}

TEST_CASE("a history that ends with another figure than the state is told, and the state goes on",
          "[import]") {
  Document state = good_state();
  state.figures.S = 0.5;
  const auto [agent, findings] = reconciled(good_metadata(), state);
  CHECK(agent.rows.S == std::vector<double>{0.11, 0.12, 0.5});
  CHECK(only(findings, "value_mismatch", "S_history").message ==
        "S_history ends with 0.13, S is 0.5: the latter is kept");
}

TEST_CASE("a state of a later update than the histories gets a row of its own", "[import]") {
  Document state = good_state();
  state.figures = {0.74, 0.84, 0.14, -0.04, 0.64, 0.09, std::nullopt, 0.4, 4, true};
  Metadata m = good_metadata();
  m.total_updates = 4;
  m.last_update_us = kDay + 777;
  const auto [agent, findings] = reconciled(m, state);
  REQUIRE(agent.rows.rows() == 4);
  CHECK(agent.rows.E == std::vector<double>{0.71, 0.72, 0.73, 0.74});
  CHECK(agent.rows.coherence[3] == 0.64);
  CHECK_FALSE(is_known(agent.rows.risk[3]));
  CHECK(agent.rows.decision[3] == Decision::unknown);
  CHECK(agent.rows.timestamp[3] == kDay + 777);
  CHECK(agent.updates == 4);
  CHECK(agent.void_active);
  CHECK(count_of(findings, "state_after_histories", "") == 1);
  CHECK(count_of(findings, "derived", "last_update") == 1);
  CHECK(count_of(findings, "count_mismatch", "update_count") == 0);
}

TEST_CASE("a state without histories is kept in a row of its own", "[import]") {
  Document state = good_state();
  state.histories = {};
  const auto [agent, findings] = reconciled(good_metadata(), state);
  REQUIRE(agent.rows.rows() == 1);
  CHECK(agent.rows.V[0] == -0.03);
  CHECK(agent.updates == 3);
  CHECK(count_of(findings, "state_after_histories", "") == 1);
}

TEST_CASE("a state as at the start needs no row", "[import]") {
  Document state;
  state.file = "ada_state.json";
  state.figures = {0.7, 0.8, 0.2, 0.0, 1.0, 0.09, std::nullopt, 0.0, 0, false};
  Metadata m = good_metadata();
  m.total_updates = 0;
  const auto [agent, findings] = reconciled(m, state);
  CHECK(agent.rows.rows() == 0);
  CHECK(text_of(findings) == "");
}

TEST_CASE("a figure that is nowhere begins where the model begins, and that is told", "[import]") {
  Document state = good_state();
  state.figures.lambda1.reset();
  state.histories.lambda1.clear();
  const auto [agent, findings] = reconciled(good_metadata(), state);
  CHECK(agent.rows.lambda1.back() == 0.09);
  CHECK_FALSE(is_known(agent.rows.lambda1.front()));
  CHECK(only(findings, "assumed", "lambda1").severity == Severity::damaged);
}

TEST_CASE("a figure that only the history has is taken from there", "[import]") {
  Document state = good_state();
  state.figures.E.reset();
  state.figures.time.reset();
  const auto [agent, findings] = reconciled(good_metadata(), state);
  CHECK(agent.rows.E.back() == 0.73);
  CHECK(agent.time == Approx(0.3));
  CHECK(only(findings, "derived", "time").severity == Severity::note);
  CHECK(findings.size() == 1);
}

TEST_CASE("an agent of which only the metadata speak is imported without updates", "[import]") {
  const auto [agent, findings] = reconciled(good_metadata(), std::nullopt);
  CHECK(agent.rows.rows() == 0);
  CHECK(agent.updates == 0);
  CHECK(only(findings, "no_history", "total_updates").message.find("total_updates is 3") !=
        std::string::npos);
  Metadata none = good_metadata();
  none.total_updates = 0;
  CHECK(text_of(reconciled(none, std::nullopt).findings) == "");
}

TEST_CASE("an agent that the metadata do not name is told, and created when its history begins", "[import]") {
  const auto [agent, findings] = reconciled(std::nullopt, good_state());
  CHECK(agent.status == "active");
  CHECK_FALSE(agent.created_us);
  CHECK(only(findings, "no_metadata", "").severity == Severity::contradiction);
  CHECK(only(findings, "derived", "created_at").severity == Severity::note);
  Document state = good_state();
  state.histories.timestamp.clear();
  const auto without = reconciled(std::nullopt, state);
  CHECK_FALSE(without.agent.created_us);
  CHECK(only(without.findings, "missing", "created_at").severity == Severity::note);
}

TEST_CASE("times that contradict one another are told and kept", "[import]") {
  Document state = good_state();
  state.histories.timestamp = {kDay - 5, kDay + 9, kDay + 3};
  Metadata m = good_metadata();
  m.last_update_us = 2 * kDay;
  const auto [agent, findings] = reconciled(m, state);
  CHECK(agent.rows.timestamp == state.histories.timestamp);
  CHECK(only(findings, "time_order", "timestamp_history").message.find("value 3") != std::string::npos);
  CHECK(only(findings, "value_mismatch", "last_update").severity == Severity::contradiction);
  CHECK(only(findings, "value_mismatch", "created_at").severity == Severity::contradiction);
  Document wrong = good_state();
  wrong.figures.time = 2.5;
  CHECK(reconciled(good_metadata(), wrong).agent.time == 2.5);
  CHECK(count_of(reconciled(good_metadata(), wrong).findings, "value_mismatch", "time") == 1);
}

TEST_CASE("coherence as an older version computed it is told", "[import]") {
  Document state = good_state();
  for (std::size_t i = 0; i < 3; ++i)
    state.histories.coherence[i] = 0.5 * (1 + std::tanh(state.histories.V[i]));
  state.figures.coherence = state.histories.coherence.back();
  CHECK(
      only(reconciled(good_metadata(), state).findings, "coherence_variant", "coherence_history").severity ==
      Severity::note);
  state.histories.coherence[1] = 0.62;
  CHECK(count_of(reconciled(good_metadata(), state).findings, "coherence_variant", "coherence_history") == 0);
}

TEST_CASE("an export that says the same adds nothing and is no finding", "[import]") {
  Document copy = good_state();
  copy.file = "ada_history.json";
  const auto [agent, findings] = reconciled(good_metadata(), good_state(), {copy});
  CHECK(text_of(findings) == "");
  CHECK(agent.rows.rows() == 3);
}

TEST_CASE("a gap in an export contradicts nothing", "[import]") {
  Document holed = good_state();
  holed.file = "ada_history.csv";
  holed.histories.risk[1] = kUnknown;
  holed.histories.decision[0] = Decision::unknown;
  holed.histories.timestamp[2] = kUnknownTime;
  const auto [agent, findings] = reconciled(good_metadata(), good_state(), {holed});
  CHECK(text_of(findings) == "");
  CHECK(agent.rows.risk == good_state().histories.risk);
}

TEST_CASE("an export fills gaps and adds older updates; where it differs the state file wins", "[import]") {
  Document state = good_state();  // the newest 3 of 5
  state.figures.updates = 5;
  state.figures.time = 0.5;
  state.histories.timestamp.clear();
  Document other;
  other.file = "ada_history.csv";
  other.figures.updates = 4;
  other.histories.E = {0.5, 0.6, 0.71, 0.99};
  other.histories.timestamp = {kDay + 1, kDay + 2, kDay + 3, kDay + 4};
  const auto [agent, findings] = reconciled(std::nullopt, state, {other});
  REQUIRE(agent.rows.rows() == 5);
  CHECK(agent.updates == 5);
  CHECK(agent.rows.E == std::vector<double>{0.5, 0.6, 0.71, 0.72, 0.73});
  CHECK(agent.rows.timestamp ==
        std::vector<std::int64_t>{kDay + 1, kDay + 2, kDay + 3, kDay + 4, kUnknownTime});
  CHECK_FALSE(is_known(agent.rows.risk[1]));
  CHECK(agent.rows.risk[2] == 0.41);
  CHECK(only(findings, "value_mismatch", "E").message ==
        "update 4: E is 0.99 there and 0.72 in ada_state.json: the latter is kept");
  CHECK(only(findings, "completed", "").message.find("2 older updates and 2 values") != std::string::npos);
}

TEST_CASE("an export that is ahead of the state, or does not reach it, is told", "[import]") {
  Document ahead = good_state();
  ahead.file = "ahead.json";
  ahead.figures.updates = 9;
  CHECK(only(reconciled(good_metadata(), good_state(), {ahead}).findings, "newer", "")
            .message.find("update 9") != std::string::npos);
  Document state = good_state();
  state.figures.updates = 50;
  state.figures.time = 5;
  Document early = good_state();
  early.file = "early.json";
  const auto [agent, findings] = reconciled(good_metadata(), state, {early});
  CHECK(agent.rows.rows() == 3);
  CHECK(count_of(findings, "apart", "") == 1);
}

TEST_CASE("without a state file the export with the most updates is where the agent goes on", "[import]") {
  Document older = good_state();
  older.file = "older.json";
  Document newer = good_state();
  newer.file = "newer.json";
  newer.figures.updates = 4;
  newer.figures.time = 0.4;
  newer.histories.E = {0.71, 0.72, 0.73, 0.74};
  newer.figures.E = 0.74;
  Metadata m = good_metadata();
  m.total_updates = 4;
  const auto [agent, findings] = reconciled(m, std::nullopt, {older, newer});
  CHECK(agent.updates == 4);
  CHECK(agent.rows.E.back() == 0.74);
  CHECK(agent.source.find("newer.json") < agent.source.find("older.json"));
}

TEST_CASE("an id that sessions get made unique is told", "[import]") {
  Findings findings;
  reconcile("demo", {good_metadata(), std::nullopt, {}, ""}, ShortList::newest, findings);
  CHECK(count_of(findings, "generic_id", "agent_id") == 1);
}

}  // namespace
}  // namespace governor::ctl::legacy::test
