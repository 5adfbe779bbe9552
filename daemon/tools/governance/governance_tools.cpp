#include "daemon/tools/governance/tools.hpp"

#include <fmt/format.h>

#include "daemon/support/json_time.hpp"
#include "daemon/tools/agents/agent_reference.hpp"
#include "daemon/tools/answer_text.hpp"
#include "daemon/tools/arguments.hpp"
#include "daemon/tools/governance/evidence_figures.hpp"
#include "daemon/tools/governance/governance_schemas.hpp"
#include "daemon/tools/governance/history_text.hpp"
#include "daemon/tools/governance/update_json.hpp"

namespace governor::daemon {
namespace {

constexpr std::size_t kMaxResponseTextBytes = 8 * 1024 * 1024;  // the line's own limit

class UpdateAgentCall final : public ToolCall {
 public:
  UpdateAgentCall(std::optional<std::string> agent_id, core::UpdateCommand command, bool simulate,
                  Detail detail)
      : agent_id_(std::move(agent_id)), command_(std::move(command)), simulate_(simulate), detail_(detail) {}

  Step run(CallContext& context) override {
    if (!context.begins) return Answer(update(context), Depends::its_agents);
    auto reference = resolve_agent(context, agent_id_);
    if (!reference) return std::move(reference.error());
    command_.agent_id = reference->id;
    command_.generic_id = reference->generic;
    return Load{{std::move(reference->id)}};
  }

  core::Result<std::optional<std::string>> replay(Store& store, const core::Answer& answer) override {
    if (simulate_ || answer.kind != core::Answer::Kind::update) return ToolCall::replay(store, answer);
    auto outcome = store.load_update(answer.target);
    if (!outcome) return std::move(outcome.error());
    if (!*outcome) return core::Error(core::ErrorCode::not_found, "The update that this line made is gone.");
    // The figures are those of the first time; only the texts are worded anew, with the thresholds of now.
    return std::optional(update_json((*outcome)->outcome, (*outcome)->thresholds, false, detail_));
  }

 private:
  core::Result<std::string> update(CallContext& context) {
    auto outcome = simulate_ ? context.state.simulate(context.caller, command_, context.now_us)
                             : context.state.update(context.caller, std::move(command_), context.now_us,
                                                    context.changes);
    if (!outcome) return std::move(outcome.error());
    const core::Agent* agent = context.state.find_agent(outcome->agent_id);
    return update_json(*outcome,
                       agent != nullptr ? context.state.thresholds_of(*agent) : context.state.thresholds(),
                       simulate_, detail_);
  }

  std::optional<std::string> agent_id_;
  core::UpdateCommand command_;
  bool simulate_;
  Detail detail_;
};

Detail read_detail(Arguments& arguments) {
  return arguments.choice("detail") == "full" ? Detail::full : Detail::brief;
}

constexpr Parameter detail() {
  return choice("detail", "brief full").otherwise("brief");
}

constexpr Parameter kUpdateParameters[] = {
    agent_id().like(kAgentIdPattern),
    text("response_text", kMaxResponseTextBytes, "What you said; not stored").quiet(),
    numbers("parameters", core::UpdateInput::kMaxParameters, -kAnyNumber, kAnyNumber,
            "Figures of your behaviour"),
    numbers("ethical_drift", core::UpdateInput::kMaxParameters, -1, 1),
    number("complexity", 0, 1).otherwise(0.5),
    number("confidence", 0, 1, "null: unknown").otherwise(1).or_null(),
    detail(),
    token("Of another session's agent"),
};

/// What they mean stands with process_agent_update.
constexpr auto kSimulateParameters = in_short(kUpdateParameters);

template <bool simulate>
ParsedCall parse_update_agent(Arguments& arguments, const ToolEnvironment&) {
  auto agent_id = arguments.agent_id();
  core::UpdateCommand command;
  command.input.parameters = arguments.numbers("parameters");
  const auto drift = arguments.numbers("ethical_drift");
  for (std::size_t i = 0; i < command.input.ethical_drift.size() && i < drift.size(); ++i) {
    command.input.ethical_drift[i] = drift[i];
  }
  const std::string_view text = arguments.text_view("response_text").value_or("");
  command.input.text = core::examine_text(text);
  command.input.fingerprint = core::fingerprint(text, command.input.parameters);
  command.input.complexity = arguments.number("complexity");
  command.input.confidence = arguments.number("confidence");
  command.stated = {
      arguments.has("ethical_drift"), arguments.has("response_text"), arguments.has("complexity"),
      arguments.has("confidence") && !arguments.is_null("confidence"), arguments.is_null("confidence")};
  command.token_hash = arguments.token_hash();
  const Detail detail = read_detail(arguments);
  return std::make_unique<UpdateAgentCall>(std::move(agent_id), std::move(command), simulate, detail);
}

class MetricsCall final : public AgentCall {
 public:
  MetricsCall(std::optional<std::string> agent_id, Detail detail)
      : AgentCall(std::move(agent_id)), detail_(detail) {}

 private:
  Step run_on_agent(CallContext& context) override { return Answer(shown(context), Depends::its_agents); }

