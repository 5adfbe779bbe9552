#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <memory>
#include <string>
#include <utility>

#include "ctl/commands.hpp"
#include "ctl/exit_code.hpp"
#include "ctl/failure.hpp"
#include "ctl/guard/line_diff.hpp"
#include "ctl/printable.hpp"
#include "ctl/service/service_steps.hpp"
#include "ipc/plain_json.hpp"
#include "ipc/service_manager.hpp"
#include "text/shell_word.hpp"

namespace governor::ctl {
namespace {

namespace json = boost::json;

using MakePlan = ipc::Result<ServicePlan> (*)(ServiceManager&, bool with_gateway);

struct ServiceVerb {
  const char* name;
  const char* about;
  MakePlan plan;
  bool needs_usual_places;  ///< it leads to a daemon that knows no variables of this shell
  bool takes_gateway = false;
};

constexpr ServiceVerb kServiceVerbs[] = {
    {"install", "Has the service manager start the daemon, at the first connection and after failures",
     [](ServiceManager& manager, bool with_gateway) { return manager.install(with_gateway); }, true, true},
    {"uninstall", "Takes the service away again, the gateway's too; clients start the daemon themselves",
     [](ServiceManager& manager, bool) { return manager.uninstall(); }, false},
    {"start", "Starts the service that is installed, in the place of a daemon that runs",
     [](ServiceManager& manager, bool) { return manager.start(); }, true},
    {"stop", "Stops the service; it stays installed",
     [](ServiceManager& manager, bool) { return manager.stop(); }, false},
};

std::unique_ptr<ServiceManager> manager_of_this_platform(const Context& context) {
#ifdef __APPLE__
  return make_launchd(context);
#else
  return make_systemd(context);
#endif
}

std::string command_line(const std::vector<std::string>& command) {
  std::string line;
  for (const std::string& word : command) line += (line.empty() ? "" : " ") + text::shell_word(word);
  return line;
}

std::string in_words(const ServiceStep& step) {
  switch (step.kind) {
    case ServiceStep::Kind::file:
      return (step.file.kind == FileStep::Kind::remove ? "remove " : "write ") + printable(step.file.path);
    case ServiceStep::Kind::end_gateway: return "end the gateway that runs, if there is one";
    case ServiceStep::Kind::keep_out: return "keep clients from starting a daemon meanwhile";
    case ServiceStep::Kind::take_over:
      return "stop the daemon that runs, if there is one, and keep clients from starting another meanwhile";
    case ServiceStep::Kind::run: break;
  }
  return printable(command_line(step.command));
}

json::object step_json(const ServiceStep& step) {
  switch (step.kind) {
    case ServiceStep::Kind::file:
      return {{step.file.kind == FileStep::Kind::remove ? "remove" : "write", printable(step.file.path)},
              {"diff", line_diff(step.before, step.file.text)}};
    case ServiceStep::Kind::end_gateway: return json::object{{"end_gateway", true}};
    case ServiceStep::Kind::keep_out: return json::object{{"keep_out", true}};
    case ServiceStep::Kind::take_over: return json::object{{"take_over", true}};
    case ServiceStep::Kind::run: break;
  }
  return json::object{{"run", json::value_from(step.command)}};
}

void write_plan_json(const Context& context, const ServicePlan& plan, const char* verb, bool dry_run) {
  json::array steps;
  for (const ServiceStep& step : plan.steps) steps.push_back(step_json(step));
  json::array notes;
  for (const std::string& note : plan.notes) notes.emplace_back(printable(note));
  context.out << ipc::plain_json(json::object{{"action", verb},
                                              {"dry_run", dry_run},
                                              {"changed", !plan.steps.empty() && !dry_run},
                                              {"steps", std::move(steps)},
                                              {"notes", std::move(notes)},
                                              {"outcome", dry_run ? "" : plan.outcome},
                                              {"next", plan.next}})
              << '\n';
}

void write_plan(const Context& context, const ServicePlan& plan, bool dry_run) {
  for (const ServiceStep& step : plan.steps) {
    context.out << (dry_run ? "would " : "") << (dry_run && !step.command.empty() ? "run: " : "")
                << in_words(step) << '\n';
    if (dry_run && step.kind == ServiceStep::Kind::file)
      context.out << line_diff(step.before, step.file.text);
  }
  for (const std::string& note : plan.notes) context.out << printable(note) << '\n';
  if (!dry_run || plan.steps.empty()) context.out << plan.outcome << '\n';
  if (!dry_run && !plan.next.empty()) context.out << plan.next << '\n';
}

int run_service(const Context& context, const ServiceVerb& verb, bool dry_run, bool with_gateway) {
  if (const auto variable = ipc::service_override(context.environment); variable && verb.needs_usual_places) {
    return report_failure(
        context,
        {ipc::Errc::invalid_path, 0,
         *variable + " is set here, and the service would not know of it: clients with this variable do "
                     "not use it. Unset it, or go on without a service, which nothing needs"});
  }
  const auto manager = manager_of_this_platform(context);
  const auto plan = verb.plan(*manager, with_gateway);
  if (!plan) return report_failure(context, plan.error());
  if (!dry_run) {
    if (auto done = carry_out(context, *plan); !done) return report_failure(context, done.error());
  }
  if (context.json) {
    write_plan_json(context, *plan, verb.name, dry_run);
  } else {
    write_plan(context, *plan, dry_run);
  }
  return static_cast<int>(ExitCode::done);
}

void write_state(const Context& context, const ServiceState& state) {
  if (!state.is_installed) {
    context.out
        << "no service is installed; clients start the daemon\nTo have one: governorctl service install\n";
    return;
  }
  context.out << state.manager << ": "
              << (state.is_enabled ? "comes back with the next login" : "for this login only") << ", "
              << (state.is_listening ? "clients reach it" : "not running") << '\n';
  if (state.pid) context.out << "  pid      " << *state.pid << '\n';
  if (state.has_gateway)
    context.out << "  gateway  "
                << (state.gateway_pid ? "pid " + std::to_string(*state.gateway_pid) : "not running") << '\n';
  if (!state.program.empty()) context.out << "  program  " << printable(state.program) << '\n';
  for (const std::string& file : state.files) context.out << "  file     " << printable(file) << '\n';
}

int run_service_status(const Context& context) {
  const auto state = manager_of_this_platform(context)->look();
  if (!state) return report_failure(context, state.error());
  if (context.json) {
    json::array files;
    for (const std::string& file : state->files) files.emplace_back(printable(file));
    context.out << ipc::plain_json(json::object{
                       {"manager", state->manager},
                       {"installed", state->is_installed},
                       {"enabled", state->is_enabled},
                       {"listening", state->is_listening},
                       {"pid", state->pid ? json::value(*state->pid) : json::value()},
                       {"gateway", state->has_gateway},
                       {"gateway_pid", state->gateway_pid ? json::value(*state->gateway_pid) : json::value()},
                       {"program", printable(state->program)},
                       {"files", std::move(files)}})
                << '\n';
  } else {
    write_state(context, *state);
  }
  return static_cast<int>(ExitCode::done);
}

}  // namespace

void add_service(CLI::App& app, Action& action) {
  CLI::App* service = app.add_subcommand(
      "service", "The daemon, and if wanted the gateway, as a service of systemd or launchd; not needed");
  service->require_subcommand(1);
  for (const ServiceVerb& verb : kServiceVerbs) {
    CLI::App* command = service->add_subcommand(verb.name, verb.about);
    const auto dry_run = std::make_shared<bool>(false);
    command->add_flag("--dry-run", *dry_run, "Only show what would be done");
    const auto with_gateway = std::make_shared<bool>(false);
    if (verb.takes_gateway)
      command->add_flag("--gateway", *with_gateway,
                        "The gateway too: the dashboard, and MCP over HTTP, after each login");
    command->callback([&action, &verb, dry_run, with_gateway] {
      action = [&verb, dry_run, with_gateway](const Context& context) {
        return run_service(context, verb, *dry_run, *with_gateway);
      };
    });
  }
  service->add_subcommand("status", "Whether a service is installed, and whether it runs")
      ->callback([&action] { action = run_service_status; });
}

}  // namespace governor::ctl
