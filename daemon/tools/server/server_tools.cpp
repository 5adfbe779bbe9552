#include "daemon/tools/server/tools.hpp"

#include "daemon/support/json_writer.hpp"
#include "daemon/support/limits.hpp"
#include "daemon/support/revision.hpp"
#include "daemon/tools/arguments.hpp"

namespace governor::daemon {
namespace {

constexpr std::string_view kHealthOutput =
    R"({"type":"object","properties":{"status":{"enum":["ok","degraded","failing"]},)"
    R"("reasons":{"type":"array"}},"required":["status"]})";

constexpr std::string_view kInfoOutput =
    R"({"type":"object","properties":{"version":{"type":"string"},"limits":{"type":"object"}}})";

class HealthCall final : public ToolCall {
 public:
  explicit HealthCall(const ToolEnvironment& environment) : environment_(environment) {}

  Step run(CallContext&) override {
    std::string text;
    JsonWriter json(text);
    json.begin_object();
    write_health_fields(json, environment_.facts, environment_.counters, std::chrono::steady_clock::now());
    json.end_object();
    return Answer(std::move(text), Depends::nothing);  // it answers also when the disk does not
  }

 private:
  ToolEnvironment environment_;
};

class InfoCall final : public ToolCall {
 public:
  explicit InfoCall(const ToolEnvironment& environment) : facts_(environment.facts) {}

  Step run(CallContext&) override {
    std::string text;
    JsonWriter json(text);
    json.begin_object();
    json.field("name", "governor").field("version", facts_.version).field("build", facts_.build);
    json.field("pid", facts_.pid).key("protocol_revisions").begin_array();
    for (const std::string_view revision : supported_revisions()) json.value(revision);
    json.end_array().key("tools").begin_array();
    for (const Tool& tool : all_tools()) json.value(tool.name);
    json.end_array();
    json.field("runtime_directory", facts_.runtime_directory)
        .field("state_directory", facts_.state_directory);
    json.key("limits").begin_object();
    json.field("line_bytes", kMaxLineBytes).field("unanswered_lines", kMaxUnanswered);
    json.field("sessions", kMaxConnections).end_object();
    json.end_object();
    return Answer(std::move(text), Depends::nothing);
  }

 private:
  const ServerFacts& facts_;
};

template <class Call>
ParsedCall parse_nothing(Arguments&, const ToolEnvironment& environment) {
  return std::make_unique<Call>(environment);
}

}  // namespace

std::vector<Tool> server_tools() {
  return {
      {{"health_check", Effect::none, {}, parse_nothing<HealthCall>},
       "server",
       "Daemon health",
       "Whether governor works, and if not, why.",
       kHealthOutput,
       true},
      {{"get_server_info", Effect::none, {}, parse_nothing<InfoCall>},
       "server",
       "Daemon facts",
       "Version, directories, tools, limits.",
       kInfoOutput,
       true},
  };
}

}  // namespace governor::daemon