  [[nodiscard]] core::Result<std::string> shown(const CallContext& context) const {
    const core::Agent* agent = context.state.find_agent(id());
    if (agent == nullptr) return unknown_agent(id());
    const core::Thresholds& thresholds = context.state.thresholds_of(*agent);
    const core::UpdateRecord* last = agent->last ? &*agent->last : nullptr;
    const auto evidence = figures_of(*agent);
    const EvidenceFigures* figures = evidence ? &*evidence : nullptr;
    std::string text;
    JsonWriter json(text);
    json.begin_object();
    json.field("agent_id", id()).field("status", core::to_string(agent->profile.status));
    if (detail_ == Detail::brief) {
      write_newest(json, last, thresholds, figures);
      if (figures != nullptr) {
        json.key("evidence");
        write_evidence(json, *figures, detail_);
      }
      json.end_object();
      return text;
    }
    json.key("health");
    write_health(json, last, thresholds);
    json.key("decision");
    last != nullptr ? write_decision(json, *last, thresholds, figures) : static_cast<void>(json.null());
    json.key("metrics");
    last != nullptr ? write_metrics(json, *last) : write_start_metrics(json, agent->state);
    json.key("sampling_params");
    write_sampling(json, agent->state.lambda1);
    if (figures != nullptr) {
      json.key("evidence");
      write_evidence(json, *figures, detail_);
      write_signals(json, agent->behaviour);
    }
    time_field(json, "timestamp", last != nullptr ? last->timestamp_us : 0);
    json.end_object();
    return text;
  }

  void write_newest(JsonWriter& json, const core::UpdateRecord* last, const core::Thresholds& thresholds,
                    const EvidenceFigures* evidence) const {
    if (last == nullptr) {
      json.key("health").begin_object().field("status", core::to_string(core::Health::unknown)).end_object();
      json.key("decision").null();
      return;
    }
    json.field("update", last->number);
    write_brief(json, *last, thresholds, evidence);
  }

  Detail detail_;
};

constexpr Parameter kMetricsParameters[] = {
    agent_id(),
    detail(),
};

ParsedCall parse_metrics(Arguments& arguments, const ToolEnvironment&) {
  auto agent_id = arguments.agent_id();
  const Detail detail = read_detail(arguments);
  return std::make_unique<MetricsCall>(std::move(agent_id), detail);
}

/// Rows looked at in one read when only those of one epoch are wanted, which may lie far back.
constexpr std::size_t kEpochSlice = 1000;

class HistoryCall final : public AgentCall {
 public:
  HistoryCall(std::optional<std::string> agent_id, bool csv, std::size_t limit, std::uint64_t before,
              std::uint32_t epoch)
      : AgentCall(std::move(agent_id)), csv_(csv), limit_(limit), before_(before), epoch_(epoch) {}

 private:
  Step run_on_agent(CallContext&) override {
    if (std::exchange(is_read_, true)) return Answer(shown(), Depends::its_agents);
    return Read{[this](Store& store) { return read(store); },
                [this] { return epoch_ != 0 && more_ && page_.rows.size() < limit_; }, Depends::its_agents};
  }

  std::optional<core::Error> read(Store& store) {
    auto page = store.load_history(id(), before_, epoch_ == 0 ? limit_ : kEpochSlice);
    if (!page) return page.error();
    if (!*page) return unknown_agent(id());
    page_.total = (*page)->total;
    more_ = false;
    for (const core::UpdateRecord& row : (*page)->rows) {
      if (page_.rows.size() == limit_) break;
      before_ = row.number;
      more_ = row.number > 1 && row.epoch >= epoch_;
      if (epoch_ == 0 || row.epoch == epoch_) page_.rows.push_back(row);
    }
    return std::nullopt;
  }

  [[nodiscard]] std::string shown() const {
    std::string text;
    JsonWriter json(text);
    json.begin_object();
    json.field("agent_id", id()).field("format", csv_ ? "csv" : "json");
    json.field("count", static_cast<std::uint64_t>(page_.rows.size())).field("total", page_.total);
    if (more_) json.field("next_before", before_);
    if (csv_) {
      json.field("csv", history_csv(id(), page_.rows));
    } else {
      json.key("rows");
      write_history_rows(json, id(), page_.rows);
    }
    json.end_object();
    return text;
  }

  bool csv_;
  std::size_t limit_;
  std::uint64_t before_;
  std::uint32_t epoch_;  ///< 0: all
  bool is_read_ = false;
  HistoryPage page_;
  bool more_ = false;
};

constexpr Parameter kHistoryParameters[] = {
    agent_id(),
    choice("format", "json csv").otherwise("json"),
    limit(100, 1000),
    integer("before_update", 1, kMostExact).quiet(),
    integer("epoch", 1, INT32_MAX).quiet(),
};

ParsedCall parse_history(Arguments& arguments, const ToolEnvironment&) {
  auto agent_id = arguments.agent_id();
  const bool csv = arguments.choice("format") == "csv";
  const auto limit = arguments.integer<std::size_t>("limit");
  const auto before = arguments.integer<std::uint64_t>("before_update");
  const auto epoch = arguments.integer<std::uint32_t>("epoch");
  return std::make_unique<HistoryCall>(std::move(agent_id), csv, limit, before, epoch);
}

}  // namespace

std::vector<Tool> governance_tools() {
  return {
      {{"process_agent_update", Effect::cumulative, kUpdateParameters, parse_update_agent<false>},
       "governance",
       "Report progress",
       "Reports what an agent just did and gives the decision: approve: go on; revise: correct yourself, "
       "then go on; reject: halt.",
       kUpdateOutput,
       true,
       false,
       update_text},
      {{"simulate_update", Effect::none, kSimulateParameters, parse_update_agent<true>},
       "governance",
       "Try an update",
       "What process_agent_update would answer; records nothing.",
       kSimulateOutput,
       true,
       false,
       update_text},
      {{"get_governance_metrics", Effect::none, kMetricsParameters, parse_metrics},
       "governance",
       "Agent state",
       "Health and last decision of an agent; with detail full all figures.",
       kMetricsOutput,
       true,
       false,
       metrics_text},
      {{"get_system_history", Effect::none, kHistoryParameters, parse_history},
       "governance",
       "Agent history",
       "Recorded updates of an agent, newest first.",
       kHistoryOutput,
       true},
  };
}

}  // namespace governor::daemon
