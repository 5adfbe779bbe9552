#pragma once

#include <functional>
#include <string>
#include <vector>

#include "ipc/error.hpp"

namespace governor::ctl {

enum class FindingState {
  ok,      ///< as it should be
  notice,  ///< worth knowing, and no reason to do anything now
  problem  ///< something does not work, or will not
};

struct Finding {
  std::string check;  ///< stable name, such as "permissions"
  FindingState state = FindingState::ok;
  std::string text;    ///< what there is, for a person
  std::string remedy;  ///< what to do, of one that is not ok
  /// Puts it right; only where nothing can be lost by that. Empty: a person must.
  std::function<ipc::Result<void>()> fix{};
  std::string fixed{};  ///< what --fix did or could not do; empty: nothing
};

using Findings = std::vector<Finding>;

}  // namespace governor::ctl
