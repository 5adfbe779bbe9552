#pragma once

#include <string_view>

namespace governor::daemon {

inline constexpr std::string_view kChangeInput =
    R"({"type":"object","properties":{"agent_id":{"type":"string"},"reason":{"type":"string"},"token":{"type":"string"}},"additionalProperties":false})";

inline constexpr std::string_view kChangeOutput =
    R"({"type":"object","properties":{"status":{"type":"string"}},"required":["status"]})";

inline constexpr std::string_view kResetInput =
    R"({"type":"object","properties":{)"
    R"("agent_id":{"type":"string","description":"Default: the agent this session registered"},)"
    R"("reason":{"type":"string","maxLength":1024},)"
    R"("token":{"type":"string","description":"From register_agent, to act for an agent another session holds"}},)"
    R"("additionalProperties":false})";

inline constexpr std::string_view kResetOutput =
    R"({"type":"object","properties":{"agent_id":{"type":"string"},"epoch":{"type":"integer"},)"
    R"("previous_updates":{"type":"integer"},"metrics":{"type":"object"},"timestamp":{"type":"string"}},)"
    R"("required":["agent_id","epoch","previous_updates","metrics","timestamp"]})";

inline constexpr std::string_view kArchiveIdleInput =
    R"({"type":"object","properties":{)"
    R"("days":{"type":"integer","minimum":0,"maximum":36500,"default":7},)"
    R"("pattern":{"type":"string","description":"Of the whole id, with * and ?, such as test_*"},"tag":{"type":"string"},)"
    R"("dry_run":{"type":"boolean","default":true},"limit":{"type":"integer","minimum":1,"maximum":500,"default":500}},)"
    R"("additionalProperties":false})";

inline constexpr std::string_view kArchiveIdleOutput =
    R"({"type":"object","properties":{"dry_run":{"type":"boolean"},"count":{"type":"integer"},)"
    R"("agents":{"type":"array","items":{"type":"object"}},"more":{"type":"boolean"}},)"
    R"("required":["dry_run","count","agents","more"]})";

}  // namespace governor::daemon
