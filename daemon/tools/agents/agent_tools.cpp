#include "daemon/tools/agents/tools.hpp"

#include <fmt/format.h>

#include <map>

#include "core/agent_id.hpp"
#include "daemon/support/json_writer.hpp"
#include "daemon/support/sha256.hpp"
#include "daemon/support/timestamp.hpp"
#include "daemon/tools/agents/agent_json.hpp"
#include "daemon/tools/agents/agent_reference.hpp"
#include "daemon/tools/argument_limits.hpp"
#include "daemon/tools/arguments.hpp"

namespace governor::daemon {
namespace {

constexpr std::size_t kTokenBytes = 32;

constexpr std::string_view kRegisterOutput =
    R"({"type":"object","properties":{"agent_id":{"type":"string"},"token":{"type":"string"},"warnings":{"type":"array"}},)"
    R"("required":["agent_id"]})";

constexpr std::string_view kListAgentsOutput =
    R"({"type":"object","properties":{"agents":{"type":"array"},"total":{"type":"integer"},"next_cursor":{"type":"string"}}})";

class RegisterCall final : public ToolCall {
 public:
  RegisterCall(std::optional<std::string> agent_id, core::RegisterCommand command,
               const ToolEnvironment& environment)
      : agent_id_(std::move(agent_id)),
        command_(std::move(command)),
        user_(environment.facts.user),
        random_part_(environment.random_hex(4)),
        token_(environment.random_hex(kTokenBytes)) {
    command_.new_token_hash = sha256_hex(token_);
  }

  Step run(CallContext& context) override {
    if (!context.begins) return register_agent(context);
    if (!registered_before_.empty()) {
      command_.agent_id = registered_before_;
      command_.generic_id = agent_id_ && core::is_generic_agent_id(*agent_id_);
    } else if (agent_id_) {
      auto reference = resolve_agent(context, agent_id_);
      if (!reference) return std::move(reference.error());
      command_.agent_id = std::move(reference->id);
      command_.generic_id = reference->generic;
    } else {
      const core::Session* session = context.state.find_session(context.caller.session);
      command_.agent_id = core::compose_agent_id(session != nullptr ? session->client_name : "", user_,
                                                 compact_date(context.now_us), random_part_);
    }
    std::vector<std::string> needed{command_.agent_id};
    if (!command_.parent_id.empty()) needed.push_back(command_.parent_id);
    // Its hooks may have one already, which then goes on under this name.
    const core::Session* session = context.state.find_session(context.caller.session);
    if (session != nullptr && !session->agent_id.empty() && session->agent_id != command_.agent_id)
      needed.push_back(session->agent_id);
    return Load{std::move(needed)};
  }

  /// Only a token's hash is stored, so the first token cannot be told again: the line runs once more on the
  /// same agent and gives a new one. Nobody has seen the first.
  core::Result<std::optional<std::string>> replay(Store& store, const core::Answer& answer) override {
    if (answer.kind != core::Answer::Kind::registration) return ToolCall::replay(store, answer);
    auto id = store.load_agent_id(answer.target);
    if (!id) return std::move(id.error());
    if (*id) registered_before_ = **id;
    return std::optional<std::string>();
  }

 private:
  Step register_agent(CallContext& context) {
    auto outcome =
        context.state.register_agent(context.caller, std::move(command_), context.now_us, context.changes);
    if (!outcome) return std::move(outcome.error());
    std::string text;
    JsonWriter json(text);
    json.begin_object();
    // A line that runs again because its first answer was lost must not call its own agent an older one.
    const bool created = outcome->created || !registered_before_.empty();
    json.field("agent_id", outcome->agent_id).field("created", created).field("resumed", !created);
    json.field("shared", outcome->shared).field("updates", outcome->updates);
    if (!outcome->keeps_token && !outcome->deployed) json.field("token", token_);
    json.key("owner");
    write_owner(json, *context.state.find_session(context.caller.session),
                context.state.find_agent(outcome->agent_id)->profile);
    json.key("warnings").begin_array();
    if (outcome->generic_id) {
      json.value(fmt::format(
          "The id given is generic; for this session it stands for \"{}\". Use an id of your own.",
          outcome->agent_id));
    }
    if (!created) {
      json.value(fmt::format("Agent \"{}\" existed already, with {} updates; this session goes on with it.",
                             outcome->agent_id, outcome->updates));
    }
    if (outcome->was_deleted) {
      json.value(
          "An agent of this id was deleted: it begins anew, without the tags, notes and thresholds of "
          "before.");
    }
    if (outcome->keeps_token) json.value("It is shared: the token stays with those who have it.");
    if (outcome->deployed) json.value("It was deployed: its token is the one that it got at its start.");
    if (outcome->parent_unknown) json.value("The parent agent does not exist (yet).");
    if (outcome->taken_from != 0) {
      json.value("Another live session held this agent; it is told at its next call that you took it over.");
    }
    if (outcome->status == core::Lifecycle::paused) {
      const bool by_person =
          (context.state.find_agent(outcome->agent_id)->profile.ordered & core::kOrderedStatus) != 0;
      json.value(by_person
                     ? "A person has paused the agent: its updates are refused until a person resumes it."
                     : "The agent is paused: its updates are refused until resume_agent.");
    }
    json.end_array();
    json.field("timestamp", iso_timestamp(context.now_us));
    json.end_object();
    return text;
  }

