#pragma once

#include <boost/json.hpp>
#include <string>

#include "ctl/top/model.hpp"

namespace governor::ctl::top::test {

inline boost::json::object agent_json(const std::string& id, const char* health, const char* decision,
                                      double risk, std::int64_t updates) {
  return {{"agent_id", id},
          {"health", health},
          {"decision", decision},
          {"updates", updates},
          {"last_update", "2026-01-31T12:00:00Z"},
          {"owner", {{"client", "cursor"}}},
          {"purpose", "purpose of " + id},
          {"metrics", {{"risk_score", risk}, {"coherence", 0.6}, {"verdict", "safe"}}}};
}

/// What the daemon answers where much is going on.
inline boost::json::object busy_overview() {
  namespace json = boost::json;
  const json::object waiting{{"deployment_id", "reviewer-1"},
                             {"state", "waiting"},
                             {"needs_person", true},
                             {"why", "it asks which branch"},
                             {"since", "2026-01-31T12:00:00Z"},
                             {"task_id", "T-1"}};
  const json::object working{
      {"deployment_id", "writer-1"}, {"state", "working"}, {"needs_person", false}, {"progress", 40}};
  const json::object waiter{
      {"agent_id", "bob"}, {"paths", json::array{"/p/a"}}, {"since", "2026-01-31T12:00:00Z"}};
  return {{"time", "2026-01-31T12:00:10Z"},
          {"status", "ok"},
          {"reasons", json::array()},
          {"build", "0.1.0+5.abc"},
          {"pid", 42},
          {"uptime_seconds", 3600.0},
          {"sessions", 3},
          {"requests", 1000},
          {"updates", 200},
          {"pending", 0},
          {"agents",
           {agent_json("ada", "healthy", "approve", 0.2, 17), agent_json("bob", "critical", "reject", 0.9, 5),
            agent_json("eve", "degraded", "revise", 0.5, 9)}},
          {"more_agents", false},
          {"recent", json::array()},
          {"leases",
           {json::object{{"lease", 7},
                         {"agent_id", "ada"},
                         {"mode", "exclusive"},
                         {"paths", json::array{"/p/a"}},
                         {"until", "2026-01-31T12:10:00Z"}}}},
          {"waits", {json::object{{"waiter", waiter}, {"behind", json::array{7}}}}},
          {"deployments", {waiting, working}},
          {"alerts",
           {json::object{{"alert_id", 3},
                         {"severity", "critical"},
                         {"kind", "low_disk"},
                         {"message", "12 MiB are left"},
                         {"raised", "2026-01-31T12:00:00Z"}}}},
          {"tasks", {{"ready", 2}, {"in_progress", 1}}}};
}

}  // namespace governor::ctl::top::test
