#include <optional>
#include <string>
#include <utility>

#include "daemon/support/json_writer.hpp"
#include "daemon/tools/agents/agent_reference.hpp"
#include "daemon/tools/arguments.hpp"
#include "daemon/tools/coordination/path_reference.hpp"
#include "daemon/tools/evidence/event_facts.hpp"
#include "daemon/tools/evidence/evidence_json.hpp"
#include "daemon/tools/evidence/tools.hpp"

namespace governor::daemon {
namespace {

constexpr std::string_view kReportOutput =
    R"({"type":"object","properties":{"agent_id":{"type":"string"},"recorded":{"type":"integer"}},"required":["recorded"]})";
constexpr std::string_view kEvidenceOutput =
    R"({"type":"object","properties":{"evidence":{"type":"array","items":{"type":"object"}},"next_before":{"type":"integer"}},)"
    R"("required":["evidence"]})";

/// What an agent says of itself, in the same terms in which hooks tell what they saw.
class ReportEvidenceCall final : public AgentCall {
 public:
  ReportEvidenceCall(std::optional<std::string> agent_id, core::EvidenceCommand command)
      : AgentCall(std::move(agent_id)), command_(std::move(command)) {}

 private:
  Step run_on_agent(CallContext& context) override {
    command_.agent_id = id();
    if (auto error = resolve_paths(command_, working_directory(context))) return *std::move(error);
    auto outcome =
        context.state.record_evidence(context.caller, std::move(command_), context.now_us, context.changes);
    if (!outcome) return std::move(outcome.error());
    return recorded_json(id(), {*std::move(outcome)});
  }

  core::EvidenceCommand command_;
};

constexpr auto kReportEvidenceParameters = joined(kEventParameters, {own_agent_id(), token_of_other()});

ParsedCall parse_report_evidence(Arguments& arguments, const ToolEnvironment& environment) {
  auto agent = arguments.agent_id();
  std::string token_hash = arguments.token_hash();
  auto command = read_event(arguments, {core::Provenance::reported, std::nullopt, environment.evidence()});
  command.token_hash = std::move(token_hash);
  return std::make_unique<ReportEvidenceCall>(std::move(agent), std::move(command));
}

std::string page_json(const EvidencePage& page, const EvidenceQuery& query) {
  const bool everybody = query.agent_id.empty();
  std::string text;
  JsonWriter json(text);
  json.begin_object();
  if (!everybody) json.field("agent_id", query.agent_id);
  json.key("evidence").begin_array();
  for (const StoredEvidence& row : page.rows) write_evidence(json, row, everybody);
  json.end_array();
  if (page.more) json.field(query.oldest_first ? "next_after" : "next_before", page.next);
  json.end_object();
  return text;
}

/// What one agent did, or all.
class GetEvidenceCall final : public ToolCall {
 public:
  GetEvidenceCall(EvidenceQuery query, std::optional<std::string> agent_id, bool everybody)
      : query_(std::move(query)), given_(std::move(agent_id)), everybody_(everybody) {}

  Step run(CallContext& context) override {
    const Depends depends = everybody_ ? Depends::everything : Depends::its_agents;
    if (context.begins && !everybody_) {
      auto reference = resolve_agent(context, given_);
      if (!reference) return std::move(reference.error());
      query_.agent_id = std::move(reference->id);
      return Load{{query_.agent_id}};
    }
    if (std::exchange(is_read_, true)) return Answer(page_json(page_, query_), depends);
    return Read{[this](Store& store) { return read(store); }, {}, depends};
  }

 private:
  std::optional<core::Error> read(Store& store) {
    auto page = store.load_evidence(query_);
    if (!page) return page.error();
    if (!*page) return unknown_agent(query_.agent_id);
    page_ = **std::move(page);
    return std::nullopt;
  }

  EvidenceQuery query_;
  std::optional<std::string> given_;
  bool everybody_;
  EvidencePage page_;
  bool is_read_ = false;
};

constexpr Parameter kGetEvidenceParameters[] = {
    own_agent_id(),
    flag("everybody", "Of all agents"),
    limit(50),
    integer("before", 1, kMostExact, "next_before of the previous page").quiet(),
    integer("after", 0, kMostExact, "Oldest first, from this key on").quiet(),
};

ParsedCall parse_get_evidence(Arguments& arguments, const ToolEnvironment&) {
  auto agent = arguments.agent_id();
  const bool everybody = arguments.flag("everybody");
  EvidenceQuery query;
  query.limit = arguments.integer<std::size_t>("limit");
  query.oldest_first = arguments.has("after");
  const std::int64_t before = arguments.integer("before");
  const std::int64_t after = arguments.integer("after");
  query.from = query.oldest_first ? after : before;
  if (query.oldest_first && before != 0)
    arguments.refuse(core::invalid_argument("before", "a number beside after", "one of the two"));
  if (everybody && agent)
    arguments.refuse(core::invalid_argument("everybody", "true beside agent_id", "one of the two"));
  return std::make_unique<GetEvidenceCall>(std::move(query), std::move(agent), everybody);
}

}  // namespace

std::vector<Tool> evidence_tools() {
  return {
      {{"report_evidence", Effect::cumulative, kReportEvidenceParameters, parse_report_evidence},
       "governance",
       "Report what was done",
       "Says what an agent did, where no hooks see it: a tool it used, tests it ran, a file it changed. "
       "Nothing of command and output is kept.",
       kReportOutput},
      {{"get_evidence", Effect::none, kGetEvidenceParameters, parse_get_evidence},
       "governance",
       "What an agent did",
       "The evidence of an agent, newest first: tools used, files changed, tests run, refusals, risky "
       "actions, and where each comes from.",
       kEvidenceOutput},
  };
}

}  // namespace governor::daemon
