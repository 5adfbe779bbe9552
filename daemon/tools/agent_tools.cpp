#include "daemon/tools/agent_tools.hpp"

#include <fmt/format.h>

#include "core/agent_id.hpp"
#include "daemon/support/json_writer.hpp"
#include "daemon/support/sha256.hpp"
#include "daemon/support/timestamp.hpp"
#include "daemon/tools/agent_reference.hpp"
#include "daemon/tools/arguments.hpp"

namespace governor::daemon {
namespace {

constexpr std::size_t kMaxPurposeBytes = 1024;
constexpr std::size_t kMaxNotesBytes = 16 * 1024;
constexpr std::size_t kMaxTags = 32;
constexpr std::size_t kMaxTagBytes = 64;
constexpr std::size_t kMaxTokenBytes = 128;
constexpr std::size_t kTokenBytes = 32;

constexpr std::string_view kRegisterInput =
    R"({"type":"object","properties":{)"
    R"("agent_id":{"type":"string","pattern":"^[A-Za-z0-9._-]{1,128}$","description":"Default: made of client, user, date and a random part"},)"
    R"("purpose":{"type":"string","maxLength":1024},"parent_agent_id":{"type":"string"},)"
    R"("tags":{"type":"array","items":{"type":"string","maxLength":64},"maxItems":32},"notes":{"type":"string","maxLength":16384},)"
    R"("shared":{"type":"boolean","default":false,"description":"true: other sessions may update it too"},)"
    R"("token":{"type":"string","description":"From an earlier registration, to take the agent over"}},"additionalProperties":false})";

constexpr std::string_view kRegisterOutput =
    R"({"type":"object","properties":{)"
    R"("agent_id":{"type":"string"},"created":{"type":"boolean"},"resumed":{"type":"boolean"},"shared":{"type":"boolean"},)"
    R"("updates":{"type":"integer"},"token":{"type":"string"},"owner":{"type":"object"},)"
    R"("warnings":{"type":"array","items":{"type":"string"}},"timestamp":{"type":"string"}},)"
    R"("required":["agent_id","created","resumed","shared","updates","token","owner","warnings","timestamp"]})";

constexpr std::string_view kListInput =
    R"({"type":"object","properties":{)"
    R"("limit":{"type":"integer","minimum":1,"maximum":500,"default":50},)"
    R"("cursor":{"type":"string","description":"next_cursor of the previous page"}},"additionalProperties":false})";

constexpr std::string_view kListOutput =
    R"({"type":"object","properties":{)"
    R"("agents":{"type":"array","items":{"type":"object"}},"count":{"type":"integer"},"total":{"type":"integer"},"next_cursor":{"type":"string"}},)"
    R"("required":["agents","count","total"]})";

void write_owner(JsonWriter& json, const core::Session& owner) {
  json.begin_object();
  json.field("client", owner.client_name).field("pid", owner.process.pid);
  json.field("since", iso_timestamp(owner.created_us));
  json.end_object();
}

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

  core::Result<std::vector<std::string>> prepare(const CallContext& context) override {
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
    return needed;
  }

  core::Result<std::string> run(CallContext& context) override {
    auto outcome =
        context.state.register_agent(context.caller, std::move(command_), context.now_us, context.changes);
    if (!outcome) return std::move(outcome.error());
    std::string text;
    JsonWriter json(text);
    json.begin_object();
    // A line that runs again because its first answer was lost must not call its own agent an older one.
    const bool created = outcome->created || !registered_before_.empty();
    json.field("agent_id", outcome->agent_id).field("created", created).field("resumed", !created);
    json.field("shared", outcome->shared).field("updates", outcome->updates).field("token", token_);
    json.key("owner");
    write_owner(json, *context.state.find_session(context.caller.session));
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
    if (outcome->parent_unknown) json.value("The parent agent is not known (yet).");
    json.end_array();
    json.field("timestamp", iso_timestamp(context.now_us));
    json.end_object();
    return text;
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
  std::optional<std::string> agent_id_;
  core::RegisterCommand command_;
  std::string user_;
  std::string random_part_;
  std::string token_;
  std::string registered_before_;
};

core::Result<std::unique_ptr<ToolCall>> parse_register(const boost::json::object& object,
                                                       const ToolEnvironment& environment) {
  Arguments arguments(object);
  core::RegisterCommand command;
  auto agent_id = arguments.agent_id();
  command.purpose = arguments.text("purpose", kMaxPurposeBytes);
  command.parent_id = arguments.agent_id("parent_agent_id").value_or("");
  command.tags = arguments.texts("tags", kMaxTags, kMaxTagBytes);
  command.notes = arguments.text("notes", kMaxNotesBytes);
  command.shared = arguments.flag("shared", false);
  if (const auto token = arguments.text("token", kMaxTokenBytes)) command.token_hash = sha256_hex(*token);
  if (auto error = arguments.finish()) return *std::move(error);
  return std::unique_ptr<ToolCall>(
      std::make_unique<RegisterCall>(std::move(agent_id), std::move(command), environment));
}

class ListCall final : public ToolCall {
 public:
  ListCall(std::size_t limit, std::string cursor) : limit_(limit), cursor_(std::move(cursor)) {}

