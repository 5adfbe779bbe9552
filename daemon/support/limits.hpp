#pragma once

#include <cstddef>
#include <cstdint>

#include "ipc/numbered_line.hpp"

namespace governor::daemon {

// Everything is bounded. Figures that clients are told stand here.

inline constexpr std::uint64_t kMaxLineBytes = ipc::kMaxLineBytes;  ///< one message, without its newline
inline constexpr std::uint64_t kMaxUnanswered = 256;  ///< lines of one session that wait for their answer
inline constexpr std::uint64_t kMaxConnections = 1024;
inline constexpr std::size_t kMaxLostSessions = 1024;   ///< without a connection, waiting for it to come back
inline constexpr std::size_t kMaxSubscriptions = 64;    ///< open on one connection
inline constexpr std::size_t kMaxSubscribedUris = 256;  ///< of one session, and of one connection's listens
inline constexpr std::size_t kMaxSubscribedUrisInAll = 8192;  ///< likewise of all
inline constexpr std::size_t kMaxQueuedOutput =
    64 * 1024 * 1024;                                      ///< bytes for one reader that does not read
inline constexpr std::size_t kMaxUnconfirmed = 4096;       ///< stored answers of one session
inline constexpr std::size_t kMaxPendingChanges = 100000;  ///< changes that wait for the disk
inline constexpr std::size_t kMaxLoadedAgents = 4096;

}  // namespace governor::daemon
