#include <chrono>

#include "ctl/doctor/checks.hpp"
#include "ctl/guard/program_output.hpp"
#include "ctl/ide_configuration.hpp"
#include "ctl/process_list.hpp"
#include "ipc/build_info.hpp"
#include "ipc/spawn_daemon.hpp"

namespace governor::ctl {

namespace {

constexpr std::chrono::seconds kProgramPatience{10};
constexpr const char* kSameVersion = "install governord, governor-proxy and governorctl of one version";

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

Finding look_at_program(const Surroundings& around, const char* name, const ipc::Result<std::string>& path) {
  if (!path) return {"programs", FindingState::problem, path.error().message, kSameVersion};
  const auto said =
      run_program({*path, "--version"}, around.context.environment, ipc::Deadline::after(kProgramPatience));
  if (!said || said->exit_code != 0) {
    return {"programs", FindingState::problem,
            *path + " does not run" + (said ? "" : ": " + said.error().message), kSameVersion};
  }
  const std::string own(ipc::build_id());
  if (said->out.find(own) == std::string::npos) {
    return {"programs", FindingState::problem,
            *path + " is " + first_line(said->out) + ", this governorctl is " + own, kSameVersion};
  }
  return {"programs", FindingState::ok, std::string(name) + ' ' + own + ": " + *path, ""};
}

Finding look_at_configuration(const Surroundings& around) {
  const auto right =
      ipc::check_start(around.paths, around.context.environment, ipc::Deadline::after(kProgramPatience));
  if (right) return {"configuration", FindingState::ok, "the configuration is understood", ""};
  return {"configuration", FindingState::problem, right.error().message,
          "correct " + around.paths.config_file + "; no daemon starts with it"};
}

Finding look_at_tmux(const Surroundings& around) {
  const auto said =
      run_program({"tmux", "-V"}, around.context.environment, ipc::Deadline::after(kProgramPatience));
  if (said && said->exit_code == 0)
    return {"tmux", FindingState::ok, first_line(said->out) + " is there", ""};
  return {"tmux", FindingState::notice, "tmux is not there, so deployed agents have no terminal to enter",
          "install tmux if you deploy agents"};
}

}  // namespace

void check_programs(const Surroundings& around, Findings& findings) {
  const auto daemon = ipc::find_daemon_binary(around.context.environment);
  findings.push_back(look_at_program(around, "governord", daemon));
  findings.push_back(
      look_at_program(around, "governor-proxy", find_proxy(around.context.environment, own_executable())));
  if (daemon) findings.push_back(look_at_configuration(around));
  findings.push_back(look_at_tmux(around));
}

}  // namespace governor::ctl
