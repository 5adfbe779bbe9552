#include "ctl/daemon_call.hpp"

#include <chrono>
#include <string>
#include <utility>

#include "ctl/json_fields.hpp"
#include "ctl/refusal.hpp"
#include "ipc/connect.hpp"
#include "ipc/daemon_address.hpp"
#include "ipc/paths.hpp"

namespace governor::ctl {

namespace json = boost::json;

ipc::Result<ipc::Client> connect_if_running(const Context& context, ipc::Deadline deadline) {
  const auto paths = ipc::resolve_paths(context.environment);
  if (!paths) return paths.error();
  auto socket = ipc::connect_to_daemon(*paths, deadline);
  if (!socket && socket.error().code == ipc::Errc::no_daemon) {
    return ipc::Error{ipc::Errc::no_daemon, socket.error().system_errno,
                      "no daemon is running for " + paths->runtime_dir +
                          "; the first client starts it, and so does: governorctl start"};
  }
  if (!socket) return socket.error();
  ipc::Client client(std::move(*socket));
  if (auto said = client.introduce_as("governorctl", "person"); !said) return said.error();
  return client;
}

ipc::Result<ipc::Client> connect_to_daemon(const Context& context, ipc::Deadline deadline,
                                           std::chrono::milliseconds start_patience) {
  auto running = connect_if_running(context, deadline);
  if (running || running.error().code != ipc::Errc::no_daemon) return running;
  const auto paths = ipc::resolve_paths(context.environment);
  if (!paths) return paths.error();
  ipc::StartOptions options;
  options.environment = context.environment;
  auto socket = ipc::connect_or_start(*paths, options, deadline.capped(start_patience));
  if (!socket) {
    ipc::Error error = socket.error();
    error.message =
        "no daemon is running for " + paths->runtime_dir + ", and none could be started: " + error.message;
    const bool still_none = error.code == ipc::Errc::start_failed || error.code == ipc::Errc::not_found ||
                            error.code == ipc::Errc::deadline_exceeded;
    if (still_none) error.code = ipc::Errc::no_daemon;
    return error;
  }
  ipc::Client client(std::move(*socket));
  if (auto said = client.introduce_as("governorctl", "person"); !said) return said.error();
  return client;
}

ipc::Result<json::object> call_method(ipc::Client& client, std::string_view method, json::object params,
                                      ipc::Deadline deadline) {
  auto result = client.call(method, std::move(params), deadline);
  if (!result) {
    ipc::Error error = result.error();
    const json::object& details = object_field(client.last_error(), "data");
    if (error.code == ipc::Errc::remote_error && details.contains("message"))
      error.message = refusal_text(details);
    return error;
  }
  if (!result->is_object()) {
    return ipc::Error{ipc::Errc::protocol_error, 0,
                      "the daemon answered " + std::string(method) + " with something that is no object"};
  }
  return std::move(result->get_object());
}

ipc::Result<json::object> call_tool(ipc::Client& client, std::string_view name, json::object arguments,
                                    ipc::Deadline deadline) {
  const auto result = client.call_tool(name, std::move(arguments), deadline);
  if (!result) return result.error();
  return structured_content(*result, name);
}

ipc::Result<json::object> structured_content(const json::value& result, std::string_view tool) {
  static const json::object kNone;
  const json::object& object = result.is_object() ? result.get_object() : kNone;
  if (flag_field(object, "isError")) {
    const json::array& content = array_field(object, "content");
    std::string text = "the daemon refused " + std::string(tool) + " without saying why";
    if (!content.empty() && content.front().is_object())
      text = text_field(content.front().get_object(), "text");
    const json::object& details = object_field(object_field(object, "_meta"), "io.github.governor/error");
    if (details.contains("message")) text = refusal_text(details);
    return ipc::Error{ipc::Errc::remote_error, 0, text};
  }
  if (const json::value* content = object.if_contains("structuredContent"); content && content->is_object()) {
    return content->get_object();
  }
  return ipc::Error{ipc::Errc::protocol_error, 0,
                    "the daemon answered " + std::string(tool) + " without structured content"};
}

}  // namespace governor::ctl
