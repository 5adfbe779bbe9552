#include "daemon/tools/agents/tools.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/support/json_time.hpp"
#include "daemon/support/json_writer.hpp"
#include "daemon/support/timestamp.hpp"
#include "daemon/tools/agents/agent_reference.hpp"
#include "daemon/tools/agents/lifecycle_schemas.hpp"
#include "daemon/tools/argument_limits.hpp"
#include "daemon/tools/arguments.hpp"
#include "daemon/tools/governance/update_json.hpp"

namespace governor::daemon {
namespace {

/// The arguments that all of these have.
core::LifecycleCommand read_command(Arguments& arguments) {
  core::LifecycleCommand command;
  command.reason = arguments.text("reason").value_or("");
  command.token_hash = arguments.token_hash();
  return command;
}

class ChangeCall final : public AgentCall {
 public:
  ChangeCall(std::optional<std::string> agent_id, core::LifecycleCommand command, core::Lifecycle target)
      : AgentCall(std::move(agent_id)), command_(std::move(command)), target_(target) {}

  Step run_on_agent(CallContext& context) override {
    command_.agent_id = id();
    const auto outcome =
        context.state.change_lifecycle(context.caller, command_, target_, context.now_us, context.changes);
    if (!outcome) return core::Error(outcome.error());
    std::string text;
    JsonWriter json(text);
    json.begin_object().field("agent_id", id()).field("status", core::to_string(outcome->after));
    json.field("previous_status", core::to_string(outcome->before));
    json.field("timestamp", iso_timestamp(context.now_us)).end_object();
    return text;
  }

 private:
  core::LifecycleCommand command_;
  core::Lifecycle target_;
};

constexpr Parameter kChangeParameters[] = {
    agent_id(),
    reason().quiet(),
    token(),
};

template <core::Lifecycle target>
ParsedCall parse_change(Arguments& arguments, const ToolEnvironment&) {
  auto agent_id = arguments.agent_id();
  core::LifecycleCommand command = read_command(arguments);
  return std::make_unique<ChangeCall>(std::move(agent_id), std::move(command), target);
}

class ResetCall final : public AgentCall {
 public:
  ResetCall(std::optional<std::string> agent_id, core::LifecycleCommand command)
      : AgentCall(std::move(agent_id)), command_(std::move(command)) {}

  Step run_on_agent(CallContext& context) override {
    command_.agent_id = id();
    const core::Agent* agent = context.state.find_agent(id());
    const std::uint64_t before = agent != nullptr ? agent->state.updates : 0;
    const auto epoch = context.state.reset_monitor(context.caller, command_, context.now_us, context.changes);
    if (!epoch) return core::Error(epoch.error());
    std::string text;
    JsonWriter json(text);
    json.begin_object().field("agent_id", id()).field("epoch", *epoch).field("previous_updates", before);
    json.key("metrics");
    write_start_metrics(json, agent->state);
    json.field("timestamp", iso_timestamp(context.now_us)).end_object();
    return text;
  }

 private:
  core::LifecycleCommand command_;
};

constexpr Parameter kResetParameters[] = {
    own_agent_id(),
    reason(),
    token_of_other(),
};

ParsedCall parse_reset(Arguments& arguments, const ToolEnvironment&) {
  auto agent_id = arguments.agent_id();
  core::LifecycleCommand command = read_command(arguments);
  return std::make_unique<ResetCall>(std::move(agent_id), std::move(command));
}

/// Archives agents without an update for days, some of them at a time.
class ArchiveIdleCall final : public ToolCall {
 public:
  struct Query {
    AgentFilter filter;
    std::int64_t days = 0;
    bool dry_run = true;
    std::size_t limit = 0;
  };

  explicit ArchiveIdleCall(Query query) : query_(std::move(query)) {}

  std::optional<core::Error> read(Store& store) {
    constexpr std::size_t kSlice = 2000;
    auto page = store.list_agents(query_.filter, looked_at_, query_.limit - found_.size(), kSlice);
    if (!page) return page.error();
    looked_at_ = std::move(page->looked_at);
    more_ = page->more;
    for (AgentSummary& agent : page->agents) {
      if (!agent.profile.pinned) found_.push_back(std::move(agent));
    }
    return std::nullopt;
  }

