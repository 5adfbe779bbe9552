#include "daemon/tools/agents/tools.hpp"

#include "core/analysis/trend.hpp"
#include "daemon/support/json_time.hpp"
#include "daemon/support/json_writer.hpp"
#include "daemon/support/timestamp.hpp"
#include "daemon/tools/agents/agent_json.hpp"
#include "daemon/tools/agents/agent_reference.hpp"
#include "daemon/tools/argument_limits.hpp"
#include "daemon/tools/arguments.hpp"
#include "daemon/tools/governance/update_json.hpp"

namespace governor::daemon {
namespace {

constexpr std::size_t kMaxChildren = 200;
constexpr std::size_t kMaxLifeSteps = 100;

constexpr std::string_view kGetMetadataOutput =
    R"({"type":"object","properties":{"status":{"type":"string"},"purpose":{"type":"string"}}})";

constexpr std::string_view kUpdateMetadataOutput =
    R"({"type":"object","properties":{)"
    R"("agent_id":{"type":"string"},"tags":{"type":"array","items":{"type":"string"}},"notes":{"type":"string"},)"
    R"("purpose":{"type":"string"},"pinned":{"type":"boolean"},"timestamp":{"type":"string"}},)"
    R"("required":["agent_id","tags","notes","purpose","pinned","timestamp"]})";

class GetMetadataCall final : public AgentCall {
 public:
  using AgentCall::AgentCall;

  std::optional<core::Error> read(Store& store) {
    auto agent = store.load_agent(id());
    if (!agent) return agent.error();
    if (!*agent) return unknown_agent(id());
    auto children = store.load_children(id(), kMaxChildren);
    if (!children) return children.error();
    children_ = *std::move(children);
    auto life = store.load_lifecycle((*agent)->profile.key, kMaxLifeSteps);
    if (!life) return life.error();
    life_ = *std::move(life);
    auto page = store.load_history(id(), 0, core::kRecentRows);
    if (!page) return page.error();
    if (*page) recent_ = std::move((*page)->rows);
    return std::nullopt;
  }

  Step run_on_agent(CallContext& context) override {
    if (!std::exchange(is_read_, true)) return Read{[this](Store& store) { return read(store); }};
    const core::Agent* agent = context.state.find_agent(id());
    if (agent == nullptr) return unknown_agent(id());
    std::string text;
    JsonWriter json(text);
    json.begin_object();
    write_profile(json, context, agent->profile);
    const core::UpdateRecord* last = agent->last ? &*agent->last : nullptr;
    time_field(json, "last_update", last != nullptr ? last->timestamp_us : 0);
    json.field("updates", agent->state.updates).field("updates_in_all", agent->total);
    json.field("epoch", agent->profile.epoch).key("health");
    write_health(json, last, context.state.thresholds_of(*agent));
    std::erase_if(recent_, [&](const core::UpdateRecord& r) { return r.epoch != agent->profile.epoch; });
    json.field("trend", core::to_string(core::trends_of(recent_).course()));
    write_life(json);
    json.end_object();
    return text;
  }

 private:
  void write_profile(JsonWriter& json, const CallContext& context, const core::AgentProfile& profile) const {
    json.field("agent_id", profile.id).field("status", core::to_string(profile.status));
    if (!profile.status_reason.empty()) json.field("status_reason", profile.status_reason);
    json.field("status_since", iso_timestamp(profile.status_since_us));
    json.field("pinned", profile.pinned).field("shared", profile.shared).field("purpose", profile.purpose);
    json.key("tags");
    write_texts(json, profile.tags);
    json.field("notes", profile.notes);
    if (!profile.parent_id.empty()) json.field("parent_agent_id", profile.parent_id);
    json.key("children");
    write_texts(json, children_);
    if (const core::Session* owner = context.state.owner_of(profile)) {
      json.key("owner");
      write_owner(json, *owner, profile);
    }
    json.field("created", iso_timestamp(profile.created_us));
    const std::int64_t age_ms = (context.now_us - profile.created_us) / 1000;
    json.field("age_seconds", static_cast<double>(age_ms) / 1000.0);
  }

