#include "ipc/service_manager.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>

#include "ipc/child_process.hpp"

#ifdef __APPLE__
extern char** environ;
#endif

namespace governor::ipc {
namespace {

bool has_overrides(const Environment& environment) {
  for (const auto* name :
       {"GOVERNOR_RUNTIME_DIR", "GOVERNOR_STATE_DIR", "GOVERNOR_CONFIG", "GOVERNOR_DAEMON"}) {
    if (environment.lookup(name)) return true;
  }
  return false;
}

bool exists(const std::string& path) {
  return ::access(path.c_str(), F_OK) == 0;
}

#ifdef __APPLE__

constexpr std::string_view kLabel = "io.github.governor.governord";

std::optional<ServiceStart> find_service(const Environment& environment) {
  const std::string file = "/Library/LaunchAgents/" + std::string(kLabel) + ".plist";
  const std::string home(environment.lookup("HOME").value_or(""));
  if (!exists(home + file) && !exists(file)) return std::nullopt;
  const std::string target = "gui/" + std::to_string(environment.effective_uid) + "/" + std::string(kLabel);
  return ServiceStart{{"/bin/launchctl", "kickstart", target}};
}

#else

std::vector<std::string> unit_directories(const Environment& environment) {
  std::vector<std::string> directories;
  const auto home = environment.lookup("HOME");
  if (const auto config = environment.lookup("XDG_CONFIG_HOME")) {
    directories.push_back(std::string(*config) + "/systemd/user/");
  } else if (home) {
    directories.push_back(std::string(*home) + "/.config/systemd/user/");
  }
  if (home) directories.push_back(std::string(*home) + "/.local/share/systemd/user/");
  directories.emplace_back("/etc/systemd/user/");
  directories.emplace_back("/usr/lib/systemd/user/");
  return directories;
}

std::optional<std::string> systemctl() {
  for (const char* path : {"/usr/bin/systemctl", "/bin/systemctl"}) {
    if (::access(path, X_OK) == 0) return path;
  }
  return std::nullopt;
}

constexpr std::array<const char*, 2> kUnits{"governor.socket", "governor.service"};

std::optional<ServiceStart> find_service(const Environment& environment) {
  for (const auto& directory : unit_directories(environment)) {
    for (const char* unit : kUnits) {
      if (!exists(directory + unit)) continue;
      const auto program = systemctl();
      if (!program) return std::nullopt;
      return ServiceStart{{*program, "--user", "start", unit}};
    }
  }
  return std::nullopt;
}

#endif

[[noreturn]] void run_command(char* const* arguments, int keep_open) {
  // The copy is not close-on-exec: its closing at the command's end is what the starter waits for.
  if (::fcntl(keep_open, F_DUPFD, 3) < 0 || !redirect_standard_streams()) ::_exit(126);
  reset_signals();
  ::execv(arguments[0], arguments);
  ::_exit(127);
}

}  // namespace

std::optional<ServiceStart> installed_service(const Environment& environment) {
  if (has_overrides(environment)) return std::nullopt;
  return find_service(environment);
}

std::vector<std::string> service_files(const Environment& environment) {
  std::vector<std::string> files;
#ifdef __APPLE__
  if (const auto home = environment.lookup("HOME"))
    files.push_back(std::string(*home) + "/Library/LaunchAgents/" + std::string(kLabel) + ".plist");
#else
  for (const std::string& directory : unit_directories(environment)) {
    for (const std::string unit : kUnits) {
      files.push_back(directory + unit);
      files.push_back(directory + unit + ".d");  // what a person has changed of it
    }
  }
#endif
  return files;
}

Result<ServiceCommand> ServiceCommand::run(const ServiceStart& start) {
  auto pipe = make_pipe();
  if (!pipe) return pipe.error();
  auto [reading, writing] = std::move(*pipe);
  const auto arguments = exec_vector(start.command);
  pid_t child = 0;
  {
    const SignalsBlocked blocked;
    child = ::fork();
    if (child == 0) run_command(arguments.data(), writing.get());
  }
  if (child < 0) return system_error("cannot start " + start.command.front(), errno);
  return ServiceCommand(child, std::move(reading));
}

ServiceCommand::ServiceCommand(ServiceCommand&& other) noexcept
    : pid_(std::exchange(other.pid_, 0)), ended_(std::move(other.ended_)) {}

ServiceCommand::~ServiceCommand() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);  // a child of ours that was not waited for: the pid cannot be another's
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

bool ServiceCommand::succeeded() {
  int status = -1;
  while (pid_ > 0 && ::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = 0;
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace governor::ipc
