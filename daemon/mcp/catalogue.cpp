#include "daemon/mcp/catalogue.hpp"

#include "daemon/mcp/app_view.hpp"
#include "daemon/mcp/reply.hpp"
#include "daemon/mcp/task_methods.hpp"
#include "daemon/support/json_writer.hpp"
#include "ipc/build_info.hpp"

namespace governor::daemon {
namespace {

constexpr std::string_view kInstructions =
    "Governor keeps the agents of this machine from disturbing each other, and tells them when to stop.\n"
    "1. register_agent, once; later calls may then omit agent_id.\n"
    "2. request_write before you write files. It grants a lease and says what the files hold (sha256), or "
    "who "
    "has them: then wait with wait_seconds, or work on something else.\n"
    "3. commit_file with that lease and sha256; or request the lease with direct true and write with your "
    "own "
    "tools. Then release_write. Read a file after its lease is granted, not before.\n"
    "4. process_agent_update after each piece of work. Follow its decision: approve: go on; revise: correct "
    "yourself first; reject: halt and ask a person.";

/// How long a client may keep lists, in milliseconds. They change only with the daemon's build.
constexpr int kListTtlMs = 300000;

void write_server_info(JsonWriter& json, Revision revision) {
  json.begin_object().field("name", "governor").field("version", ipc::version());
  if (has_titles(revision)) json.field("title", "Governor");
  json.end_object();
}

void write_extensions(JsonWriter& json) {
  json.key("extensions").begin_object();
  json.key(kTasksExtension).begin_object().end_object();
  json.key(kAppsExtension).begin_object().key("mimeTypes").begin_array().value(kAppMimeType).end_array();
  json.end_object().end_object();
}

/// Prompts and resources are offered in every revision. Their lists never change; agents are reached through
/// templates.
void write_capabilities(JsonWriter& json, Revision revision) {
  json.begin_object();
  if (has_completions_capability(revision)) json.key("completions").begin_object().end_object();
  if (is_stateless(revision)) write_extensions(json);
  json.key("prompts").begin_object().field("listChanged", false).end_object();
  json.key("resources").begin_object().field("subscribe", true).field("listChanged", false).end_object();
  json.key("tools").begin_object().field("listChanged", false).end_object();
  json.end_object();
}

void write_tool(JsonWriter& json, const Tool& tool, Revision revision, bool apps) {
  json.begin_object().field("name", tool.name);
  if (has_titles(revision)) json.field("title", tool.title);
  json.field("description", tool.description).key("inputSchema");
  if (tool.input_schema.empty()) {
    write_input_schema(json, tool.parameters);
  } else {
    json.raw(tool.input_schema);
  }
  if (has_structured_content(revision)) json.key("outputSchema").raw(tool.output_schema);
  if (has_tool_annotations(revision)) {
    // Those that mean nothing for a tool that only reads, and those that say the default, are left out.
    json.key("annotations").begin_object().field("readOnlyHint", tool.is_read_only());
    if (!tool.is_read_only()) {
      json.field("destructiveHint", tool.destructive);
      if (tool.effect == Effect::idempotent) json.field("idempotentHint", true);
    }
    json.field("openWorldHint", false).end_object();
  }
  if (const std::string_view app = app_of_tool(tool.name); apps && !app.empty()) {
    json.key("_meta").begin_object().key("ui").begin_object().field("resourceUri", app);
    json.end_object().end_object();
  }
  json.end_object();
}

}  // namespace

void write_list_caching(JsonWriter& json) {
  json.field("ttlMs", kListTtlMs).field("cacheScope", "private");
}

std::string tool_list_json(const std::vector<const Tool*>& tools, Revision revision, bool apps) {
  std::string out = "{";
  out += result_preamble(revision);
  JsonWriter json(out);
  if (is_stateless(revision)) write_list_caching(json);
  json.key("tools").begin_array();
  for (const Tool* tool : tools) write_tool(json, *tool, revision, apps);
  json.end_array();
  out += '}';
  return out;
}

std::string initialize_json(Revision revision) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().field("protocolVersion", to_string(revision));
  json.key("capabilities");
  write_capabilities(json, revision);
  json.key("serverInfo");
  write_server_info(json, revision);
  json.field("instructions", kInstructions).end_object();
  return out;
}

std::string discover_json() {
  std::string out = "{";
  out += result_preamble(Revision::v2026_07_28);
  JsonWriter json(out);
  write_list_caching(json);
  json.key("supportedVersions").begin_array();
  json.value(to_string(Revision::v2026_07_28)).end_array();  // the others begin with initialize
  json.key("capabilities");
  write_capabilities(json, Revision::v2026_07_28);
  json.field("instructions", kInstructions);
  out += '}';
  return out;
}

}  // namespace governor::daemon
