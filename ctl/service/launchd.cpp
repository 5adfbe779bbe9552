#include <charconv>
#include <string>
#include <utility>

#include "ctl/service/service_steps.hpp"
#include "ctl/service/unit_text.hpp"
#include "ipc/service_manager.hpp"

namespace governor::ctl {
namespace {

class Launchd final : public ServiceManager {
 public:
  explicit Launchd(const Context& context) : context_(context) {
    domain_ = "gui/" + std::to_string(context.environment.effective_uid);
    target_ = domain_ + '/' + ipc::kServiceLabel;
    if (const auto home = context.environment.lookup("HOME"))
      file_ = std::string(*home) + "/Library/LaunchAgents/" + ipc::kServiceLabel + ".plist";
  }

  ipc::Result<ServiceState> look() override {
    if (auto asked = ask(); !asked) return asked.error();
    ServiceState state;
    state.manager = "launchd";
    state.is_installed = !text_.empty();
    state.is_enabled = !text_.empty();  // launchd loads at the login what lies there
    state.is_listening = pid_.has_value();
    state.pid = pid_;
    if (!text_.empty()) state.files.push_back(file_);
    return state;
  }

  ipc::Result<ServicePlan> install() override {
    if (auto asked = ask(); !asked) return asked.error();
    ServicePlan plan;
    plan.outcome = "The service is installed.";
    plan.next = "launchd starts the daemon at every login; governorctl service status shows it.";
    if (!text_.empty() && !is_written_by_us(text_)) {
      plan.notes.push_back(file_ + " was not written by governorctl and is used as it is.");
    } else {
      const auto places = installed_places(context_);
      if (!places) return places.error();
      auto text = agent_text(kAgentTemplate, *places);
      if (!text) return text.error();
      if (*text != text_) {
        ServiceStep step{ServiceStep::Kind::file};
        step.file = {FileStep::Kind::write, file_, {}, *std::move(text)};
        step.before = text_;
        plan.steps.push_back(std::move(step));
      }
    }
    const bool is_changed = !plan.steps.empty();
    if (is_loaded_ && !is_changed) {
      plan.outcome = "The service is installed already.";
      return plan;
    }
    plan.steps.push_back({ServiceStep::Kind::take_over});
    if (is_loaded_) add(plan, {"bootout", target_});
    add(plan, {"bootstrap", domain_, file_});
    return plan;
  }

  ipc::Result<ServicePlan> uninstall() override {
    if (auto asked = ask(); !asked) return asked.error();
    ServicePlan plan;
    if (is_loaded_) {
      plan.steps.push_back({ServiceStep::Kind::keep_out});
      add(plan, {"bootout", target_});
    }
    if (is_written_by_us(text_)) {
      ServiceStep step{ServiceStep::Kind::file};
      step.file = {FileStep::Kind::remove, file_};
      step.before = text_;
      plan.steps.push_back(std::move(step));
    } else if (!text_.empty()) {
      plan.notes.push_back(file_ + " was not written by governorctl and stays.");
    }
    plan.outcome = plan.steps.empty() ? "No service is installed." : "The service is not installed any more.";
    plan.next = "Clients start the daemon themselves.";
    return plan;
  }

  ipc::Result<ServicePlan> start() override {
    if (auto asked = ask(); !asked) return asked.error();
    if (text_.empty()) {
      return ipc::Error{ipc::Errc::not_found, 0,
                        "no service is installed; to have one: governorctl service install"};
    }
    ServicePlan plan;
    plan.outcome = pid_ ? "The service runs already." : "The service runs.";
    if (pid_) return plan;
    plan.steps.push_back({ServiceStep::Kind::take_over});
    if (is_loaded_) {
      add(plan, {"kickstart", target_});
    } else {
      add(plan, {"bootstrap", domain_, file_});
    }
    return plan;
  }

  ipc::Result<ServicePlan> stop() override {
    if (auto asked = ask(); !asked) return asked.error();
    ServicePlan plan;
    plan.outcome = pid_ ? "The service has stopped." : "The service does not run.";
    if (!pid_) return plan;
    plan.steps.push_back({ServiceStep::Kind::keep_out});
    add(plan, {"kill", "SIGTERM", target_});
    plan.next = "A client that needs the daemon starts it again; governorctl service uninstall ends that.";
    return plan;
  }

 private:
  ipc::Result<void> ask() {
    if (file_.empty())
      return ipc::Error{ipc::Errc::invalid_path, 0,
                        "HOME is not set, so there is no place for the agent; set it"};
    auto text = read_if_there(file_);
    if (!text) return text.error();
    text_ = std::move(*text).value_or("");
    if (auto domain = run_manager(context_, {"launchctl", "print", domain_}); !domain) {
      return ipc::Error{domain.error().code, 0,
                        "launchd does not answer for this user, who may not be logged in at the screen: " +
                            domain.error().message +
                            ". Nothing is missing without a service: the first client starts the daemon"};
    }
    const auto agent = run_manager(context_, {"launchctl", "print", target_});
    is_loaded_ = agent.has_value();
    if (is_loaded_) read_pid(agent->out);
    return {};
  }

  void read_pid(std::string_view text) {
    constexpr std::string_view kPid = "\n\tpid = ";
    const std::size_t found = text.find(kPid);
    if (found == std::string_view::npos) return;
    long long number = 0;
    text.remove_prefix(found + kPid.size());
    std::from_chars(text.data(), text.data() + text.size(), number);
    if (number > 0) pid_ = number;
  }

  static void add(ServicePlan& plan, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "launchctl");
    plan.steps.push_back(ServiceStep::run(std::move(arguments)));
  }

  const Context& context_;
  std::string domain_;
  std::string target_;
  std::string file_;
  std::string text_;
  bool is_loaded_ = false;
  std::optional<long long> pid_;
};

}  // namespace

std::unique_ptr<ServiceManager> make_launchd(const Context& context) {
  return std::make_unique<Launchd>(context);
}

}  // namespace governor::ctl
