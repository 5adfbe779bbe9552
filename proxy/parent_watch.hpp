#pragma once

#include <sys/types.h>

#include "ipc/unique_fd.hpp"

namespace governor::proxy {

/// Notices the death of the process that started this one, also when another process than pid 1 adopts us.
/// (PR_SET_PDEATHSIG would not do: it fires when the starting thread ends.)
class ParentWatch {
 public:
  ParentWatch();

  pid_t parent() const { return parent_; }
  /// Becomes readable at the parent's death; -1 where the system offers none: then ask has_died() often.
  int fd() const { return watch_.get(); }
  bool has_died() const;

 private:
  pid_t parent_;
  ipc::UniqueFd watch_;
};

}  // namespace governor::proxy
