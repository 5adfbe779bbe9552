#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/lease.hpp"

namespace governor::core {

/// Somebody who holds, or has changed, the same path of a repository in another of its working trees: what
/// both write will have to be merged.
struct Elsewhere {
  std::string path;  ///< the real one there
  Worktree worktree;
  LeaseHolder holder;
  LeaseKey lease = 0;  ///< that it holds; 0: it has changed the file
  std::int64_t since_us = 0;
  std::int64_t until_us = 0;  ///< of a lease

  [[nodiscard]] bool is_held() const { return lease != 0; }
};

/// At most so many are told of at once.
inline constexpr std::size_t kMostElsewhere = 20;

/// Who else works on this path, in the other working trees?
struct ElsewhereQuestion {
  const LeasePath& path;
  const LeaseHolder& self;
  const std::vector<Worktree>& worktrees;  ///< of the repository
  std::optional<std::string> content{};    ///< SHA-256 of what the file holds here; none: not known
};

}  // namespace governor::core
