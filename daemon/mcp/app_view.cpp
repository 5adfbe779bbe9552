#include "daemon/mcp/app_view.hpp"

#include <algorithm>

#include "daemon/mcp/catalogue.hpp"
#include "daemon/mcp/members.hpp"
#include "daemon/mcp/reply.hpp"
#include "daemon/support/json_writer.hpp"

namespace governor::daemon {

namespace json = boost::json;

bool shows_apps(const json::object& client_capabilities) {
  const json::object* app = member_object(member_object(&client_capabilities, "extensions"), kAppsExtension);
  const json::value* types = member(app, "mimeTypes");
  if (types == nullptr || !types->is_array()) return false;
  const json::array& list = types->get_array();
  return std::any_of(list.begin(), list.end(), [](const json::value& type) {
    return type.is_string() && std::string_view(type.get_string()) == kAppMimeType;
  });
}

std::string_view app_of_tool(std::string_view tool) {
  return tool == kFleetAppTool ? kFleetAppUri : std::string_view();
}

std::string fleet_app_json(Revision revision) {
  std::string out = "{";
  out += result_preamble(revision);
  JsonWriter json(out);
  if (is_stateless(revision)) write_list_caching(json);
  json.key("contents").begin_array().begin_object();
  json.field("uri", kFleetAppUri).field("mimeType", kAppMimeType).field("text", fleet_app_html());
  // It connects to nothing and loads nothing, which is what clients assume where no domains are named.
  json.key("_meta").begin_object().key("ui").begin_object().field("prefersBorder", true);
  json.end_object().end_object().end_object().end_array();
  out += '}';
  return out;
}

}  // namespace governor::daemon
