#pragma once

#include <string>
#include <vector>

#include "bench/load/dialect.hpp"
#include "bench/load/options.hpp"
#include "bench/load/update_ledger.hpp"

namespace governor::bench {

// MCP 2026-07-28 as governord speaks it: numbered lines after hello on its own socket, or plain lines through
// something that adds the numbers (governor-proxy).
class GovernorDialect : public Dialect {
 public:
  GovernorDialect(const Options& options, UpdateLedger& ledger);

  std::string greeting(int client) const override;
  void append_request(const Request& request, std::string& out) override;
  Judgement judge(const Request& request, std::string_view reply) override;
  std::string farewell(int client) const override;

 private:
  void append_update(const Request& request, std::string& out) const;
  void append_lease_call(const Request& request, std::string& out) const;
  Judgement judge_lease(const Request& request, std::string_view reply);
  Judgement judge_update(const Request& request, std::string_view reply);

  const Options& options_;
  UpdateLedger& ledger_;
  std::vector<std::string> sessions_;
  std::vector<std::uint64_t> leases_;  // what each client holds; 0: nothing
};

// A stateless get_governance_metrics call as a plain line, without its newline.
std::string metrics_request(const std::string& agent, std::uint64_t id);

// The unsigned number after `"key":` outside of escaped text; false when there is none.
bool find_number(std::string_view json, std::string_view key, std::uint64_t& number);

}  // namespace governor::bench
