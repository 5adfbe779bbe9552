#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ctl/context.hpp"
#include "ctl/guard/file_steps.hpp"
#include "ctl/guard/program_output.hpp"
#include "ctl/service/unit_text.hpp"
#include "ipc/error.hpp"

namespace governor::ctl {

/// One thing that is done to have the service in another state.
struct ServiceStep {
  enum class Kind {
    file,        ///< written or removed
    run,         ///< a program, which must succeed
    keep_out,    ///< until the last step no client starts a daemon
    take_over,   ///< likewise, and the one that runs ends
    end_gateway  ///< the gateway that runs ends; browsers stay logged in
  };
  Kind kind = Kind::run;
  FileStep file{};
  std::string before{};  ///< of a file that is written: what is there
  std::vector<std::string> command{};

  static ServiceStep run(std::vector<std::string> command) { return {Kind::run, {}, {}, std::move(command)}; }
};

/// Several steps, and what people are told of them.
struct ServicePlan {
  std::vector<ServiceStep> steps;  ///< empty: all is as it should be
  std::vector<std::string> notes;
  std::string outcome;  ///< one sentence, true after the steps
  std::string next;     ///< what to do or know next
};

/// How things are.
struct ServiceState {
  std::string manager;  ///< "systemd" or "launchd"
  bool is_installed = false;
  bool is_enabled = false;                 ///< it comes back with the next login
  bool is_listening = false;               ///< clients reach it
  std::optional<long long> pid;            ///< of the service's daemon
  std::vector<std::string> files{};        ///< that make it up
  std::string program{};                   ///< that they start
  bool has_gateway = false;                ///< the gateway comes back with the next login too
  std::optional<long long> gateway_pid{};  ///< of the service's gateway
};

/// A service manager. None of the plans changes anything.
class ServiceManager {
 public:
  virtual ~ServiceManager() = default;
  virtual ipc::Result<ServiceState> look() = 0;
  /// `with_gateway`: its unit as well. Without, one that is installed stays as it is.
  virtual ipc::Result<ServicePlan> install(bool with_gateway) = 0;
  /// The gateway's too.
  virtual ipc::Result<ServicePlan> uninstall() = 0;
  virtual ipc::Result<ServicePlan> start() = 0;
  virtual ipc::Result<ServicePlan> stop() = 0;
};

std::unique_ptr<ServiceManager> make_systemd(const Context& context);
std::unique_ptr<ServiceManager> make_launchd(const Context& context);

/// Where this installation has its programs, by a name that stays when it is upgraded, if there is one.
ipc::Result<InstalledPlaces> installed_places(const Context& context);

/// Runs a program of a service manager, with a deadline. An error also where it fails.
ipc::Result<ProgramOutput> run_manager(const Context& context, const std::vector<std::string>& command);

ipc::Result<void> carry_out(const Context& context, const ServicePlan& plan);

}  // namespace governor::ctl
