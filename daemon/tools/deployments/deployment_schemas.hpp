#pragma once

#include <string_view>

namespace governor::daemon {

// A deployment in an answer: what write_deployment() writes.
#define GOVERNOR_DEPLOYMENT_SCHEMA                                                                                   \
  R"({"type":"object","properties":{)"                                                                               \
  R"("deployment_id":{"type":"string"},"agent_id":{"type":"string"},"agent_type":{"type":"string"},)"                \
  R"("runner":{"type":"string"},"task_id":{"type":"string"},"parent":{"type":"string"},)"                            \
  R"("depth":{"type":"integer"},"state":{"enum":["reserved","starting","working","waiting","stuck","finished",)"     \
  R"("failed","stopped","lost"]},"waiting_for":{"enum":["permission","trust","quota","budget","input","restart"]},)" \
  R"("needs_person":{"type":"boolean"},"since":{"type":"string"},"why":{"type":"string"},)"                          \
  R"("progress":{"type":"integer"},"note":{"type":"string"},"created":{"type":"string"},)"                           \
  R"("started":{"type":["string","null"]},"ended":{"type":["string","null"]},"exit_code":{"type":"integer"},)"       \
  R"("signal":{"type":"integer"},"pid":{"type":"integer"},"in_tmux":{"type":"boolean"},)"                            \
  R"("usage":{"type":"object"},"budget":{"type":"object"},"workspace":{"type":"object"}},)"                          \
  R"("required":["deployment_id","agent_id","agent_type","runner","depth","state","needs_person","since",)"          \
  R"("created","started","ended"]})"

inline constexpr std::string_view kDeploymentOutput =
    R"({"type":"object","properties":{"deployment":)" GOVERNOR_DEPLOYMENT_SCHEMA
    R"(,"runner_note":{"type":"string"},"budget_note":{"type":"string"},"timestamp":{"type":"string"}},)"
    R"("required":["deployment"]})";

inline constexpr std::string_view kGetDeploymentOutput =
    R"({"type":"object","properties":{"deployment":)" GOVERNOR_DEPLOYMENT_SCHEMA
    R"(,"history":{"type":"array","items":{"type":"object"}},"older_history":{"type":"boolean"}},)"
    R"("required":["deployment","history","older_history"]})";

inline constexpr std::string_view kListDeploymentsOutput =
    R"({"type":"object","properties":{"deployments":{"type":"array","items":)" GOVERNOR_DEPLOYMENT_SCHEMA
    R"(},"count":{"type":"integer"},"next_cursor":{"type":"integer"},"counts":{"type":"object"},"limits":{"type":"object"}},)"
    R"("required":["deployments","count","counts","limits"]})";

inline constexpr std::string_view kWaitDeploymentOutput =
    R"({"type":"object","properties":{"deployment":)" GOVERNOR_DEPLOYMENT_SCHEMA
    R"(,"over":{"type":"boolean"},"timed_out":{"type":"boolean"},"waited_seconds":{"type":"number"}},)"
    R"("required":["deployment","over","timed_out","waited_seconds"]})";

inline constexpr std::string_view kDeploymentOutputOutput =
    R"({"type":"object","properties":{"deployment_id":{"type":"string"},"text":{"type":"string"},)"
    R"("offset":{"type":"integer"},"next_offset":{"type":"integer"},"available":{"type":"integer"},)"
    R"("forgotten":{"type":"integer","description":"Bytes at the beginning that are gone"}},)"
    R"("required":["deployment_id","text","offset","next_offset","available","forgotten"]})";

inline constexpr std::string_view kDeploymentDiffOutput =
    R"({"type":"object","properties":{"deployment_id":{"type":"string"},"branch":{"type":"string"},)"
    R"("base_commit":{"type":"string"},"diff":{"type":"string"}},"required":["deployment_id","branch","base_commit","diff"]})";

inline constexpr std::string_view kSendInputOutput =
    R"({"type":"object","properties":{"deployment_id":{"type":"string"},"sent":{"type":["boolean","null"]},)"
    R"("note":{"type":"string"}},"required":["deployment_id","sent"]})";

inline constexpr std::string_view kReportFindingOutput =
    R"({"type":"object","properties":{"deployment_id":{"type":"string"},"recorded":{"type":"boolean"},)"
    R"("timestamp":{"type":"string"}},"required":["deployment_id","recorded","timestamp"]})";

inline constexpr std::string_view kRegistryOutput =
    R"({"type":"object","properties":{"dry_run":{"type":"boolean"},"differences":{"type":"array","items":)"
    R"({"type":"object","properties":{"deployment_id":{"type":"string"},"fault":{"type":"string"},)"
    R"("what":{"type":"string"},"repairable":{"type":"boolean"},"repaired":{"type":"boolean"}},)"
    R"("required":["deployment_id","fault","what","repairable","repaired"]}},"count":{"type":"integer"},)"
    R"("repaired":{"type":"integer"},"found":{"type":"integer"},"timestamp":{"type":"string"}},)"
    R"("required":["dry_run","differences","count","repaired","found","timestamp"]})";

#undef GOVERNOR_DEPLOYMENT_SCHEMA

}  // namespace governor::daemon
