#include "ctl/import/histories.hpp"

#include <algorithm>

namespace governor::ctl::legacy {

std::string_view to_string(Decision decision) {
  switch (decision) {
    case Decision::unknown: return "unknown";
    case Decision::approve: return "approve";
    case Decision::revise: return "revise";
    case Decision::reject: return "reject";
  }
  return "unknown";
}

std::size_t Histories::rows() const {
  std::size_t longest = std::max(decision.size(), timestamp.size());
  for (const NumberColumn& column : kNumberColumns)
    longest = std::max(longest, (this->*column.values).size());
  return longest;
}

}  // namespace governor::ctl::legacy
