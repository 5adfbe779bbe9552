#pragma once

#include <string_view>

namespace governor::daemon {

// Of the tools that look at agents over time. Limits and meanings, nothing else: models read them.

inline constexpr std::string_view kObserveOutput =
    R"({"type":"object","properties":{)"
    R"("agent_id":{"type":"string"},"status":{"enum":["active","paused","archived","deleted"]},)"
    R"("health":{"type":"object","properties":{"status":{"enum":["unknown","healthy","degraded","critical"]},"message":{"type":"string"}},"required":["status","message"]},)"
    R"("epoch":{"type":"integer"},"updates":{"type":"integer"},)"
    R"("trends":{"type":"object","additionalProperties":{"enum":["increasing","decreasing","stable"]}},)"
    R"("trend":{"enum":["improving","stable","degrading"]},)"
    R"("anomalies":{"type":"array","items":{"type":"object","properties":{"kind":{"enum":["risk_spike","coherence_drop"]},"severity":{"enum":["medium","high"]},"change":{"type":"number"},"message":{"type":"string"}},"required":["kind","severity","change","message"]}},)"
    R"("summary":{"type":"object","properties":{"updates":{"type":"integer"},"mean_risk":{"type":["number","null"]},"mean_coherence":{"type":["number","null"]},"decisions":{"type":"object"}},"required":["updates","mean_risk","mean_coherence","decisions"]},)"
    R"("metrics":{"type":"object"},"timestamp":{"type":["string","null"]}},)"
    R"("required":["agent_id","status","health","epoch","updates","trends","trend","anomalies","summary","metrics","timestamp"]})";

inline constexpr std::string_view kCompareOutput =
    R"({"type":"object","properties":{)"
    R"("agents":{"type":"array","items":{"type":"object","properties":{"agent_id":{"type":"string"},"status":{"type":"string"},"health":{"type":"object"},"updates":{"type":"integer"},"trend":{"enum":["improving","stable","degrading"]},"metrics":{"type":"object"}},"required":["agent_id","status","health","updates","trend","metrics"]}},)"
    R"("differences":{"type":"array","description":"Figures at least 0.05 apart, widest first","items":{"type":"object","properties":{"metric":{"type":"string"},"lowest":{"type":"object"},"highest":{"type":"object"},"spread":{"type":"number"}},"required":["metric","lowest","highest","spread"]}},)"
    R"("similarity":{"type":["number","null"],"description":"1: the same; 0.37: figures 0.1 apart"}},)"
    R"("required":["agents","differences","similarity"]})";

inline constexpr std::string_view kAggregateOutput =
    R"({"type":"object","properties":{)"
    R"("agents":{"type":"integer"},"with_updates":{"type":"integer"},)"
    R"("by_health":{"type":"object"},"by_decision":{"type":"object"},"by_status":{"type":"object"},"by_trend":{"type":"object"},)"
    R"("mean_risk":{"type":["number","null"]},"mean_coherence":{"type":["number","null"]},)"
    R"("degrading":{"type":"array","items":{"type":"string"},"description":"At most 100"},)"
    R"("critical":{"type":"array","items":{"type":"string"},"description":"At most 100"}},)"
    R"("required":["agents","with_updates","by_health","by_decision","by_status","by_trend","mean_risk","mean_coherence","degrading","critical"]})";

inline constexpr std::string_view kAnomaliesOutput =
    R"({"type":"object","properties":{)"
    R"("checked":{"type":"integer","description":"Agents looked at"},"count":{"type":"integer"},)"
    R"("anomalies":{"type":"array","items":{"type":"object","properties":{"agent_id":{"type":"string"},"kind":{"enum":["risk_spike","coherence_drop"]},"severity":{"enum":["medium","high"]},"change":{"type":"number"},"message":{"type":"string"}},"required":["agent_id","kind","severity","change","message"]}},)"
    R"("next_cursor":{"type":"string"}},"required":["checked","count","anomalies"]})";

inline constexpr std::string_view kOutcomeOutput =
    R"({"type":"object","properties":{)"
    R"("prediction_id":{"type":"string"},"agent_id":{"type":"string"},"correct":{"type":"boolean"},)"
    R"("source":{"enum":["person","test","exit_code"]},"confidence":{"type":["number","null"]},)"
    R"("replaced":{"type":"boolean","description":"It was recorded the other way round before"},"timestamp":{"type":"string"}},)"
    R"("required":["prediction_id","agent_id","correct","source","confidence","replaced","timestamp"]})";

inline constexpr std::string_view kCalibrationOutput =
    R"({"type":"object","properties":{)"
    R"("scope":{"enum":["process","agent"]},"agent_id":{"type":"string"},)"
    R"("predictions":{"type":"integer","description":"Of the newest 1000 updates of each agent"},)"
    R"("with_outcome":{"type":"integer"},"waiting":{"type":"integer"},)"
    R"("ece":{"type":["number","null"],"description":"Expected calibration error"},"brier":{"type":["number","null"]},)"
    R"("bins":{"type":"array","items":{"type":"object","properties":{"lower":{"type":"number"},"upper":{"type":"number"},"count":{"type":"integer"},"accuracy":{"type":["number","null"]},"mean_confidence":{"type":["number","null"]},"calibration_error":{"type":["number","null"]}},"required":["lower","upper","count","accuracy","mean_confidence","calibration_error"]}},)"
    R"("calibrated":{"type":["boolean","null"],"description":"ece up to 0.1; null below 10 outcomes"},)"
    R"("failure_probability":{"type":["object","null"],"properties":{"count":{"type":"integer"},"auroc":{"type":["number","null"]},"ece":{"type":["number","null"]},"brier":{"type":["number","null"]},)"
    R"("shipped":{"type":"object","description":"The same without what had been learned"},)"
    R"("learned":{"type":"object","description":"What outcomes of all agents have taught"},)"
    R"("bins":{"type":"array","items":{"type":"object"}}}}},)"
    R"("required":["scope","predictions","with_outcome","waiting","ece","brier","bins","calibrated"]})";

inline constexpr std::string_view kTelemetryOutput =
    R"({"type":"object","properties":{)"
    R"("scope":{"enum":["process","agent"]},"agent_id":{"type":"string"},"updates":{"type":"integer"},)"
    R"("skip_rate":{"type":["number","null"],"description":"skips / due"},"skips":{"type":"integer"},)"
    R"("due":{"type":"integer","description":"Updates at which lambda1 was to be adapted"},)"
    R"("confidence":{"type":["object","null"],"properties":{"mean":{"type":"number"},"median":{"type":"number"},"std":{"type":"number"},"min":{"type":"number"},"max":{"type":"number"},"p10":{"type":"number"},"p25":{"type":"number"},"p75":{"type":"number"},"p90":{"type":"number"}},"required":["mean","median","std","min","max","p10","p25","p75","p90"]},)"
    R"("suspicious":{"type":"array","items":{"type":"object","properties":{"pattern":{"enum":["agreeableness","over_conservatism"]},"message":{"type":"string"}},"required":["pattern","message"]}},)"
    R"("decisions":{"type":"object"}},)"
    R"("required":["scope","updates","skip_rate","skips","due","confidence","suspicious","decisions"]})";

inline constexpr std::string_view kExportOutput =
    R"({"type":"object","properties":{)"
    R"("agent_id":{"type":"string"},"format":{"enum":["json","csv"]},"path":{"type":"string"},"rows":{"type":"integer"},)"
    R"("bytes":{"type":"integer"},"sha256":{"type":"string"}},)"
    R"("required":["agent_id","format","path","rows","bytes","sha256"]})";

}  // namespace governor::daemon
