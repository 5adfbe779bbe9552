#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "ctl/commands.hpp"
#include "ctl/daemon_call.hpp"
#include "ctl/deployments/deployment_text.hpp"
#include "ctl/failure.hpp"
#include "ctl/json_fields.hpp"
#include "ipc/child_process.hpp"
#include "ipc/paths.hpp"

namespace governor::ctl {

namespace {

namespace json = boost::json;

constexpr std::chrono::seconds kAttachPatience{10};

/// tmux has no dots and colons in the names of its sessions.
std::string tmux_session(std::string id) {
  std::replace_if(
      id.begin(), id.end(), [](char c) { return c == '.' || c == ':'; }, '_');
  return id;
}

/// Becomes tmux; returns only if that fails.
int run_attach(const Context& context, const std::string& id) {
  const auto deadline = ipc::Deadline::after(kAttachPatience);
  auto client = connect_to_daemon(context, deadline);
  if (!client) return report_failure(context, client.error());
  const auto result = call_tool(*client, "get_deployment", {{"deployment_id", id}, {"history", 0}}, deadline);
  if (!result) return report_failure(context, result.error());
  const json::object& deployment = object_field(*result, "deployment");
  if (has_ended(deployment)) {
    return report_failure(context,
                          ipc::Error{ipc::Errc::remote_error, 0, id + " is over: there is no terminal"},
                          "governorctl logs " + id + " shows what it said.");
  }
  if (!flag_field(deployment, "in_tmux")) {
    return report_failure(
        context,
        ipc::Error{ipc::Errc::remote_error, 0, id + " runs without tmux: there is no terminal to attach to"},
        "governorctl logs -f " + id + " shows what it says; governorctl deployments input " + id +
            " TEXT answers.");
  }
  const auto paths = ipc::resolve_paths(context.environment);
  if (!paths) return report_failure(context, paths.error());
  const std::vector<std::string> words{"tmux",           "-S", paths->socket_dir + "/tmux.sock",
                                       "attach-session", "-t", "=" + tmux_session(id)};
  ::execvp("tmux", ipc::exec_vector(words).data());
  return report_failure(context, ipc::Error{ipc::Errc::start_failed, errno, "tmux cannot be started"});
}

}  // namespace

void add_attach(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand(
      "attach", "The terminal of a headless agent; Ctrl-b d leaves it, and the agent goes on");
  const auto id = std::make_shared<std::string>();
  command->add_option("ID", *id, "The deployment, as `governorctl deployments` names it")->required();
  command->callback(
      [&action, id] { action = [id](const Context& context) { return run_attach(context, *id); }; });
}

}  // namespace governor::ctl