  Step run(CallContext& context) override {
    if (context.begins) return find_idle(context.now_us);
    if (!query_.dry_run && !std::exchange(is_loaded_, true)) return load_found();
    std::erase_if(found_, [&](const AgentSummary& agent) { return !archive(context, agent); });
    std::string text;
    JsonWriter json(text);
    json.begin_object().field("dry_run", query_.dry_run);
    json.field("count", static_cast<std::uint64_t>(found_.size())).key("agents").begin_array();
    for (const AgentSummary& agent : found_) {
      json.begin_object().field("agent_id", agent.profile.id);
      time_field(json, "last_update", agent.last ? agent.last->timestamp_us : 0);
      json.end_object();
    }
    json.end_array().field("more", more_).end_object();
    return text;
  }

 private:
  Step find_idle(std::int64_t now_us) {
    query_.filter.status = core::Lifecycle::active;
    query_.filter.idle_since_us = now_us - query_.days * kDayUs;
    looked_at_.clear();
    found_.clear();
    is_loaded_ = false;
    return Read{[this](Store& store) { return read(store); },
                [this] { return more_ && found_.size() < query_.limit; }};
  }

  [[nodiscard]] Step load_found() const {
    Load load;
    for (const AgentSummary& agent : found_) load.agents.push_back(agent.profile.id);
    return load;
  }

  /// Whether the agent is (or, in a dry run, would be) archived: not if it has come to life meanwhile.
  bool archive(CallContext& context, const AgentSummary& summary) const {
    if (context.state.owner_of(summary.profile) != nullptr) return false;
    if (query_.dry_run) return true;
    const core::Agent* agent = context.state.find_agent(summary.profile.id);
    if (agent == nullptr || agent->profile.pinned || agent->profile.status != core::Lifecycle::active ||
        agent->total != summary.total || context.state.owner_of(agent->profile) != nullptr) {
      return false;
    }
    const core::LifecycleCommand command{
        summary.profile.id, {}, fmt::format("no update for {} days", query_.days), true};
    return bool(context.state.change_lifecycle(context.caller, command, core::Lifecycle::archived,
                                               context.now_us, context.changes));
  }

  Query query_;
  std::string looked_at_;
  bool more_ = false;
  std::vector<AgentSummary> found_;
  bool is_loaded_ = false;
};

constexpr Parameter kArchiveIdleParameters[] = {
    integer("days", 0, 36'500).otherwise(7),
    text("pattern", 128, "Of the whole id, with * and ?, such as test_*"),
    text("tag", kMaxTagBytes),
    flag("dry_run").otherwise(true),
    limit(500),
};

ParsedCall parse_archive_idle(Arguments& arguments, const ToolEnvironment&) {
  ArchiveIdleCall::Query query;
  query.days = arguments.integer("days");
  query.filter.pattern = arguments.text("pattern").value_or("");
  // What no id has in it matches nothing, and brackets would mean something.
  constexpr std::string_view kOfIds = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-*?";
  if (query.filter.pattern.find_first_not_of(kOfIds) != std::string::npos) {
    arguments.refuse(core::invalid_argument("pattern", fmt::format("\"{}\"", query.filter.pattern),
                                            "characters of agent ids (A-Z a-z 0-9 . _ -), * and ?"));
  }
  query.filter.tag = arguments.text("tag").value_or("");
  query.dry_run = arguments.flag("dry_run");
  query.limit = arguments.integer<std::size_t>("limit");
  return std::make_unique<ArchiveIdleCall>(std::move(query));
}

}  // namespace

std::vector<Tool> lifecycle_tools() {
  using core::Lifecycle;
  return {
      {{"reset_monitor", Effect::cumulative, kResetParameters, parse_reset},
       "governance",
       "Reset an agent's monitor",
       "Begins a new epoch: the state as at the start, the old history kept.",
       kResetOutput},
      {{"pause_agent", Effect::idempotent, kChangeParameters, parse_change<Lifecycle::paused>},
       "agents",
       "Pause an agent",
       "Its updates are refused until resume_agent; what a person paused, only a person resumes.",
       kChangeOutput},
      {{"resume_agent", Effect::idempotent, kChangeParameters, parse_change<Lifecycle::active>},
       "agents",
       "Resume an agent",
       "Lets a paused or archived agent go on.",
       kChangeOutput,
       true},
      {{"archive_agent", Effect::idempotent, kChangeParameters, parse_change<Lifecycle::archived>},
       "agents",
       "Archive an agent",
       "Puts an agent away; resume_agent brings it back.",
       kChangeOutput},
      delete_tool(),
      {{"archive_idle_agents", Effect::idempotent, kArchiveIdleParameters, parse_archive_idle},
       "agents",
       "Archive idle agents",
       "Archives agents without an update for some days, by pattern or tag. Pinned agents and those of live "
       "sessions stay. A dry run unless dry_run is false.",
       kArchiveIdleOutput},
  };
}

}  // namespace governor::daemon
