#pragma once

#include <string_view>

namespace governor::daemon {

// The schemas are served to models at every start, so they are short: limits and meanings of what callers
// send, and of the results what callers rely on. There is more in a result than its schema says.

inline constexpr std::string_view kUpdateInput =
    R"({"type":"object","properties":{"agent_id":{"type":"string","pattern":"^[A-Za-z0-9._-]{1,128}$"},)"
    R"("response_text":{"type":"string","description":"What you said; not stored"},)"
    R"("parameters":{"type":"array","items":{"type":"number"},"description":"Figures of your behaviour"},)"
    R"("ethical_drift":{"type":"array","items":{"type":"number","minimum":-1,"maximum":1}},)"
    R"("complexity":{"type":"number","minimum":0,"maximum":1,"default":0.5},)"
    R"("confidence":{"type":"number","minimum":0,"maximum":1,"default":1},)"
    R"("detail":{"enum":["brief","full"],"default":"brief"},)"
    R"("token":{"type":"string","description":"Of another session's agent"}},"additionalProperties":false})";

/// As above; what the arguments mean stands there.
inline constexpr std::string_view kSimulateInput =
    R"({"type":"object","properties":{"agent_id":{"type":"string"},"response_text":{"type":"string"},)"
    R"("parameters":{"type":"array"},"ethical_drift":{"type":"array"},"complexity":{"type":"number"},)"
    R"("confidence":{"type":"number"},"detail":{"enum":["brief","full"]},"token":{"type":"string"}},"additionalProperties":false})";

inline constexpr std::string_view kUpdateOutput =
    R"({"type":"object","properties":{"update":{"type":"integer"},"prediction_id":{"type":"string"},)"
    R"("decision":{"type":"object","properties":{"action":{"enum":["approve","revise","reject"]},"reason":{"type":"string"}}},)"
    R"("warnings":{"type":"array"}},"required":["decision"]})";

inline constexpr std::string_view kSimulateOutput =
    R"({"type":"object","properties":{"decision":{"type":"object"}},"required":["decision"]})";

inline constexpr std::string_view kMetricsInput =
    R"({"type":"object","properties":{"agent_id":{"type":"string"},"detail":{"enum":["brief","full"],"default":"brief"}},"additionalProperties":false})";

inline constexpr std::string_view kMetricsOutput =
    R"({"type":"object","properties":{"status":{"type":"string"},"health":{"type":"object"},"decision":{"type":["object","null"]}},)"
    R"("required":["status","health","decision"]})";

inline constexpr std::string_view kHistoryInput =
    R"({"type":"object","properties":{"agent_id":{"type":"string"},"format":{"enum":["json","csv"],"default":"json"},)"
    R"("limit":{"type":"integer","minimum":1,"maximum":1000,"default":100},)"
    R"("before_update":{"type":"integer"},"epoch":{"type":"integer"}},)"
    R"("additionalProperties":false})";

inline constexpr std::string_view kHistoryOutput =
    R"({"type":"object","properties":{"rows":{"type":"array"},"csv":{"type":"string"},"next_before":{"type":"integer"}}})";

}  // namespace governor::daemon
