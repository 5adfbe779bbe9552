#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "ctl/service/gateway_unit.hpp"
#include "ctl/service/service_steps.hpp"
#include "ctl/service/unit_text.hpp"
#include "ipc/service_manager.hpp"

namespace governor::ctl {
namespace {

/// One of ours, as launchd and its file have it.
struct LaunchAgent {
  std::string_view file_template;
  std::string target;
  std::string file;  ///< empty: there is no place for it
  std::string text;  ///< what is there; empty: nothing
  bool is_loaded = false;
  std::optional<long long> pid{};
};

class Launchd final : public ServiceManager {
 public:
  explicit Launchd(const Context& context)
      : context_(context),
        domain_("gui/" + std::to_string(context.environment.effective_uid)),
        daemon_(agent(kAgentTemplate, ipc::kServiceLabel)),
        gateway_(agent(kGatewayAgentTemplate, ipc::kGatewayLabel)) {}

  ipc::Result<ServiceState> look() override {
    if (auto asked = ask(); !asked) return asked.error();
    ServiceState state;
    state.manager = "launchd";
    state.is_installed = !daemon_.text.empty();
    state.is_enabled = !daemon_.text.empty();  // launchd loads at the login what lies there
    state.is_listening = daemon_.pid.has_value();
    state.pid = daemon_.pid;
    state.has_gateway = !gateway_.text.empty();
    state.gateway_pid = gateway_.pid;
    for (const LaunchAgent* one : {&daemon_, &gateway_})
      if (!one->text.empty()) state.files.push_back(one->file);
    return state;
  }

  ipc::Result<ServicePlan> install(bool with_gateway) override {
    if (auto asked = ask(); !asked) return asked.error();
    ServicePlan plan;
    plan.outcome = "The service is installed.";
    plan.next = "launchd starts the daemon at every login; governorctl service status shows it.";
    if (auto added = add_agent(plan, daemon_, ServiceStep::Kind::take_over); !added) return added.error();
    if (with_gateway) {
      if (auto added = add_gateway(plan); !added) return added.error();
    }
    if (plan.steps.empty()) {
      plan.outcome = "The service is installed already.";
    }
    return plan;
  }

  ipc::Result<ServicePlan> uninstall() override {
    if (auto asked = ask(); !asked) return asked.error();
    ServicePlan plan;
    // The gateway first: it would start a daemon.
    if (gateway_.is_loaded) add(plan, {"bootout", gateway_.target});
    remove_file(plan, gateway_);
    if (daemon_.is_loaded) {
      plan.steps.push_back({ServiceStep::Kind::keep_out});
      add(plan, {"bootout", daemon_.target});
    }
    remove_file(plan, daemon_);
    plan.outcome = plan.steps.empty() ? "No service is installed." : "The service is not installed any more.";
    plan.next = "Clients start the daemon themselves.";
    return plan;
  }

  ipc::Result<ServicePlan> start() override {
    if (auto asked = ask(); !asked) return asked.error();
    if (daemon_.text.empty()) {
      return ipc::Error{ipc::Errc::not_found, 0,
                        "no service is installed; to have one: governorctl service install"};
    }
    ServicePlan plan;
    plan.outcome = daemon_.pid ? "The service runs already." : "The service runs.";
    if (daemon_.pid) return plan;
    plan.steps.push_back({ServiceStep::Kind::take_over});
    if (daemon_.is_loaded) {
      add(plan, {"kickstart", daemon_.target});
    } else {
      add(plan, {"bootstrap", domain_, daemon_.file});
    }
    return plan;
  }

  ipc::Result<ServicePlan> stop() override {
    if (auto asked = ask(); !asked) return asked.error();
    ServicePlan plan;
    plan.outcome = daemon_.pid ? "The service has stopped." : "The service does not run.";
    if (!daemon_.pid) return plan;
    plan.steps.push_back({ServiceStep::Kind::keep_out});
    add(plan, {"kill", "SIGTERM", daemon_.target});
    plan.next = "A client that needs the daemon starts it again; governorctl service uninstall ends that.";
    return plan;
  }