  std::optional<std::string> agent_id_;
  core::RegisterCommand command_;
  std::string user_;
  std::string random_part_;
  std::string token_;
  std::string registered_before_;
};

constexpr Parameter kRegisterParameters[] = {
    agent_id("Default: a new one"),        text("purpose", kMaxPurposeBytes).quiet(),
    agent_named("parent_agent_id"),        texts("tags", kMaxTags, kMaxTagBytes).quiet(),
    text("notes", kMaxNotesBytes).quiet(), flag("shared", "Other sessions may update it too"),
    token("To take over an agent"),
};

ParsedCall parse_register(Arguments& arguments, const ToolEnvironment& environment) {
  core::RegisterCommand command;
  auto agent_id = arguments.agent_id();
  command.purpose = arguments.text("purpose");
  command.parent_id = arguments.agent_id("parent_agent_id").value_or("");
  command.tags = arguments.texts("tags");
  command.notes = arguments.text("notes");
  command.shared = arguments.flag("shared");
  command.token_hash = arguments.token_hash();
  return std::make_unique<RegisterCall>(std::move(agent_id), std::move(command), environment);
}

/// Rows looked at in one read; a filter that few agents pass needs several reads.
constexpr std::size_t kListSlice = 2000;

class ListAgentsCall final : public ToolCall {
 public:
  struct Query {
    AgentFilter filter;
    std::size_t limit = 50;
    std::string cursor;
    bool metrics = true;
    bool summary_only = false;
  };

  explicit ListAgentsCall(Query query) : query_(std::move(query)) { page_.looked_at = query_.cursor; }

  std::optional<core::Error> read(Store& store) {
    const std::size_t room = query_.summary_only ? kListSlice : query_.limit - page_.agents.size();
    auto part = store.list_agents(query_.filter, page_.looked_at, room, kListSlice);
    if (!part) return part.error();
    page_.looked_at = std::move(part->looked_at);
    page_.more = part->more;
    for (AgentSummary& agent : part->agents) {
      if (query_.summary_only) {
        count(agent);
      } else {
        page_.agents.push_back(std::move(agent));
      }
    }
    return std::nullopt;
  }

  [[nodiscard]] bool wants_more() const {
    return page_.more && (query_.summary_only || page_.agents.size() < query_.limit);
  }

  Step run(CallContext& context) override {
    if (context.begins)
      return Read{[this](Store& store) { return read(store); }, [this] { return wants_more(); }};
    std::string text;
    JsonWriter json(text);
    json.begin_object();
    if (query_.summary_only) {
      json.field("total", summary_.total).key("by_status");
      write_counts(json, summary_.by_status);
      json.key("by_health");
      write_counts(json, summary_.by_health);
    } else {
      json.key("agents").begin_array();
      for (const AgentSummary& agent : page_.agents)
        write_agent_summary(json, agent, context.state, query_.metrics);
      json.end_array();
      json.field("count", static_cast<std::uint64_t>(page_.agents.size()));
      json.field("total", context.state.agent_count());
      if (page_.more) json.field("next_cursor", page_.looked_at);
    }
    json.end_object();
    return text;
  }

 private:
  using Counts = std::map<std::string_view, std::uint64_t>;

  void count(const AgentSummary& agent) {
    summary_.total += 1;
    summary_.by_status[core::to_string(agent.profile.status)] += 1;
    summary_.by_health[core::to_string(agent.last ? agent.last->health : core::Health::unknown)] += 1;
  }

  static void write_counts(JsonWriter& json, const Counts& counts) {
    json.begin_object();
    for (const auto& [name, count] : counts) json.field(name, count);
    json.end_object();
  }

  Query query_;
  AgentPage page_;
  struct {
    std::uint64_t total = 0;
    Counts by_status;
    Counts by_health;
  } summary_;
};

constexpr Parameter kListAgentsParameters[] = {
    choice("status", "active paused archived deleted all", "Default: all but deleted"),
    choice("health", "unknown healthy degraded critical"),
    text("tag", 256).quiet(),
    text("text", 256).quiet(),
    flag("metrics").otherwise(true),
    flag("summary_only"),
    limit(50),
    agent_named("cursor", "next_cursor of before"),
};

ParsedCall parse_list_agents(Arguments& arguments, const ToolEnvironment&) {
  ListAgentsCall::Query query;
  read_agent_filter(arguments, query.filter);
  query.metrics = arguments.flag("metrics");
  query.summary_only = arguments.flag("summary_only");
  query.limit = arguments.integer<std::size_t>("limit");
  query.cursor = arguments.agent_id("cursor").value_or("");
  return std::make_unique<ListAgentsCall>(std::move(query));
}

}  // namespace

std::vector<Tool> agent_tools() {
  return {
      {{"register_agent", Effect::cumulative, kRegisterParameters, parse_register},
       "agents",
       "Register",
       "Makes an agent this session's own; other sessions need the returned token. An existing id is "
       "resumed. Later calls may omit agent_id.",
       kRegisterOutput,
       true},
      {{"list_agents", Effect::none, kListAgentsParameters, parse_list_agents},
       "agents",
       "List agents",
       "Agents with health, last decision and figures, by id.",
       kListAgentsOutput,
       true},
  };
}

}  // namespace governor::daemon
