#pragma once

#include <functional>
#include <string>
#include <vector>

#include "ctl/demo/interruption.hpp"
#include "ctl/demo/ledger.hpp"
#include "ctl/demo/sandbox.hpp"
#include "ipc/error.hpp"

namespace governor::ctl {

/// What the demonstration does: clients that start at the same time report passages of text, alternately
/// about an agent that all share and about one of their own, and the daemon is killed again and again
/// meanwhile.
struct Plan {
  std::string proxy;                  ///< path of governor-proxy
  std::vector<std::string> passages;  ///< at least one
  int clients = 3;
  int updates = 80;  ///< of each client
  int kills = 3;
};

struct Outcome {
  std::vector<Account> accounts;
  int kills = 0;
  double first_answer_seconds = 0;  ///< from the start of the clients, and with them of a daemon
  double seconds = 0;
};

/// Runs the plan in the sandbox, then asks the daemon what it has stored. `tell` gets a line for people at
/// each step. An error if any client saw one, whichever came first.
ipc::Result<Outcome> rehearse(const Plan& plan, const Sandbox& sandbox, const Interruption& interruption,
                              const std::function<void(const std::string&)>& tell);

}  // namespace governor::ctl
