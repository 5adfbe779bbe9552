#pragma once

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "daemon/shared/protection_database.hpp"
#include "daemon/shared/shared_question.hpp"

namespace governor::daemon {

/// Patterns that the database has named as near. An id never comes to mean another pattern, so whether one
/// is about a question is known from then on; whether it is still there says the database alone.
class KnownProtections {
 public:
  /// Those that the database would name, and that are not about what is asked.
  [[nodiscard]] std::vector<std::string> others_than_of(const SharedQuestion& question) const;
  /// Takes down all of them; those that are about what is asked.
  std::vector<core::ProtectionElsewhere> look_closer(const SharedQuestion& question,
                                                     std::vector<FoundProtection> found);

 private:
  /// Of all workspaces; beyond that it begins anew, and more is asked twice.
  static constexpr std::size_t kMostKnown = 20'000;

  std::unordered_map<std::string, std::map<std::string, core::PathPattern>> known_;  ///< by workspace and id
  std::size_t count_ = 0;
};

}  // namespace governor::daemon
