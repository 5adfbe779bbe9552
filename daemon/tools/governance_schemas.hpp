#pragma once

#include <string_view>

namespace governor::daemon {

// The schemas are served to models at every start, so they are short: limits and meanings, nothing else.

inline constexpr std::string_view kUpdateInput =
    R"({"type":"object","properties":{)"
    R"("agent_id":{"type":"string","pattern":"^[A-Za-z0-9._-]{1,128}$","description":"Default: the agent this session registered"},)"
    R"("parameters":{"type":"array","items":{"type":"number"},"maxItems":4096,"description":"Figures that describe the agent's behaviour, compared with the previous ones"},)"
    R"("ethical_drift":{"type":"array","items":{"type":"number","minimum":-1,"maximum":1},"description":"First three components count"},)"
    R"("response_text":{"type":"string","description":"What the agent said; looked at for risk, not stored"},)"
    R"("complexity":{"type":"number","minimum":0,"maximum":1,"default":0.5},)"
    R"("confidence":{"type":"number","minimum":0,"maximum":1,"default":1},)"
    R"("token":{"type":"string","description":"From register_agent, to act for an agent another session holds"}},)"
    R"("additionalProperties":false})";

inline constexpr std::string_view kUpdateOutput =
    R"({"type":"object","properties":{)"
    R"("agent_id":{"type":"string"},"update":{"type":"integer"},"prediction_id":{"type":"string"},)"
    R"("decision":{"type":"object","properties":{"action":{"enum":["approve","revise","reject"]},"reason":{"type":"string"},"require_human":{"type":"boolean"},"human_reasons":{"type":"array","items":{"type":"string"}}},"required":["action","reason","require_human","human_reasons"]},)"
    R"("health":{"type":"object","properties":{"status":{"enum":["unknown","healthy","degraded","critical"]},"message":{"type":"string"}},"required":["status","message"]},)"
    R"("metrics":{"type":"object"},"sampling_params":{"type":"object"},)"
    R"("warnings":{"type":"array","items":{"type":"string"}},"timestamp":{"type":"string"},"simulated":{"type":"boolean"}},)"
    R"("required":["agent_id","update","decision","health","metrics","sampling_params","warnings","timestamp"]})";

inline constexpr std::string_view kMetricsInput =
    R"({"type":"object","properties":{)"
    R"("agent_id":{"type":"string","description":"Default: the agent this session registered"}},"additionalProperties":false})";

inline constexpr std::string_view kMetricsOutput =
    R"({"type":"object","properties":{)"
    R"("agent_id":{"type":"string"},"status":{"type":"string"},)"
    R"("health":{"type":"object","properties":{"status":{"enum":["unknown","healthy","degraded","critical"]},"message":{"type":"string"}},"required":["status","message"]},)"
    R"("decision":{"type":["object","null"]},"metrics":{"type":"object"},"sampling_params":{"type":"object"},"timestamp":{"type":["string","null"]}},)"
    R"("required":["agent_id","status","health","decision","metrics","sampling_params","timestamp"]})";

inline constexpr std::string_view kHistoryInput =
    R"({"type":"object","properties":{)"
    R"("agent_id":{"type":"string","description":"Default: the agent this session registered"},)"
    R"("format":{"enum":["json","csv"],"default":"json"},)"
    R"("limit":{"type":"integer","minimum":1,"maximum":1000,"default":100},)"
    R"("before_update":{"type":"integer","minimum":1,"description":"Only older updates; next_before of the previous page"}},)"
    R"("additionalProperties":false})";

inline constexpr std::string_view kHistoryOutput =
    R"({"type":"object","properties":{)"
    R"("agent_id":{"type":"string"},"format":{"enum":["json","csv"]},"count":{"type":"integer"},"total":{"type":"integer"},)"
    R"("next_before":{"type":"integer"},"rows":{"type":"array","items":{"type":"object"}},"csv":{"type":"string"}},)"
    R"("required":["agent_id","format","count","total"]})";

}  // namespace governor::daemon
