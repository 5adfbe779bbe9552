#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "ctl/command_line/suggestion.hpp"
#include "ctl/exit_code.hpp"
#include "ctl/failure.hpp"
#include "ctl/guard/install_request.hpp"
#include "ctl/guard/line_diff.hpp"
#include "ctl/ide_configuration.hpp"
#include "ctl/install/client_plan.hpp"
#include "ctl/install/client_table.hpp"
#include "ctl/install/commands.hpp"
#include "ctl/printable.hpp"
#include "ctl/process_list.hpp"
#include "ipc/plain_json.hpp"

namespace governor::ctl {

namespace {

namespace json = boost::json;

struct ClientRequest {
  std::vector<std::string> clients;
  bool all = false;
  std::optional<std::string> project;  ///< none: for all projects of the user
  bool user = false;                   ///< said so; what happens anyway
  bool dry_run = false;
  bool force = false;
  bool guards = false;
  bool uninstall = false;
};

/// What came of one client.
struct ClientOutcome {
  const McpClient* client = nullptr;
  std::string path;
  std::string action;  ///< of ClientPlan, or "failed", "unknown_place"
  std::string note;
  std::string diff;

  [[nodiscard]] bool is_failure() const {
    return action == "failed" || action == "foreign" || action == "unknown_place";
  }
  [[nodiscard]] bool is_change() const { return !is_failure() && action != "none"; }
};

class ClientInstallation {
 public:
  ClientInstallation(const Context& context, const ClientRequest& request)
      : context_(context), request_(request), places_(context.environment, this_platform()) {}

  int run() {
    std::vector<const McpClient*> clients;
    for (const std::string& name : request_.clients) clients.push_back(find_client(name));
    const bool only_looks = clients.empty() && !request_.all;
    if (clients.empty()) {
      for (const McpClient& client : mcp_clients()) {
        if (places_.is_installed(client) || is_entered(client)) clients.push_back(&client);
      }
    }
    if (!request_.uninstall) {
      auto proxy = find_proxy(context_.environment, own_executable());
      if (!proxy) return report_failure(context_, proxy.error());
      proxy_ = *std::move(proxy);
    }
    dry_run_ = request_.dry_run || only_looks;
    std::vector<ClientOutcome> outcomes;
    outcomes.reserve(clients.size());
    for (const McpClient* client : clients) outcomes.push_back(treat(*client));
    if (context_.json) {
      write_json(outcomes);
    } else if (only_looks) {
      write_found(outcomes);
    } else {
      for (const ClientOutcome& outcome : outcomes) write(outcome);
      if (clients.empty()) context_.out << "No client was found.\n";
    }
    if (only_looks) return static_cast<int>(ExitCode::done);
    int code = static_cast<int>(ExitCode::done);
    for (const ClientOutcome& outcome : outcomes) {
      if (outcome.is_failure()) code = static_cast<int>(ExitCode::failed);
    }
    if (code == 0 && request_.guards) code = install_guards(clients);
    return code;
  }

 private:
  [[nodiscard]] std::optional<std::string> file_of(const McpClient& client) const {
    if (request_.project) return places_.project_file(client, *request_.project);
    std::string path = places_.user_file(client);
    return path.empty() ? std::nullopt : std::optional(std::move(path));
  }

  /// Whether its file is there, of a project for example, without the client itself.
  [[nodiscard]] bool is_entered(const McpClient& client) const {
    const auto path = file_of(client);
    return path && is_there(*path);
  }

  ClientOutcome treat(const McpClient& client) {
    ClientOutcome outcome{&client, {}, "unknown_place", {}, {}};
    const auto path = file_of(client);
    if (!path) {
      outcome.note = request_.project ? std::string(client.title) +
                                            " reads no configuration of a project; leave out --project"
                                      : "HOME is not set";
      // Of all clients those without one are passed over.
      if (request_.project && request_.clients.empty()) outcome.action = "none";
      return outcome;
    }
    outcome.path = *path;
    const mode_t new_mode = request_.project ? 0644 : 0600;
    auto plan = request_.uninstall ? plan_client_removal(client, *path, request_.force)
                                   : plan_client(client, *path, proxy_, new_mode, request_.force);
    if (!plan) return failed(std::move(outcome), plan.error());
    outcome.path = plan->path;
    outcome.action = plan->action;
    outcome.note = plan->note;
    outcome.diff = line_diff(plan->before, plan->after);
    if (dry_run_) return outcome;
    if (auto done = run_steps(plan->steps); !done) return failed(std::move(outcome), done.error());
    return outcome;
  }

