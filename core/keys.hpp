#pragma once

#include <cstdint>

namespace governor::core {

// Integer keys of stored aggregates; 0 means none. Keys are never reused.
using AgentKey = std::int64_t;
using SessionKey = std::int64_t;
using HistoryKey = std::int64_t;
using AuditKey = std::int64_t;
using AlertKey = std::int64_t;
using LeaseKey = std::int64_t;
using TaskKey = std::int64_t;
using DeploymentKey = std::int64_t;
using ApprovalKey = std::int64_t;
using EvidenceKey = std::int64_t;
using FileVersionKey = std::int64_t;
using OpenWriteKey = std::int64_t;
using WaiterKey = std::uint64_t;  ///< a request that waits for a lease; used again once nothing waits
using SlotKey = std::int64_t;     ///< slots are reused, see Answer

}  // namespace governor::core
