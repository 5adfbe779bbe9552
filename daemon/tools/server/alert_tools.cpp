#include "daemon/tools/server/tools.hpp"

#include <fmt/format.h>

#include "daemon/support/json_writer.hpp"
#include "daemon/tools/arguments.hpp"
#include "daemon/tools/server/alert_json.hpp"

namespace governor::daemon {
namespace {

constexpr std::string_view kListAlertsOutput =
    R"({"type":"object","properties":{"alerts":{"type":"array"},"next_cursor":{"type":"integer"}}})";

constexpr std::string_view kAcknowledgeOutput =
    R"({"type":"object","properties":{"alert_id":{"type":"integer"},"kind":{"type":"string"},"severity":{"type":"string"},)"
    R"("cause":{"type":"string"},"agent_id":{"type":"string"},"message":{"type":"string"},"raised":{"type":"string"},)"
    R"("resolved":{"type":"string"},"acknowledged":{"type":"object"}},"required":["alert_id","kind","severity","message","raised"]})";

class ListAlertsCall final : public ToolCall {
 public:
  ListAlertsCall(AlertFilter filter, core::AlertKey before, std::size_t limit)
      : filter_(filter), before_(before), limit_(limit) {}

  std::optional<core::Error> read(Store& store) {
    auto page = store.list_alerts(filter_, before_, limit_);
    if (!page) return page.error();
    page_ = *std::move(page);
    return std::nullopt;
  }

  Step run(CallContext& context) override {
    if (context.begins) return Read{[this](Store& store) { return read(store); }};
    std::string text;
    JsonWriter json(text);
    json.begin_object().key("alerts").begin_array();
    for (const core::Alert& alert : page_.alerts) write_alert(json, alert);
    json.end_array().field("count", static_cast<std::uint64_t>(page_.alerts.size()));
    if (page_.more) json.field("next_cursor", page_.alerts.back().key);
    json.end_object();
    return text;
  }

 private:
  AlertFilter filter_;
  core::AlertKey before_;
  std::size_t limit_;
  AlertPage page_;
};

class AcknowledgeCall final : public ToolCall {
 public:
  AcknowledgeCall(core::AlertKey key, std::string note) : key_(key), note_(std::move(note)) {}

  std::optional<core::Error> read(Store& store) {
    auto alert = store.load_alert(key_);
    if (!alert) return alert.error();
    if (!*alert) {
      core::Error error(core::ErrorCode::not_found, fmt::format("There is no alert {}.", key_),
                        "list_alerts names those there are.");
      error.field = "alert_id";
      error.given = fmt::format("{}", key_);
      return error;
    }
    alert_ = **std::move(alert);
    return std::nullopt;
  }

  Step run(CallContext& context) override {
    if (context.begins) {
      is_loaded_ = false;
      return Read{[this](Store& store) { return read(store); }};
    }
    if (!std::exchange(is_loaded_, true) && !alert_.agent_id.empty()) return Load{{alert_.agent_id}};
    const auto alert = context.state.acknowledge_alert(context.caller, alert_, std::move(note_),
                                                       context.now_us, context.changes);
    if (!alert) return core::Error(alert.error());
    std::string text;
    JsonWriter json(text);
    write_alert(json, *alert);
    return text;
  }

 private:
  core::AlertKey key_;
  std::string note_;
  core::Alert alert_;
  bool is_loaded_ = false;
};

constexpr Parameter kListAlertsParameters[] = {
    flag("include_acknowledged"),
    flag("include_resolved"),
    limit(50),
    integer("cursor", 1, kMostExact),
};

ParsedCall parse_list_alerts(Arguments& arguments, const ToolEnvironment&) {
  AlertFilter filter;
  filter.acknowledged = arguments.flag("include_acknowledged");
  filter.resolved = arguments.flag("include_resolved");
  const auto limit = arguments.integer<std::size_t>("limit");
  const core::AlertKey before = arguments.integer("cursor");
  return std::make_unique<ListAlertsCall>(filter, before, limit);
}

constexpr Parameter kAcknowledgeParameters[] = {
    integer("alert_id", 1, kMostExact).required("the number of an alert, see list_alerts"),
    text("note", 1024),
};

ParsedCall parse_acknowledge(Arguments& arguments, const ToolEnvironment&) {
  const core::AlertKey key = arguments.integer("alert_id");
  auto note = arguments.text("note").value_or("");
  return std::make_unique<AcknowledgeCall>(key, std::move(note));
}

}  // namespace

std::vector<Tool> alert_tools() {
  return {
      {{"list_alerts", Effect::none, kListAlertsParameters, parse_list_alerts},
       "governance",
       "List alerts",
       "What a person should know: critical agents, loops, changed files, disk trouble.",
       kListAlertsOutput,
       true},
      {{"acknowledge_alert", Effect::idempotent, kAcknowledgeParameters, parse_acknowledge},
       "governance",
       "Acknowledge an alert",
       "For a person: says that they have seen it; ends a loop with its cooldown.",
       kAcknowledgeOutput},
  };
}

}  // namespace governor::daemon