  [[nodiscard]] bool reads_store() const override { return true; }
  [[nodiscard]] bool depends_on_all() const override { return true; }

  std::optional<core::Error> read(Store& store) override {
    auto page = store.list_agents(cursor_, limit_);
    if (!page) return page.error();
    page_ = *std::move(page);
    return std::nullopt;
  }

  core::Result<std::string> run(CallContext& context) override {
    std::string text;
    JsonWriter json(text);
    json.begin_object().key("agents").begin_array();
    for (const AgentSummary& agent : page_.agents) write_summary(json, agent, context.state);
    json.end_array();
    json.field("count", static_cast<std::uint64_t>(page_.agents.size())).field("total", page_.total);
    if (page_.more) json.field("next_cursor", page_.agents.back().profile.id);
    json.end_object();
    return text;
  }

 private:
  static void write_summary(JsonWriter& json, const AgentSummary& agent, const core::State& state) {
    const core::AgentProfile& profile = agent.profile;
    json.begin_object();
    json.field("agent_id", profile.id).field("status", "active");
    json.field("health", core::to_string(agent.last ? agent.last->health : core::Health::unknown));
    json.field("updates", agent.last ? agent.last->number : std::uint64_t{0}).field("shared", profile.shared);
    if (!profile.purpose.empty()) json.field("purpose", profile.purpose);
    if (!profile.parent_id.empty()) json.field("parent_agent_id", profile.parent_id);
    if (!profile.tags.empty()) {
      json.key("tags").begin_array();
      for (const std::string& tag : profile.tags) json.value(tag);
      json.end_array();
    }
    if (const core::Session* owner = state.owner_of(profile)) {
      json.key("owner");
      write_owner(json, *owner);
    }
    if (agent.last) {
      json.field("last_update", iso_timestamp(agent.last->timestamp_us)).key("metrics").begin_object();
      json.field("coherence", agent.last->coherence).field("risk_score", agent.last->risk);
      json.field("verdict", core::to_string(agent.last->verdict)).end_object();
    }
    json.end_object();
  }

  std::size_t limit_;
  std::string cursor_;
  AgentPage page_;
};

core::Result<std::unique_ptr<ToolCall>> parse_list(const boost::json::object& object,
                                                   const ToolEnvironment&) {
  Arguments arguments(object);
  const std::int64_t limit = arguments.integer("limit", 50, 1, 500);
  auto cursor = arguments.agent_id("cursor");
  if (auto error = arguments.finish()) return *std::move(error);
  return std::unique_ptr<ToolCall>(
      std::make_unique<ListCall>(static_cast<std::size_t>(limit), std::move(cursor).value_or("")));
}

}  // namespace

std::vector<Tool> agent_tools() {
  return {
      {"register_agent", "agents", "Register an agent",
       "Makes an agent this session's own: other live sessions are refused unless they give the returned "
       "token. "
       "Registering an existing id resumes it. Later calls may omit agent_id.",
       kRegisterInput, kRegisterOutput, false, false, parse_register},
      {"list_agents", "agents", "List agents",
       "All agents with health and newest figures, by id, page by page.", kListInput, kListOutput, true, true,
       parse_list},
  };
}

}  // namespace governor::daemon
