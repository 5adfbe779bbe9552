#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <map>
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

const std::string kSocketUnit = ipc::kServiceUnits[0];
const std::string kServiceUnit = ipc::kServiceUnits[1];

std::vector<std::string> systemctl(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"systemctl", "--user"});
  return arguments;
}

/// Properties of units, as `systemctl show` writes them: blocks of NAME=VALUE with an empty line between.
using Properties = std::map<std::string, std::string>;

std::map<std::string, Properties> read_properties(std::string_view text) {
  std::map<std::string, Properties> units;
  Properties unit;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (const std::size_t equals = line.find('='); equals != std::string_view::npos)
      unit.emplace(line.substr(0, equals), line.substr(equals + 1));
    if (!line.empty() && !text.empty()) continue;
    const std::string name = unit["Id"];
    units[name] = std::exchange(unit, {});
  }
  return units;
}

bool runs(const std::string& program) {
  return program.starts_with('/') && ::access(program.c_str(), X_OK) == 0;
}

/// A unit of this user's, or of an installation.
struct UnitFile {
  std::string path;
  std::string text;
};

struct UnitPair {
  UnitFile socket;
  UnitFile service;

  [[nodiscard]] std::string program() const { return program_of_unit(service.text).value_or(""); }
};

class Systemd final : public ServiceManager {
 public:
  explicit Systemd(const Context& context)
      : context_(context), directories_(ipc::user_unit_directories(context.environment)) {}

  ipc::Result<ServiceState> look() override {
    if (auto asked = ask(); !asked) return asked.error();
    ServiceState state;
    state.manager = "systemd";
    state.is_installed = property(kSocketUnit, "LoadState") == "loaded";
    state.is_enabled = is_enabled(kSocketUnit);
    state.is_listening = is_active(kSocketUnit) || is_active(kServiceUnit);
    state.pid = pid(kServiceUnit);
    for (const std::string& unit : {kSocketUnit, kServiceUnit})
      if (std::string path = property(unit, "FragmentPath"); !path.empty())
        state.files.push_back(std::move(path));
    if (const auto unit = read_if_there(property(kServiceUnit, "FragmentPath")); unit && *unit)
      state.program = program_of_unit(**unit).value_or("");
    state.has_gateway = is_enabled(ipc::kGatewayUnit);
    state.gateway_pid = pid(ipc::kGatewayUnit);
    if (std::string path = property(ipc::kGatewayUnit, "FragmentPath"); state.has_gateway && !path.empty())
      state.files.push_back(std::move(path));
    return state;
  }

  ipc::Result<ServicePlan> install(bool with_gateway) override {
    if (auto asked = ask(); !asked) return asked.error();
    ServicePlan plan;
    if (auto placed = place_units(plan); !placed) return placed.error();
    const bool is_changed = !plan.steps.empty();
    bool is_gateway_changed = false;
    if (with_gateway) {
      const auto unit = read_gateway_unit(directories_);
      if (!unit) return unit.error();
      const auto placed = place_gateway_unit(*unit, context_, plan);
      if (!placed) return placed.error();
      is_gateway_changed = *placed;
    }
    if (is_changed || is_gateway_changed) add(plan, {"daemon-reload"});
    if (!is_enabled(kSocketUnit)) add(plan, {"enable", kSocketUnit});
    if (!is_active(kSocketUnit)) {
      plan.steps.push_back({ServiceStep::Kind::take_over});
      add(plan, {"start", kSocketUnit});
    } else if (is_changed) {
      add(plan, {"try-restart", kServiceUnit});
    }
    if (with_gateway) start_gateway(plan, is_gateway_changed);
    plan.outcome = plan.steps.empty() ? "The service is installed already." : "The service is installed.";
    plan.next =
        "The next client that connects starts the daemon; governorctl service status shows it. It ends with "
        "your "
        "last login, unless: loginctl enable-linger";
    return plan;
  }

