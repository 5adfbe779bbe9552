#pragma once

#include <string_view>

namespace governor::daemon {

/// Of a tool of the default profile, and so as short as may be: what a caller relies on. There is more.
inline constexpr std::string_view kRequestWriteOutput =
    R"({"type":"object","properties":{"status":{"enum":["granted","held"]},"lease":{"type":"integer"},"until":{"type":"string"},)"
    R"("files":{"type":"array","items":{"type":"object","properties":{"path":{"type":"string"},"sha256":{"type":"string"}}}},)"
    R"("holders":{"type":"array"}},"required":["status"]})";

/// Of a tool of the default profile, and so as short as may be; it gives what kLeaseOutput says.
inline constexpr std::string_view kReleaseOutput =
    R"({"type":"object","properties":{"ending":{"type":"string"}}})";

inline constexpr std::string_view kLeaseOutput =
    R"({"type":"object","properties":{"lease":{"type":"integer"},"fence":{"type":"integer"},"agent_id":{"type":"string"},)"
    R"("client":{"type":"string"},"pid":{"type":"integer"},"mode":{"type":"string"},)"
    R"("paths":{"type":"array","items":{"type":"string"}},"direct":{"type":"boolean"},"reason":{"type":"string"},)"
    R"("since":{"type":"string"},"until":{"type":"string"},"session_ended":{"type":"string"},"ended":{"type":"string"},)"
    R"("ending":{"type":"string"},"ending_reason":{"type":"string"}},"required":["lease","fence","mode","paths"]})";

inline constexpr std::string_view kCheckOutput =
    R"({"type":"object","properties":{"path":{"type":"string"},"may_write":{"type":"boolean"},)"
    R"("lease":{"type":"integer","description":"Your own that covers the path"},)"
    R"("holders":{"type":"array","items":{"type":"object"}},"reason":{"type":"string"}},)"
    R"("required":["path","may_write","holders","reason"]})";

inline constexpr std::string_view kListOutput =
    R"({"type":"object","properties":{"leases":{"type":"array","items":{"type":"object"}},)"
    R"("waiting":{"type":"array","items":{"type":"object"}},"count":{"type":"integer"},"next_cursor":{"type":"integer"}},)"
    R"("required":["leases","waiting","count"]})";

}  // namespace governor::daemon
