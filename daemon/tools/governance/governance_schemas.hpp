#pragma once

#include <string_view>

namespace governor::daemon {

// The schemas are served to models at every start, so they are short: limits and meanings of what callers
// send, and of the results what callers rely on. There is more in a result than its schema says.

inline constexpr std::string_view kUpdateOutput =
    R"({"type":"object","properties":{"update":{"type":"integer"},"prediction_id":{"type":"string"},)"
    R"("decision":{"type":"object","properties":{"action":{"enum":["approve","revise","reject"]},"reason":{"type":"string"}}},)"
    R"("warnings":{"type":"array"}},"required":["decision"]})";

inline constexpr std::string_view kSimulateOutput =
    R"({"type":"object","properties":{"decision":{"type":"object"}},"required":["decision"]})";

inline constexpr std::string_view kMetricsOutput =
    R"({"type":"object","properties":{"status":{"type":"string"},"health":{"type":"object"},"decision":{"type":["object","null"]}},)"
    R"("required":["status","health","decision"]})";

inline constexpr std::string_view kHistoryOutput =
    R"({"type":"object","properties":{"rows":{"type":"array"},"csv":{"type":"string"},"next_before":{"type":"integer"}}})";

}  // namespace governor::daemon