  ipc::Result<ServicePlan> uninstall() override {
    if (auto asked = ask(); !asked) return asked.error();
    auto own = read_pair(own_directory());
    if (!own) return own.error();
    const auto gateway = read_gateway_unit(directories_);
    if (!gateway) return gateway.error();
    ServicePlan plan;
    // It wants the daemon's socket, and would have it back.
    if (is_enabled(ipc::kGatewayUnit) || is_active(ipc::kGatewayUnit))
      add(plan, {"disable", "--now", ipc::kGatewayUnit});
    if (is_enabled(kSocketUnit) || is_active(kSocketUnit) || is_active(kServiceUnit)) {
      plan.steps.push_back({ServiceStep::Kind::keep_out});
      add(plan, {"disable", "--now", kSocketUnit, kServiceUnit});
    }
    bool is_removed = remove_gateway_unit(*gateway, plan);
    for (const UnitFile* unit : {&own->socket, &own->service}) {
      if (is_written_by_us(unit->text)) {
        plan.steps.push_back(removal_of(*unit));
        is_removed = true;
      } else if (!unit->text.empty()) {
        plan.notes.push_back(unit->path + " was not written by governorctl and stays.");
      }
    }
    if (is_removed) add(plan, {"daemon-reload"});
    plan.outcome = plan.steps.empty() ? "No service is installed." : "The service is not installed any more.";
    plan.next = "Clients start the daemon themselves.";
    if (others()) {
      plan.next =
          "While the units of the package are there, a client that finds no daemon starts the service. To "
          "have "
          "clients start the daemon themselves: systemctl --user mask " +
          kSocketUnit;
    }
    return plan;
  }

  ipc::Result<ServicePlan> start() override {
    if (auto asked = ask(); !asked) return asked.error();
    if (property(kSocketUnit, "LoadState") != "loaded") {
      return ipc::Error{ipc::Errc::not_found, 0,
                        "no service is installed; to have one: governorctl service install"};
    }
    ServicePlan plan;
    if (is_active(kSocketUnit) && is_active(kServiceUnit)) {
      plan.outcome = "The service runs already.";
      return plan;
    }
    plan.steps.push_back({ServiceStep::Kind::take_over});
    add(plan, {"start", kSocketUnit, kServiceUnit});
    plan.outcome = "The service runs.";
    return plan;
  }

  ipc::Result<ServicePlan> stop() override {
    if (auto asked = ask(); !asked) return asked.error();
    ServicePlan plan;
    if (!is_active(kSocketUnit) && !is_active(kServiceUnit)) {
      plan.outcome = "The service does not run.";
      return plan;
    }
    plan.steps.push_back({ServiceStep::Kind::keep_out});
    add(plan, {"stop", kSocketUnit, kServiceUnit});
    plan.outcome = "The service has stopped.";
    plan.next = "A client that needs the daemon starts it again; governorctl service uninstall ends that.";
    return plan;
  }

 private:
  /// Whether there is a manager, and what it knows.
  ipc::Result<void> ask() {
    const auto answer = run_manager(
        context_, systemctl({"show", "--property=Id,LoadState,UnitFileState,ActiveState,FragmentPath,MainPID",
                             kSocketUnit, kServiceUnit, ipc::kGatewayUnit}));
    if (!answer) {
      return ipc::Error{
          answer.error().code, 0,
          "systemd does not answer for this user, as in containers and where nobody is logged in: " +
              answer.error().message +
              ". Nothing is missing without a service: the first client starts the daemon"};
    }
    units_ = read_properties(answer->out);
    return {};
  }

  [[nodiscard]] std::string property(const std::string& unit, const std::string& name) const {
    const auto found = units_.find(unit);
    if (found == units_.end()) return {};
    const auto value = found->second.find(name);
    return value == found->second.end() ? std::string() : value->second;
  }
  [[nodiscard]] bool is_active(const std::string& unit) const {
    const std::string state = property(unit, "ActiveState");
    return state == "active" || state == "activating" || state == "reloading";
  }
  [[nodiscard]] bool is_enabled(const std::string& unit) const {
    return property(unit, "UnitFileState") == "enabled";
  }
  [[nodiscard]] std::optional<long long> pid(const std::string& unit) const {
    const std::string text = property(unit, "MainPID");
    long long number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number > 0 ? std::optional(number) : std::nullopt;
  }