  void write_life(JsonWriter& json) const {
    json.key("lifecycle_events").begin_array();
    for (const LifecycleStep& step : life_) {
      time_field(json.begin_object().field("event", step.event), "timestamp", step.timestamp_us);
      if (!step.reason.empty()) json.field("reason", step.reason);
      if (!step.by.empty()) json.field("by", step.by);
      json.end_object();
    }
    json.end_array();
  }

  bool is_read_ = false;
  std::vector<std::string> children_;
  std::vector<LifecycleStep> life_;
  std::vector<core::UpdateRecord> recent_;
};

class UpdateMetadataCall final : public AgentCall {
 public:
  UpdateMetadataCall(std::optional<std::string> agent_id, core::MetadataCommand command)
      : AgentCall(std::move(agent_id)), command_(std::move(command)) {}

  Step run_on_agent(CallContext& context) override {
    command_.agent_id = id();
    if (auto error = context.state.update_metadata(context.caller, std::move(command_), context.now_us,
                                                   context.changes)) {
      return *std::move(error);
    }
    const core::AgentProfile& profile = context.state.find_agent(id())->profile;
    std::string text;
    JsonWriter json(text);
    json.begin_object().field("agent_id", profile.id).key("tags");
    write_texts(json, profile.tags);
    json.field("notes", profile.notes).field("purpose", profile.purpose).field("pinned", profile.pinned);
    json.field("timestamp", iso_timestamp(context.now_us)).end_object();
    return text;
  }

 private:
  core::MetadataCommand command_;
};

constexpr Parameter kGetMetadataParameters[] = {agent_id()};

ParsedCall parse_get_metadata(Arguments& arguments, const ToolEnvironment&) {
  auto agent_id = arguments.agent_id();
  return std::make_unique<GetMetadataCall>(std::move(agent_id));
}

constexpr Parameter kUpdateMetadataParameters[] = {
    own_agent_id(),
    texts("tags", kMaxTags, kMaxTagBytes, "Replaces all tags"),
    text("notes", kMaxNotesBytes),
    flag("append_notes", "true: after the present notes, with the time").otherwise(false),
    text("purpose", kMaxPurposeBytes),
    flag("pinned", "true: neither deleted nor archived for being idle"),
    token_of_other(),
};

ParsedCall parse_update_metadata(Arguments& arguments, const ToolEnvironment&) {
  auto agent_id = arguments.agent_id();
  core::MetadataCommand command;
  command.tags = arguments.texts("tags");
  command.notes = arguments.text("notes");
  command.append_notes = arguments.flag("append_notes");
  command.purpose = arguments.text("purpose");
  const bool pinned = arguments.flag("pinned");
  if (arguments.has("pinned")) command.pinned = pinned;
  command.token_hash = arguments.token_hash();
  if (!command.tags && !command.notes && !command.purpose && !command.pinned) {
    return core::invalid_argument("tags", "missing, and so are notes, purpose and pinned",
                                  "at least one of tags, notes, purpose and pinned");
  }
  return std::make_unique<UpdateMetadataCall>(std::move(agent_id), std::move(command));
}

}  // namespace

std::vector<Tool> metadata_tools() {
  return {
      {{"get_agent_metadata", Effect::none, kGetMetadataParameters, parse_get_metadata},
       "agents",
       "Get an agent's metadata",
       "Purpose, tags, notes, lifecycle, parent and children, trend of an agent.",
       kGetMetadataOutput,
       true},
      {{"update_agent_metadata", Effect::cumulative, kUpdateMetadataParameters, parse_update_metadata},
       "agents",
       "Update an agent's metadata",
       "Replaces tags, replaces or appends notes, sets purpose or pin.",
       kUpdateMetadataOutput},
  };
}

}  // namespace governor::daemon