 private:
  [[nodiscard]] LaunchAgent agent(std::string_view file_template, const std::string& label) const {
    const auto home = context_.environment.lookup("HOME");
    const std::string file = home ? std::string(*home) + "/Library/LaunchAgents/" + label + ".plist" : "";
    return {file_template, domain_ + '/' + label, file, {}};
  }

  ipc::Result<void> ask() {
    if (daemon_.file.empty())
      return ipc::Error{ipc::Errc::invalid_path, 0,
                        "HOME is not set, so there is no place for the agent; set it"};
    if (auto domain = run_manager(context_, {"launchctl", "print", domain_}); !domain) {
      return ipc::Error{domain.error().code, 0,
                        "launchd does not answer for this user, who may not be logged in at the screen: " +
                            domain.error().message +
                            ". Nothing is missing without a service: the first client starts the daemon"};
    }
    for (LaunchAgent* one : {&daemon_, &gateway_}) {
      auto text = read_if_there(one->file);
      if (!text) return text.error();
      one->text = std::move(*text).value_or("");
      const auto told = run_manager(context_, {"launchctl", "print", one->target});
      one->is_loaded = told.has_value();
      if (told) one->pid = pid_in(told->out);
    }
    return {};
  }

  /// Its file and its start, where they are not as they should be. `first`: what comes before the start.
  ipc::Result<void> add_agent(ServicePlan& plan, const LaunchAgent& one, ServiceStep::Kind first) {
    bool is_changed = false;
    if (!one.text.empty() && !is_written_by_us(one.text)) {
      plan.notes.push_back(one.file + " was not written by governorctl and is used as it is.");
    } else {
      const auto places = installed_places(context_);
      if (!places) return places.error();
      auto text = agent_text(one.file_template, *places);
      if (!text) return text.error();
      is_changed = *text != one.text;
      if (is_changed) {
        ServiceStep step{ServiceStep::Kind::file};
        step.file = {FileStep::Kind::write, one.file, {}, *std::move(text)};
        step.before = one.text;
        plan.steps.push_back(std::move(step));
      }
    }
    if (one.is_loaded && !is_changed) return {};
    plan.steps.push_back({first});
    if (one.is_loaded) add(plan, {"bootout", one.target});
    add(plan, {"bootstrap", domain_, one.file});
    return {};
  }

  ipc::Result<void> add_gateway(ServicePlan& plan) {
    const auto places = installed_places(context_);
    if (!places) return places.error();
    if (auto program = gateway_program(*places); !program) return program.error();
    return add_agent(plan, gateway_, ServiceStep::Kind::end_gateway);
  }

  static void remove_file(ServicePlan& plan, const LaunchAgent& one) {
    if (is_written_by_us(one.text)) {
      ServiceStep step{ServiceStep::Kind::file};
      step.file = {FileStep::Kind::remove, one.file};
      step.before = one.text;
      plan.steps.push_back(std::move(step));
    } else if (!one.text.empty()) {
      plan.notes.push_back(one.file + " was not written by governorctl and stays.");
    }
  }

  static std::optional<long long> pid_in(std::string_view text) {
    constexpr std::string_view kPid = "\n\tpid = ";
    const std::size_t found = text.find(kPid);
    if (found == std::string_view::npos) return std::nullopt;
    long long number = 0;
    text.remove_prefix(found + kPid.size());
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number > 0 ? std::optional(number) : std::nullopt;
  }

  static void add(ServicePlan& plan, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "launchctl");
    plan.steps.push_back(ServiceStep::run(std::move(arguments)));
  }

  const Context& context_;
  std::string domain_;
  LaunchAgent daemon_;
  LaunchAgent gateway_;
};

}  // namespace

std::unique_ptr<ServiceManager> make_launchd(const Context& context) {
  return std::make_unique<Launchd>(context);
}

}  // namespace governor::ctl
