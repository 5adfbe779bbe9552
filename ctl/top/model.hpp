#pragma once

#include <boost/json.hpp>
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace governor::ctl::top {

// What a live view shows, apart from how: made of what the daemon answers to governor/overview.

struct AgentRow {
  std::string id;
  std::string health;
  std::string decision;  ///< "-" before the first update
  std::string owner;     ///< client of the session that holds it; empty: none does
  std::string purpose;
  std::string last_update;  ///< ISO 8601; "-" before the first
  double risk = 0;          ///< not a number before the first update
  double coherence = 0;
  std::string verdict;
  std::int64_t updates = 0;
  std::vector<double> risks;  ///< the newest, oldest of them first
};

struct LeaseRow {
  std::int64_t lease = 0;
  std::string holder;  ///< agent, or client of a session without one
  std::string agent;   ///< empty: none
  std::string mode;
  std::string until;
  std::string paths;
  bool is_orphaned = false;  ///< its session is gone
  std::vector<std::string> waited_for_by;
};

struct WaitRow {
  std::string waiter;
  std::string agent;
  std::string since;
  std::string paths;
  std::vector<std::int64_t> behind;  ///< leases
};

struct DeploymentRow {
  std::string id;
  std::string state;
  std::string since;
  std::string task;
  std::string why;
  std::int64_t progress = -1;
  bool needs_person = false;
};

struct AlertRow {
  std::int64_t alert = 0;
  std::string severity;
  std::string kind;
  std::string raised;
  std::string agent;
  std::string message;
};

struct Traffic {
  std::string status;
  std::vector<std::string> reasons;
  std::string build;
  std::int64_t pid = 0;
  double uptime_seconds = 0;
  std::int64_t sessions = 0;
  std::int64_t requests = 0;
  std::int64_t updates = 0;
  std::int64_t pending = 0;
  double request_p99_ms = 0;
  double commit_p99_ms = 0;
  // Since the overview before; negative: not known yet.
  double requests_per_second = -1;
  double updates_per_second = -1;
};

/// How much something asks for a person.
enum class Urgency { high, medium };

/// One line of what needs a person first, and what it is about.
struct Need {
  Urgency urgency = Urgency::medium;
  std::string text;
  std::string agent;  ///< that can be opened; empty: none
};

struct Model {
  std::string time;  ///< of the daemon's clock
  Traffic traffic;
  std::vector<AgentRow> agents;
  std::vector<LeaseRow> leases;
  std::vector<WaitRow> waits;
  std::vector<DeploymentRow> deployments;
  std::vector<AlertRow> alerts;
  std::int64_t tasks_ready = 0;
  std::int64_t tasks_in_progress = 0;
  bool more_agents = false;

  [[nodiscard]] const AgentRow* find_agent(const std::string& id) const;
};

/// The model of one overview after another: rates are of two, and risks are asked for only where an agent has
/// been updated since.
class ModelReader {
 public:
  using Clock = std::chrono::steady_clock;

  /// What to ask for next: at most `most` agents in `recent_of`, those that are missing risks.
  [[nodiscard]] boost::json::object next_request(std::size_t most_agents) const;
  Model read(const boost::json::object& overview, Clock::time_point now);
  /// The daemon is another one: its counters begin anew.
  void forget_rates() { has_before_ = false; }

 private:
  struct Risks {
    std::vector<double> values;
    std::int64_t updates = -1;  ///< of the agent when they were told
  };

  std::map<std::string, Risks> risks_;
  std::vector<std::string> wanted_;  ///< agents whose risks are not those of their newest update
  std::map<std::string, std::int64_t> updates_of_wanted_;
  bool has_before_ = false;
  Clock::time_point before_;
  std::int64_t requests_before_ = 0;
  std::int64_t updates_before_ = 0;
};

/// What needs a person, the most urgent first.
std::vector<Need> needs_of(const Model& model);

/// How much an agent's figures ask for a person; smaller is more.
int urgency_of(const AgentRow& agent);

}  // namespace governor::ctl::top
