#pragma once

#include <string_view>

namespace governor::daemon {

inline constexpr std::string_view kChangeOutput =
    R"({"type":"object","properties":{"status":{"type":"string"}},"required":["status"]})";

inline constexpr std::string_view kResetOutput =
    R"({"type":"object","properties":{"agent_id":{"type":"string"},"epoch":{"type":"integer"},)"
    R"("previous_updates":{"type":"integer"},"metrics":{"type":"object"},"timestamp":{"type":"string"}},)"
    R"("required":["agent_id","epoch","previous_updates","metrics","timestamp"]})";

inline constexpr std::string_view kArchiveIdleOutput =
    R"({"type":"object","properties":{"dry_run":{"type":"boolean"},"count":{"type":"integer"},)"
    R"("agents":{"type":"array","items":{"type":"object"}},"more":{"type":"boolean"}},)"
    R"("required":["dry_run","count","agents","more"]})";

}  // namespace governor::daemon
