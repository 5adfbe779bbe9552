#pragma once

#include <signal.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "tests/process/clients.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/until.hpp"

namespace governor::test {

/// Proofs by number are run in full where GOVERNOR_TEST_FULL is set, else with fewer: they take minutes.
inline int proof_count(int full, int usual) {
  if (::getenv("GOVERNOR_TEST_FULL") != nullptr) return full;
  return kSlowness > 1 ? std::max(usual / 2, 1) : usual;
}

/// A sandbox whose agents are shell scripts in real tmux, and one kind that cannot be started.
struct ShellSandbox : Sandbox {
  ShellSandbox() {
    const std::string path = directory() + "/config.json";
    std::ofstream(path) << R"({"deployments": {"at_once": 40, "per_parent": 40, "runners": {)"
                        << R"("generic": {"command": ["/bin/sh", "-c", "{prompt}"]},)"
                        << R"("broken": {"command": ["/no/such/program"]}}}})";
    set("GOVERNOR_CONFIG", path);
  }

  boost::json::object order(const std::string& script, const std::string& runner = "generic") const {
    return {{"agent_type", "worker"},
            {"prompt", script},
            {"runner", runner},
            {"cwd", directory()},
            {"allow_duplicate", true}};
  }
  std::string tmux(std::vector<std::string> words) const {
    words.insert(words.begin(), {"-S", runtime_dir() + "/tmux.sock", "-f", "/dev/null"});
    Command asked = command("/usr/bin/env", {});
    words.insert(words.begin(), "tmux");
    asked.arguments = words;
    const auto finished = run(asked, patience());
    return finished ? finished->output : std::string();
  }
  std::vector<std::string> sessions() const {
    std::istringstream lines(tmux({"list-sessions", "-F", "#{session_name}"}));
    std::vector<std::string> names;
    for (std::string line; std::getline(lines, line);) names.push_back(line);
    std::sort(names.begin(), names.end());
    return names;
  }
  pid_t tmux_server() const { return std::atoi(tmux({"display-message", "-p", "#{pid}"}).c_str()); }
  /// Children of the process that nobody has waited for.
  static std::size_t zombies_of(pid_t parent) {
    std::size_t count = 0;
    std::error_code error;
    for (std::filesystem::directory_iterator at("/proc", error), end; !error && at != end;
         at.increment(error)) {
      std::ifstream file(at->path() / "stat");
      std::string line;
      if (!std::getline(file, line)) continue;
      const auto name_end = line.rfind(')');
      if (name_end == std::string::npos) continue;
      std::istringstream rest(line.substr(name_end + 1));
      char state = 0;
      pid_t its_parent = 0;
      rest >> state >> its_parent;
      count += state == 'Z' && its_parent == parent ? 1 : 0;
    }
    return count;
  }
  static std::size_t descriptors_of(pid_t process) {
    std::error_code error;
    std::size_t count = 0;
    const auto path = "/proc/" + std::to_string(process) + "/fd";
    for (std::filesystem::directory_iterator at(path, error), end; !error && at != end; at.increment(error))
      ++count;
    return count;
  }
  static std::int64_t resident_kilobytes(pid_t process) {
    std::ifstream file("/proc/" + std::to_string(process) + "/status");
    for (std::string line; std::getline(file, line);)
      if (line.starts_with("VmRSS:")) return std::atoll(line.c_str() + 6);
    return 0;
  }
};

inline boost::json::object listed(Conversation& client, bool live = true) {
  return client.call("list_deployments", {{"limit", 500}, {"live", live}}).content();
}
inline std::vector<std::string> ids_of(const boost::json::object& answer) {
  std::vector<std::string> ids;
  for (const auto& one : answer.at("deployments").as_array())
    ids.emplace_back(one.at("deployment_id").as_string());
  std::sort(ids.begin(), ids.end());
  return ids;
}
inline std::string id_of(const Answer& answer) {
  return std::string(answer.content().at("deployment").at("deployment_id").as_string());
}
/// All that differs, as one text; empty: the registry is what there is.
inline std::string differences(Conversation& client, bool repair = false) {
  const auto answer = client.call("validate_and_repair_registry", {{"dry_run", !repair}}).content();
  const auto& found = answer.at("differences").as_array();
  return found.empty() ? std::string() : boost::json::serialize(found);
}
/// By a person, who may stop everybody's.
inline void stop_all(const Sandbox& sandbox, Conversation& client) {
  for (const std::string& id : ids_of(listed(client))) {
    const auto stopped =
        run(sandbox.command(kBinDir + "/governorctl", {"stop", id}), patience(std::chrono::seconds(60)));
    CHECK((stopped && stopped->code == 0));
  }
}

}  // namespace governor::test
