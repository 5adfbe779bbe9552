#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace governor::ctl {

/// What the clients were told about one agent, against what the daemon has stored.
struct Account {
  std::string agent;
  std::vector<std::int64_t> acknowledged;  ///< update numbers in the replies, all clients together
  std::vector<std::int64_t> stored;        ///< update numbers in the history
  int approved = 0;
  int revised = 0;
  int rejected = 0;
  std::string health;

  void acknowledge(std::int64_t update, const std::string& action);
};

struct Balance {
  std::size_t missing = 0;  ///< acknowledged and not stored
  std::size_t doubled = 0;  ///< stored and never acknowledged: applied more than once
  bool settled() const { return missing == 0 && doubled == 0; }
};

Balance balance(const Account& account);

}  // namespace governor::ctl
