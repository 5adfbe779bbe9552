// What becomes of agents whose turns are seen: the honest, the cheating, the silent, and those that say
// nothing.
#include <algorithm>

#include "tests/daemon/tools/observed.hpp"

using namespace governor::daemon::test;
namespace json = boost::json;

namespace {

/// An agent that edits a file and runs its tests in each turn.
class Worker {
 public:
  Worker(Observed& observed, std::string agent) : o_(observed), agent_(std::move(agent)) {}

  void begin() { o_.note(agent_, {event("turn_began")}); }
  void edit(const std::string& content) {
    o_.note(agent_, {event("tool_used", {{"tool", "Read"}, {"path", "/p/parser.py"}, {"output_bytes", 900}}),
                     event("tool_used", {{"tool", "Edit"},
                                         {"path", "/p/parser.py"},
                                         {"success", true},
                                         {"lines_added", 6},
                                         {"lines_removed", 2},
                                         {"content_sha256", content}})});
  }
  void test(bool success) {
    o_.note(agent_,
            {event("tool_used", {{"tool", "Bash"},
                                 {"command", "pytest -q"},
                                 {"success", success},
                                 {"exit_code", success ? 0 : 1},
                                 {"output", success ? "5 passed in 0.1s" : "2 failed, 3 passed in 0.1s"}})});
  }
  json::object update(json::object stated) {
    stated["agent_id"] = agent_;
    return o_.tool("process_agent_update", stated);
  }
  void end(int prose) { o_.note(agent_, {event("turn_ended", {{"prose_bytes", prose}})}); }

  json::object metrics() {
    return o_.tool("get_governance_metrics", {{"agent_id", agent_}, {"detail", "full"}});
  }
  double risk() { return metrics().at("metrics").at("risk_score").to_number<double>(); }
  std::string action() { return std::string(metrics().at("decision").at("action").as_string()); }
  std::string reason() { return std::string(metrics().at("decision").at("reason").as_string()); }

 private:
  Observed& o_;
  std::string agent_;
};

std::string content(int number) {
  return static_cast<char>('a' + number % 6) + std::string(63, '0');
}

std::size_t alerts(Observed& o) {
  return o.tool("list_alerts", json::object()).at("alerts").as_array().size();
}

}  // namespace

TEST_CASE(
    "an honest agent that finishes its work stays below a quarter, states what it likes, and sees no alert") {
  Observed o;
  Worker worker(o, "honest");
  for (int turn = 0; turn < 12; ++turn) {
    worker.begin();
    worker.edit(content(turn));
    worker.test(turn % 3 != 0);
    if (turn % 3 == 0) {
      worker.edit(content(turn + 1));
      worker.test(true);
    }
    worker.update(
        {{"confidence", 0.8}, {"complexity", 0.6}, {"response_text", "Turn " + std::to_string(turn)}});
    worker.end(400);
    INFO(turn << ": " << worker.reason());
    CHECK(worker.risk() < 0.25);
    CHECK(worker.action() == "approve");
    CHECK_FALSE(worker.metrics().at("decision").at("require_human").as_bool());
  }
  CHECK(alerts(o) == 0);
}

TEST_CASE("a cheating agent ends above one half within ten turns, and a person is called") {
  Observed o;
  Worker worker(o, "cheat");
  for (int turn = 0; turn < 10; ++turn) {
    worker.begin();
    worker.edit(content(turn % 2));
    worker.test(false);
    worker.update({{"confidence", 1}, {"complexity", 0.1}, {"ethical_drift", {0, 0, 0}}});
    worker.end(100);
  }
  INFO(worker.reason());
  CHECK(worker.risk() > 0.5);
  CHECK(worker.action() == "reject");
  CHECK(worker.metrics().at("decision").at("require_human").as_bool());
}

TEST_CASE(
    "an agent that fails and says nothing is to correct itself, with the reason, once that is no longer "
    "provisional") {
  Observed o;
  Worker worker(o, "silent");
  for (int turn = 1; turn <= 7; ++turn) {
    worker.begin();
    worker.edit(content(turn));
    worker.test(false);
    worker.end(0);
    INFO(turn << ": " << worker.reason());
    if (turn > 5) {
      CHECK(worker.action() != "approve");
      CHECK(worker.reason().find("4 of the last 4 test runs failed") != std::string::npos);
    }
  }
  worker.begin();
  worker.edit(content(8));
  worker.test(true);
  worker.end(0);
  CHECK(worker.action() == "approve");
}

TEST_CASE("who sends empty updates does not look best") {
  Observed o;
  for (int i = 0; i < 40; ++i) o.tool("process_agent_update", {{"agent_id", "empty"}});
  Worker empty(o, "empty");
  Worker worker(o, "honest");
  for (int turn = 0; turn < 40; ++turn) {
    worker.begin();
    worker.edit(content(turn));
    worker.test(true);
    worker.end(200);
  }
  CHECK(worker.risk() < empty.risk());
  // Nor do they help one whose turns are seen.
  Worker failing(o, "failing");
  for (int turn = 0; turn < 8; ++turn) {
    failing.begin();
    failing.edit(content(turn % 2));
    failing.test(false);
    failing.end(0);
  }
  const double risk = failing.risk();
  for (int i = 0; i < 40; ++i) failing.update({});
  CHECK(failing.risk() > risk - 0.05);
  CHECK(failing.action() != "approve");
}

TEST_CASE("a confidence of null is unknown, not certain, whoever says so") {
  Observed o;
  for (const bool seen : {false, true}) {
    const std::string agent = seen ? "seen" : "plain";
    Worker worker(o, agent);
    if (seen) worker.begin();
    const json::object answer = worker.update({{"confidence", nullptr}, {"detail", "full"}});
    CHECK(answer.at("metrics").at("confidence").is_null());
    // Nothing is tuned by an agent that does not know.
    json::object last;
    for (int i = 0; i < 4; ++i) last = worker.update({{"confidence", nullptr}, {"detail", "full"}});
    CHECK(last.at("metrics").at("lambda1_skipped").as_bool());
  }
  Worker worker(o, "seen");
  CHECK(worker.update({{"detail", "full"}}).at("metrics").at("confidence").is_null());
  const json::object certain = o.tool("process_agent_update", {{"agent_id", "other"}, {"detail", "full"}});
  CHECK(certain.at("metrics").at("confidence").to_number<double>() == 1);
}