  static ClientOutcome failed(ClientOutcome outcome, const ipc::Error& error) {
    outcome.action = "failed";
    outcome.note = error.message;
    return outcome;
  }

  [[nodiscard]] std::string_view in_words(const ClientOutcome& outcome) const {
    const std::string& action = outcome.action;
    if (action == "none") return request_.uninstall ? "nothing to do" : "already installed";
    if (action == "create") return dry_run_ ? "would be created" : "created";
    if (action == "change") return dry_run_ ? "would be changed" : "changed";
    if (action == "remove") return dry_run_ ? "would be removed" : "removed";
    if (action == "restore") return dry_run_ ? "would be as it was before" : "as it was before";
    if (action == "foreign") return "not changed";
    return "failed";
  }

  void write(const ClientOutcome& outcome) const {
    if (outcome.is_failure()) {
      context_.err << "governorctl: " << outcome.client->title << ": " << printable(outcome.note) << '\n';
      return;
    }
    if (outcome.path.empty()) return;
    context_.out << outcome.client->title << ": " << printable(outcome.path) << ' ' << in_words(outcome)
                 << '\n';
    if (!outcome.note.empty() && outcome.is_change()) context_.out << "  " << printable(outcome.note) << '\n';
    if (dry_run_) {
      write_diff(outcome.path, outcome.diff);
    } else if (!request_.uninstall) {
      context_.out << "  " << outcome.client->next << '\n';
      if (outcome.client->has_hooks && !request_.guards) {
        context_.out << "  Its hooks, which hold back writes that collide: governorctl install "
                     << outcome.client->name << " --guards\n";
      }
    }
  }

  void write_diff(const std::string& path, const std::string& diff) const {
    if (!diff.empty())
      context_.out << "--- " << printable(path) << "\n+++ " << printable(path) << '\n' << diff;
  }

  /// What an installation of all would do.
  void write_found(const std::vector<ClientOutcome>& outcomes) const {
    if (outcomes.empty()) {
      context_.out << "No client was found. Name one: governorctl install CLIENT\n";
      return;
    }
    std::size_t changes = 0;
    for (const ClientOutcome& outcome : outcomes) {
      if (outcome.path.empty() && !outcome.is_failure()) continue;
      changes += outcome.is_change() ? 1 : 0;
      context_.out << outcome.client->name << ": "
                   << printable(outcome.is_failure() ? outcome.note
                                                     : outcome.path + ' ' + std::string(in_words(outcome)))
                   << '\n';
    }
    const char* command = request_.uninstall ? "uninstall" : "install";
    if (changes > 0) context_.out << "Nothing was changed. To do it: governorctl " << command << " --all\n";
  }

  void write_json(const std::vector<ClientOutcome>& outcomes) const {
    json::array list;
    for (const ClientOutcome& outcome : outcomes) {
      list.push_back(json::object{{"client", outcome.client->name},
                                  {"path", printable(outcome.path)},
                                  {"action", outcome.action},
                                  {"note", printable(outcome.note)},
                                  {"diff", outcome.diff},
                                  {"next", request_.uninstall ? "" : outcome.client->next}});
    }
    context_.out << ipc::plain_json(json::object{{"dry_run", dry_run_}, {"clients", std::move(list)}})
                 << '\n';
  }

