#include "ctl/demo/ledger.hpp"

#include <algorithm>
#include <iterator>

namespace governor::ctl {

void Account::acknowledge(std::int64_t update, const std::string& action) {
  acknowledged.push_back(update);
  if (action == "approve") ++approved;
  if (action == "revise") ++revised;
  if (action == "reject") ++rejected;
}

Balance balance(const Account& account) {
  auto acknowledged = account.acknowledged;
  auto stored = account.stored;
  std::sort(acknowledged.begin(), acknowledged.end());
  std::sort(stored.begin(), stored.end());
  // Differences of multisets: a number that was given out twice and stored once is missing once.
  std::vector<std::int64_t> not_stored;
  std::vector<std::int64_t> not_acknowledged;
  std::set_difference(acknowledged.begin(), acknowledged.end(), stored.begin(), stored.end(),
                      std::back_inserter(not_stored));
  std::set_difference(stored.begin(), stored.end(), acknowledged.begin(), acknowledged.end(),
                      std::back_inserter(not_acknowledged));
  return {not_stored.size(), not_acknowledged.size()};
}

}  // namespace governor::ctl
