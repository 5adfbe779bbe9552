#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "ipc/deadline.hpp"

namespace governor::ipc {

// Places with a name where a test can let a call fail, the process end, or a thread wait, so that it gets the
// failure or the interleaving that it means. One list for all programs. They are there in builds with
// assertions (dev, asan, tsan) and cost one load; Release has nothing of them.
//
// The part of a name before the first underscore says which walk over the list visits the point:
// - commit: the statements of a commit, in their order; at commit_ended only its report is lost
// - progress: the record beside the database of how far it has come, which may fail without harm
// - durable: what recovery and backups ask of the system; durable_copy is a step of a copy of a database
// - exchange: the calls by which a user's file gets its new content; at exchange_swapped the report is lost
// - spawn: starting a daemon
// - deploy: a deployment is reserved, its program runs, that it runs is taken down
// - shared: the database of what several machines share has committed, and nobody here knows it
// - order: nothing fails here; places to wait at
#define GOVERNOR_FAULT_POINTS(POINT) \
  POINT(commit_begin)                \
  POINT(commit_change)               \
  POINT(commit_chains)               \
  POINT(commit_seals)                \
  POINT(commit_mark)                 \
  POINT(commit_heads)                \
  POINT(commit_end)                  \
  POINT(commit_ended)                \
  POINT(progress_write)              \
  POINT(progress_sync)               \
  POINT(durable_open)                \
  POINT(durable_read)                \
  POINT(durable_write)               \
  POINT(durable_copy)                \
  POINT(durable_sync)                \
  POINT(durable_rename)              \
  POINT(exchange_create)             \
  POINT(exchange_write)              \
  POINT(exchange_sync)               \
  POINT(exchange_second_name)        \
  POINT(exchange_rename)             \
  POINT(exchange_swapped)            \
  POINT(exchange_confirm)            \
  POINT(spawn_fork)                  \
  POINT(spawn_fork_again)            \
  POINT(spawn_streams)               \
  POINT(spawn_exec)                  \
  POINT(deploy_reserved)             \
  POINT(deploy_launched)             \
  POINT(deploy_confirmed)            \
  POINT(order_loop_round)            \
  POINT(order_strand_round)          \
  POINT(order_store_job)             \
  POINT(shared_answered)

#define GOVERNOR_FAULT_POINT_VALUE(name) name,
enum class FaultPoint { GOVERNOR_FAULT_POINTS(GOVERNOR_FAULT_POINT_VALUE) };
#undef GOVERNOR_FAULT_POINT_VALUE

#define GOVERNOR_FAULT_POINT_NAME(name) std::string_view(#name),
inline constexpr std::array kFaultPointNames{GOVERNOR_FAULT_POINTS(GOVERNOR_FAULT_POINT_NAME)};
#undef GOVERNOR_FAULT_POINT_NAME

constexpr std::string_view name_of(FaultPoint point) {
  return kFaultPointNames[static_cast<std::size_t>(point)];
}

#ifdef NDEBUG
inline constexpr bool kHasFaultPoints = false;
#else
inline constexpr bool kHasFaultPoints = true;
#endif

struct Fault {
  enum class Mode {
    once,   ///< fails the first time
    every,  ///< fails from then on
    pause,  ///< waits until it is released; armed by the environment, the process stops itself (SIGSTOP)
    end,    ///< ends the process at once, as kill -9 would
    hold    ///< waits until it is released, the first time only; also armed by the environment
  };
  FaultPoint point{};
  Mode mode = Mode::once;
  std::uint64_t first = 1;  ///< the arrival at which it begins
  bool operator==(const Fault&) const = default;
};

/// What GOVERNOR_FAULT says: name:mode or name:mode:first, e.g. "commit_end:end:3".
std::optional<Fault> parse_fault(std::string_view text);

namespace detail {
inline constexpr int kNoPoint = -1;
extern std::atomic<int> armed_point;
/// Whether what follows is to fail.
bool arrive();
}  // namespace detail

/// Stands before a call: true if the call is not to be made but to fail, with EIO in errno.
inline bool fault_at(FaultPoint point) {
  if constexpr (kHasFaultPoints) {
    return detail::armed_point.load(std::memory_order_relaxed) == static_cast<int>(point) && detail::arrive();
  }
  return false;
}

/// Where nothing can fail, and others may be let go first.
inline void wait_at(FaultPoint point) {
  static_cast<void>(fault_at(point));
}

/// A fault within this process, for as long as this lives. One at a time: a test means one interleaving.
class ArmedFault {
 public:
  explicit ArmedFault(Fault fault);
  explicit ArmedFault(FaultPoint point, Fault::Mode mode = Fault::Mode::once)
      : ArmedFault(Fault{point, mode}) {}
  /// Releases whoever waits.
  ~ArmedFault();
  ArmedFault(const ArmedFault&) = delete;
  ArmedFault& operator=(const ArmedFault&) = delete;

  std::uint64_t arrivals() const;
  /// Whether the fault's arrival has come by the deadline.
  bool wait_until_reached(Deadline deadline) const;
  /// From now on nobody waits.
  void release();
};

}  // namespace governor::ipc
