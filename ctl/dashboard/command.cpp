#include <fcntl.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ctl/commands.hpp"
#include "ctl/dashboard/gateway_process.hpp"
#include "ctl/exit_code.hpp"
#include "ctl/failure.hpp"
#include "ipc/child_process.hpp"
#include "ipc/plain_json.hpp"
#include "ipc/replace_file.hpp"
#include "ipc/unique_fd.hpp"

namespace governor::ctl {
namespace {

namespace json = boost::json;

constexpr std::chrono::seconds kGatewayPatience{30};

struct DashboardRequest {
  bool no_open = false;
  bool stop = false;
  bool log_out_all = false;
  std::optional<int> port;
};

/// Where there is a screen to open a browser on.
std::optional<std::string> browser_opener(const Context& context) {
#ifdef __APPLE__
  static_cast<void>(context);
  return "/usr/bin/open";
#else
  const auto& environment = context.environment;
  if (!environment.lookup("DISPLAY") && !environment.lookup("WAYLAND_DISPLAY")) return std::nullopt;
  return "/usr/bin/xdg-open";
#endif
}

/// Everybody on the machine may read the command lines of programs: so the browser is given a file, which
/// only its owner may read, and not the address.
bool open_browser(const Context& context, const ipc::Paths& paths, const std::string& url) {
  const auto opener = browser_opener(context);
  if (!opener) return false;
  const std::string file = paths.runtime_dir + "/dashboard.html";
  const std::string page = "<!doctype html><meta http-equiv=\"refresh\" content=\"0;url=" + url +
                           "\"><title>governor</title><a href=\"" + url + "\">governor</a>\n";
  if (!ipc::replace_file(file, page)) return false;
  std::vector<std::string> environment;
  for (const char* const* entry = context.environment.inherited; entry != nullptr && *entry != nullptr;
       ++entry)
    environment.emplace_back(*entry);
  const ipc::UniqueFd nowhere(::open("/dev/null", O_RDWR | O_CLOEXEC));
  const int null = nowhere.get();
  // It ends by itself, and nobody waits for it: this command is over before.
  return ipc::start_program({*opener, file}, environment, {null, null, null}, {"/", true}).has_value();
}

int run_stop_gateway(const Context& context, const ipc::Paths& paths) {
  const auto stopped = stop_gateway(paths, ipc::Deadline::after(kGatewayPatience));
  if (!stopped) return report_failure(context, stopped.error());
  if (context.json) {
    json::object body{{"stopped", stopped->has_value()}};
    context.out << ipc::plain_json(body) << '\n';
  } else if (*stopped) {
    context.out << "the gateway (pid " << **stopped << ") has ended; browsers have to log in again\n";
  } else {
    context.out << "no gateway runs\n";
  }
  return static_cast<int>(ExitCode::done);
}

int run_log_out_all(const Context& context, const ipc::Paths& paths) {
  const auto told = log_out_browsers(paths, ipc::Deadline::after(kGatewayPatience));
  if (!told) return report_failure(context, told.error());
  if (context.json) {
    context.out << ipc::plain_json(json::object{{"logged_out", true}, {"gateway", told->has_value()}})
                << '\n';
  } else {
    context.out << "every browser has to log in again: governorctl dashboard\n";
  }
  return static_cast<int>(ExitCode::done);
}

int run_dashboard(const Context& context, const DashboardRequest& request) {
  const auto paths = ipc::resolve_paths(context.environment);
  if (!paths) return report_failure(context, paths.error());
  if (request.stop) return run_stop_gateway(context, *paths);
  if (request.log_out_all) return run_log_out_all(context, *paths);
  const auto gateway = serving_gateway(context, *paths, request.port, ipc::Deadline::after(kGatewayPatience));
  if (!gateway) return report_failure(context, gateway.error());
  const auto url = login_url(*paths, *gateway);
  if (!url) return report_failure(context, url.error());
  const bool opened = !request.no_open && open_browser(context, *paths, *url);
  if (context.json) {
    context.out << ipc::plain_json(json::object{{"url", *url},
                                                {"pid", gateway->pid},
                                                {"started", gateway->started},
                                                {"opened", opened}})
                << '\n';
    return static_cast<int>(ExitCode::done);
  }
  context.out << *url << '\n';
  context.err << (opened ? "The browser is being opened. " : "Open it in a browser on this machine. ")
              << "The link opens once; to end the gateway: governorctl dashboard --stop\n";
  return static_cast<int>(ExitCode::done);
}

}  // namespace

void add_dashboard(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand(
      "dashboard", "Opens the dashboard in the browser, and starts its gateway if need be");
  const auto request = std::make_shared<DashboardRequest>();
  auto* no_open = command->add_flag("--no-open", request->no_open, "Only write the link");
  auto* port = command->add_option("--port", request->port, "Port of a gateway that is started")
                   ->check(CLI::Range(0, 65535));
  auto* stop = command->add_flag("--stop", request->stop, "End the gateway, and log out every browser")
                   ->excludes(no_open)
                   ->excludes(port);
  command->add_flag("--logout-all", request->log_out_all, "Log out every browser; the gateway goes on")
      ->excludes(no_open)
      ->excludes(port)
      ->excludes(stop);
  command->footer("The link opens once and logs one browser in; every call of this command writes another.");
  command->callback([&action, request] {
    action = [request](const Context& context) { return run_dashboard(context, *request); };
  });
}

}  // namespace governor::ctl