  /// One that runs already holds the lock, and the unit would fail.
  void start_gateway(ServicePlan& plan, bool is_changed) const {
    if (!is_enabled(ipc::kGatewayUnit)) add(plan, {"enable", ipc::kGatewayUnit});
    if (!is_active(ipc::kGatewayUnit)) {
      plan.steps.push_back({ServiceStep::Kind::end_gateway});
      add(plan, {"start", ipc::kGatewayUnit});
    } else if (is_changed) {
      add(plan, {"try-restart", ipc::kGatewayUnit});
    }
  }

  [[nodiscard]] const std::string& own_directory() const { return directories_.front(); }

  /// Both units of a directory; empty texts where there are none.
  static ipc::Result<UnitPair> read_pair(const std::string& directory) {
    UnitPair pair{{directory + kSocketUnit, {}}, {directory + kServiceUnit, {}}};
    for (UnitFile* unit : {&pair.socket, &pair.service}) {
      auto text = read_if_there(unit->path);
      if (!text) return text.error();
      unit->text = std::move(*text).value_or("");
    }
    return pair;
  }

  /// Units of a package or of another installation whose program is there.
  [[nodiscard]] std::optional<UnitPair> others() const {
    for (std::size_t i = 1; i < directories_.size(); ++i) {
      auto pair = read_pair(directories_[i]);
      if (pair && !pair->socket.text.empty() && runs(pair->program())) return std::move(*pair);
    }
    return std::nullopt;
  }

  ipc::Result<void> place_units(ServicePlan& plan) const {
    if (!context_.environment.lookup("HOME") && !context_.environment.lookup("XDG_CONFIG_HOME"))
      return ipc::Error{ipc::Errc::invalid_path, 0,
                        "HOME is not set, so there is no place for the units; set it"};
    const auto own = read_pair(own_directory());
    if (!own) return own.error();
    if (const UnitFile* kept = foreign(*own)) return keep(*own, *kept, plan);
    const auto places = installed_places(context_);
    if (const auto other = others()) {
      plan.notes.push_back("The units that are installed already are used: " + other->service.path);
      if (!places || other->program() != places->programs + "/governord")
        plan.notes.push_back("They start " + other->program() + '.');
      for (const UnitFile* unit : {&own->socket, &own->service})
        if (!unit->text.empty()) plan.steps.push_back(removal_of(*unit));
      return {};
    }
    if (!places) return places.error();
    for (const auto& [unit, unit_template] :
         {std::pair(&own->socket, kSocketTemplate), std::pair(&own->service, kServiceTemplate)}) {
      auto text = unit_text(unit_template, *places);
      if (!text) return text.error();
      if (*text == unit->text) continue;
      ServiceStep step{ServiceStep::Kind::file};
      step.file = {FileStep::Kind::write, unit->path, {}, *std::move(text)};
      step.before = unit->text;
      plan.steps.push_back(std::move(step));
    }
    return {};
  }

  /// A unit of this user's that somebody else has written.
  static const UnitFile* foreign(const UnitPair& own) {
    for (const UnitFile* unit : {&own.socket, &own.service})
      if (!unit->text.empty() && !is_written_by_us(unit->text)) return unit;
    return nullptr;
  }

  static ipc::Result<void> keep(const UnitPair& own, const UnitFile& kept, ServicePlan& plan) {
    if (own.socket.text.empty() || !runs(own.program())) {
      return ipc::Error{ipc::Errc::not_found, 0,
                        kept.path +
                            " was not written by governorctl, and does not start a governord that is there; "
                            "correct it, or move both units away and try again"};
    }
    plan.notes.push_back(kept.path + " was not written by governorctl and is used as it is.");
    return {};
  }

  static ServiceStep removal_of(const UnitFile& unit) {
    ServiceStep step{ServiceStep::Kind::file};
    step.file = {FileStep::Kind::remove, unit.path};
    step.before = unit.text;
    return step;
  }

  static void add(ServicePlan& plan, std::vector<std::string> arguments) {
    plan.steps.push_back(ServiceStep::run(systemctl(std::move(arguments))));
  }

  const Context& context_;
  std::vector<std::string> directories_;
  std::map<std::string, Properties> units_;
};

}  // namespace

std::unique_ptr<ServiceManager> make_systemd(const Context& context) {
  return std::make_unique<Systemd>(context);
}

}  // namespace governor::ctl
