#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "daemon/diagnosis/lock_content.hpp"

namespace governor::daemon {

/// Whether the owner of a lock file lives. Only what is proven is called dead.
enum class LockState { alive, dead, unknown };
std::string_view to_string(LockState state);

/// What the system says of a pid at present.
struct ProcessSighting {
  enum class Presence { running, gone, unknown };

  Presence presence = Presence::unknown;
  std::int64_t started_us = 0;  ///< wall clock; 0: not known
  std::string name;             ///< of its program; empty: not known
};

/// All that is known of one lock file.
struct LockEvidence {
  LockContent content;
  std::int64_t modified_us = 0;  ///< when the file was written last
  bool held = false;             ///< a process holds a lock of the kernel on it
  bool belongs_to_user = true;   ///< else its owner's processes may be hidden from us
  bool readable = true;
  bool says_everything = true;  ///< false: there is more to it than an owner's record
  ProcessSighting owner;        ///< of `content.pid`, where it names one
};

struct LockVerdict {
  LockState state = LockState::unknown;
  std::string reason;  ///< for people
};

/// `this_host` is compared with the host that the content names, if it names one.
LockVerdict judge_lock(const LockEvidence& evidence, std::string_view this_host);

}  // namespace governor::daemon
