#include "ipc/service_manager.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>

#include "ipc/child_process.hpp"

#ifdef __APPLE__
extern char** environ;
#endif

namespace governor::ipc {
namespace {

bool exists(const std::string& path) {
  return ::access(path.c_str(), F_OK) == 0;
}

#ifdef __APPLE__

std::optional<ServiceStart> find_service(const Environment& environment) {
  const std::string file = "/Library/LaunchAgents/" + std::string(kServiceLabel) + ".plist";
  const std::string home(environment.lookup("HOME").value_or(""));
  if (!exists(home + file) && !exists(file)) return std::nullopt;
  const std::string target = "gui/" + std::to_string(environment.effective_uid) + "/" + kServiceLabel;
  return ServiceStart{{"/bin/launchctl", "kickstart", target}};
}

#else

std::optional<std::string> systemctl() {
  for (const char* path : {"/usr/bin/systemctl", "/bin/systemctl"}) {
    if (::access(path, X_OK) == 0) return path;
  }
  return std::nullopt;
}

std::optional<ServiceStart> find_service(const Environment& environment) {
  for (const auto& directory : user_unit_directories(environment)) {
    for (const char* unit : kServiceUnits) {
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

std::optional<std::string> service_override(const Environment& environment) {
  for (const char* name :
       {"GOVERNOR_RUNTIME_DIR", "GOVERNOR_STATE_DIR", "GOVERNOR_CONFIG", "GOVERNOR_DAEMON"}) {
    if (environment.lookup(name)) return name;
  }
  return std::nullopt;
}

std::vector<std::string> user_unit_directories(const Environment& environment) {
  const std::string home(environment.lookup("HOME").value_or(""));
  const auto below_home = [&](const char* variable, const char* otherwise) -> std::string {
    if (const auto given = environment.lookup(variable); given && given->starts_with('/'))
      return std::string(*given);
    return home.empty() ? std::string() : home + otherwise;
  };
  std::vector<std::string> roots{below_home("XDG_CONFIG_HOME", "/.config"), "/etc",
                                 below_home("XDG_DATA_HOME", "/.local/share")};
  std::string_view rest = environment.lookup("XDG_DATA_DIRS").value_or("/usr/local/share:/usr/share");
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(':'), rest.size());
    roots.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  roots.insert(roots.end(), {"/usr/local/lib", "/usr/lib", "/usr/share"});
  std::vector<std::string> directories;
  for (const std::string& root : roots) {
    std::string directory = root + "/systemd/user/";
    const bool is_known = std::find(directories.begin(), directories.end(), directory) != directories.end();
    if (root.starts_with('/') && !is_known) directories.push_back(std::move(directory));
  }
  return directories;
}

std::optional<ServiceStart> installed_service(const Environment& environment) {
  if (service_override(environment)) return std::nullopt;
  return find_service(environment);
}

std::vector<std::string> service_files(const Environment& environment) {
  std::vector<std::string> files;
#ifdef __APPLE__
  if (const auto home = environment.lookup("HOME"))
    files.push_back(std::string(*home) + "/Library/LaunchAgents/" + kServiceLabel + ".plist");
#else
  for (const std::string& directory : user_unit_directories(environment)) {
    for (const std::string unit : kServiceUnits) {
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
