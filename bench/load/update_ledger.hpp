#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace governor::bench {

struct Verification {
  std::uint64_t agents = 0;        // that had at least one acknowledged update
  std::uint64_t acknowledged = 0;  // updates
  std::uint64_t stored = 0;        // updates of these agents that were stored since the run began
  std::uint64_t repeated = 0;      // numbers acknowledged twice
  std::uint64_t missing = 0;       // numbers inside an agent's range that nobody was given
  bool complete = false;           // every agent could be asked
  std::string problem;             // the first disagreement

  bool exact() const {
    return complete && acknowledged == stored && repeated == 0 && missing == 0 && problem.empty();
  }
};

// Remembers the update number of every acknowledgement, so that afterwards it can be held against what the
// daemon stored. Assumes that nobody else updates these agents during the run.
class UpdateLedger {
 public:
  UpdateLedger(std::string prefix, std::uint32_t agents);

  const std::string& agent_name(std::uint32_t agent) const { return names_[agent]; }
  void acknowledge(std::uint32_t agent, std::uint64_t update) { acknowledged_[agent].push_back(update); }
  // Asks the daemon at `socket` for the update count of each touched agent. `unanswered` requests may or may
  // not have been stored and are granted to either side. Blocks for at most `seconds`.
  Verification verify(const std::string& socket, std::uint64_t unanswered, double seconds);

 private:
  std::vector<std::string> names_;
  std::vector<std::vector<std::uint64_t>> acknowledged_;
};

}  // namespace governor::bench
