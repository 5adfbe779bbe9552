#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "daemon/tools/agents/agent_reference.hpp"
#include "daemon/tools/deployments/budget_notice.hpp"
#include "daemon/tools/evidence/event_facts.hpp"
#include "daemon/tools/evidence/record_events.hpp"
#include "daemon/tools/evidence/tools.hpp"
#include "daemon/tools/guards/guard_actor.hpp"

namespace governor::daemon {
namespace {

class RecordEvidenceCall final : public ToolCall {
 public:
  RecordEvidenceCall(GuardActor actor, std::vector<core::EvidenceCommand> commands, bool stop_on_reject)
      : actor_(std::move(actor)), commands_(std::move(commands)), stop_on_reject_(stop_on_reject) {}

  Step run(CallContext& context) override {
    if (!has_looked_) {
      actor_.note_sessions(context.state);
      return Work{[this](FileServices&) {
        actor_.look_around();
        has_looked_ = true;
      }};
    }
    if (auto load = actor_.next_load(context.state)) return *std::move(load);
    const std::string main = actor_.evidence_agent_id();
    const std::string subagent = actor_.subagent_id();
    if (!std::exchange(is_loaded_, true) && !subagent.empty()) return Load{{subagent}};
    auto acting = actor_.take_up(context);
    if (!acting) return std::move(acting.error());
    const std::string notice =
        ends_tool() ? budget_notice(context.state, main, context.now_us) : std::string();
    if (subagent.empty())
      return record_events(context, acting->caller, main, {}, commands_, stop_on_reject_, notice);
    return record_events(context, acting->caller, subagent, main, commands_, false, notice);
  }

 private:
  /// Only then its model reads what is told.
  [[nodiscard]] bool ends_tool() const {
    return std::any_of(commands_.begin(), commands_.end(), [](const core::EvidenceCommand& command) {
      return std::any_of(command.items.begin(), command.items.end(), [](const core::EvidenceGiven& given) {
        return std::holds_alternative<core::ToolUsed>(given.item);
      });
    });
  }

  GuardActor actor_;
  std::vector<core::EvidenceCommand> commands_;
  bool stop_on_reject_;
  bool has_looked_ = false;
  bool is_loaded_ = false;
};

constexpr auto kRecordEvidenceParameters =
    joined(kHookParameters, {object("events", Parameter::Type::anything)});

ParsedCall parse_record_evidence(Arguments& arguments, const ToolEnvironment& environment) {
  HookOrigin origin = read_origin(arguments);
  (void)arguments.text("tool");  // each event says its own
  auto commands = read_events(arguments.value("events"),
                              {core::Provenance::measured, origin.cwd, environment.evidence()});
  if (!commands) return std::move(commands.error());
  return std::make_unique<RecordEvidenceCall>(GuardActor(std::move(origin)), *std::move(commands),
                                              environment.evidence().stop_on_reject);
}

class NoteEvidenceCall final : public AgentCall {
 public:
  NoteEvidenceCall(std::string agent_id, std::vector<core::EvidenceCommand> commands)
      : AgentCall(std::move(agent_id)), commands_(std::move(commands)) {}

 protected:
  Step run_on_agent(CallContext& context) override {
    return record_events(context, context.caller, id(), {}, commands_);
  }

 private:
  std::vector<core::EvidenceCommand> commands_;
};

constexpr Parameter kNoteEvidenceParameters[] = {
    agent_id().required("the agent whose evidence it is"),
    path("cwd"),
    flag("unwatched", "Nobody saw what commands changed: their words are to say it"),
    object("events", Parameter::Type::anything),
};

ParsedCall parse_note_evidence(Arguments& arguments, const ToolEnvironment& environment) {
  std::string agent = arguments.agent_id().value_or("");
  const std::string directory = arguments.text("cwd").value_or("");
  auto commands = read_events(
      arguments.value("events"),
      {core::Provenance::measured, directory, environment.evidence(), true, arguments.flag("unwatched")});
  if (!commands) return std::move(commands.error());
  return std::make_unique<NoteEvidenceCall>(std::move(agent), *std::move(commands));
}

}  // namespace

GovernorRequest record_evidence_request() {
  return {{"governor/record_evidence", Effect::idempotent, kRecordEvidenceParameters, parse_record_evidence},
          core::Role::guard};
}

GovernorRequest note_evidence_request() {
  return {{"governor/note_evidence", Effect::idempotent, kNoteEvidenceParameters, parse_note_evidence},
          core::Role::person};
}

}  // namespace governor::daemon