  int install_guards(const std::vector<const McpClient*>& clients) const {
    for (const McpClient* client : clients) {
      if (!client->has_hooks) {
        if (request_.clients.empty()) continue;
        context_.err << "governorctl: " << client->title << " has no hooks that governor knows\n";
        continue;
      }
      InstallRequest guards;
      guards.only = client->name;
      guards.user = !request_.project;
      if (request_.project) guards.project = *request_.project;
      guards.dry_run = request_.dry_run;
      guards.uninstall = request_.uninstall;
      const auto plans = plan_installation(context_, guards);
      if (!plans) return report_failure(context_, plans.error());
      for (const GuardPlan& plan : *plans) {
        if (!dry_run_) {
          if (auto done = run_steps(plan.steps); !done) return report_failure(context_, done.error());
        }
        if (context_.json) continue;
        context_.out << "Hooks: " << printable(plan.path) << ' '
                     << (plan.action == "none" ? "nothing to do"
                         : dry_run_            ? "would be changed"
                                               : "changed")
                     << '\n';
        if (!plan.note.empty()) context_.out << "  " << printable(plan.note) << '\n';
        if (dry_run_) write_diff(plan.path, line_diff(plan.before, plan.after));
      }
    }
    return static_cast<int>(ExitCode::done);
  }

  const Context& context_;
  const ClientRequest& request_;
  ClientPlaces places_;
  std::string proxy_;
  bool dry_run_ = false;
};

std::vector<std::string> client_names() {
  std::vector<std::string> names;
  for (const McpClient& client : mcp_clients()) names.emplace_back(client.name);
  return names;
}

int run_clients(const Context& context, ClientRequest request) {
  if (request.project) {
    std::error_code failure;
    const auto real = std::filesystem::canonical(*request.project, failure);
    if (failure || !std::filesystem::is_directory(real)) {
      return report_failure(
          context, {ipc::Errc::invalid_path, 0, "--project: " + *request.project + " is no directory"});
    }
    request.project = real.string();
  }
  return ClientInstallation(context, request).run();
}

/// Who mistypes a name is told which one may have been meant, `guards` among them.
CLI::Validator known_client(const std::string& command) {
  std::string all;
  for (const std::string& name : client_names()) all += (all.empty() ? "{" : ",") + name;
  return {[command](std::string& given) -> std::string {
            if (find_client(given) != nullptr) return {};
            auto names = client_names();
            if (command == "install") names.emplace_back("guards");
            std::string meant;
            for (const std::string& name : likely_meant(given, names))
              meant +=
                  (meant.empty() ? "; did you mean: governorctl " : ", governorctl ") + command + ' ' + name;
            return "there is no client \"" + given + '"' + meant + (meant.empty() ? "" : "?");
          },
          all + '}'};
}

/// The options that both commands have.
void add_client_options(CLI::App& command, const std::shared_ptr<ClientRequest>& request) {
  CLI::Option* const clients =
      command.add_option("CLIENT", request->clients, "Clients; without any, what was found is listed")
          ->check(known_client(command.get_name()))
          ->type_name("");
  command.add_flag("--all", request->all, "All that are found")->excludes(clients);
  CLI::Option* const project =
      command
          .add_option("--project", request->project,
                      "For the project in this directory, into its own file, which may be shared with others")
          ->type_name("DIR");
  command
      .add_flag("--user", request->user,
                "For all projects of the user; this is what happens without --project")
      ->excludes(project);
  command.add_flag("--dry-run", request->dry_run, "Only show what would change");
  command.add_flag("--force", request->force, "Also where another server is called governor");
}

void set_action(CLI::App& command, Action& action, const std::shared_ptr<ClientRequest>& request) {
  command.callback([&action, &command, request] {
    if (!command.get_subcommands().empty()) return;  // install guards
    action = [request](const Context& context) { return run_clients(context, *request); };
  });
}

}  // namespace

void add_install(CLI::App& app, Action& action) {
  CLI::App* install = app.add_subcommand(
      "install", "Puts governor into the configuration of MCP clients, and hooks into projects");
  const auto installing = std::make_shared<ClientRequest>();
  add_client_options(*install, installing);
  install->add_flag("--guards", installing->guards, "Also the hooks of clients that have some");
  set_action(*install, action, installing);
  add_guards_installation(*install, action);

  CLI::App* uninstall = app.add_subcommand("uninstall", "Takes governor out of the configuration of clients");
  const auto removing = std::make_shared<ClientRequest>();
  removing->uninstall = true;
  add_client_options(*uninstall, removing);
  uninstall->add_flag("--guards", removing->guards, "Also their hooks");
  set_action(*uninstall, action, removing);
}

}  // namespace governor::ctl
