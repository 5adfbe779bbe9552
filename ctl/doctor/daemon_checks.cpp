#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>

#include "ctl/daemon_call.hpp"
#include "ctl/doctor/checks.hpp"
#include "ctl/json_fields.hpp"
#include "ctl/process_list.hpp"
#include "ipc/build_info.hpp"
#include "ipc/connect.hpp"
#include "ipc/daemon_address.hpp"
#include "ipc/unique_fd.hpp"

namespace governor::ctl {

namespace {

namespace json = boost::json;

constexpr std::chrono::seconds kDaemonPatience{5};

/// Who holds a lock, without touching it; 0: nobody, or nobody can tell.
pid_t lock_holder(const std::string& path) {
  const ipc::UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!file) return 0;
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  if (::fcntl(file.get(), F_GETLK, &lock) != 0 || lock.l_type == F_UNLCK) return 0;
  return lock.l_pid;
}

void look_at_health(const json::object& status, Findings& findings) {
  const std::string word = text_field(status, "status");
  const std::string who = "the daemon, pid " + std::to_string(count_field(status, "pid")) + ", build " +
                          text_field(status, "build") + ", is " + word;
  if (word == "ok") findings.push_back({"daemon", FindingState::ok, who, ""});
  for (const json::value& reason : array_field(status, "reasons")) {
    if (!reason.is_string()) continue;
    findings.push_back({"daemon", FindingState::problem, who + ": " + std::string(reason.get_string()),
                        "see governorctl alerts and governorctl status"});
  }
  if (word != "ok" && array_field(status, "reasons").empty())
    findings.push_back(
        {"daemon", FindingState::problem, who, "see its log: " + text_field(status, "log_file")});
}

void look_at_builds(const json::object& status, Findings& findings) {
  const std::string own(ipc::build_id());
  if (text_field(status, "build") != own) {
    findings.push_back({"versions", FindingState::problem,
                        "the daemon is of build " + text_field(status, "build") + ", governorctl of " + own,
                        "governorctl restart: no client notices"});
  }
  std::size_t other = 0;
  for (const json::value& entry : array_field(status, "session_list")) {
    if (!entry.is_object() || !flag_field(entry.get_object(), "connected")) continue;
    const std::string build = text_field(entry.get_object(), "build");
    if (build != "-" && build != own) ++other;
  }
  if (other > 0) {
    findings.push_back({"versions", FindingState::notice,
                        std::to_string(other) + " connected proxies are of another build; they work",
                        "restart their IDEs when that suits you; governorctl ps names them"});
  }
}

/// Nobody answers: is that as it should be?
void look_at_silence(const Surroundings& around, const ipc::Error& error, Findings& findings) {
  const pid_t holder = lock_holder(around.paths.state_dir + "/state.lock");
  if (holder != 0) {
    const std::string pid = std::to_string(holder);
    findings.push_back(
        {"lock", FindingState::problem,
         "pid " + pid + " holds the state directory's lock, and no daemon answers: " + error.message,
         "if it stays so, end it: kill " + pid + ", after ten seconds kill -9 " + pid +
             "; nothing that was acknowledged is lost"});
    return;
  }
  if (error.code == ipc::Errc::no_daemon) {
    findings.push_back({"daemon", FindingState::ok, "no daemon runs; the first client starts it", ""});
    struct stat seen {};
    if (::lstat(around.paths.socket.c_str(), &seen) == 0) {
      findings.push_back(
          {"socket", FindingState::ok,
           around.paths.socket + " was left by a daemon that was killed; the next one replaces it", ""});
    }
    return;
  }
  findings.push_back({"daemon", FindingState::problem, error.message, "governorctl ps shows what runs"});
}

/// Where clients that were started with other variables look. Who names directories wants others than usual.
std::vector<std::string> other_sockets(const Surroundings& around) {
  ipc::Environment environment = around.context.environment;
  if (environment.lookup("GOVERNOR_RUNTIME_DIR") || environment.lookup("GOVERNOR_STATE_DIR")) return {};
  std::vector<std::string> others{"/tmp/governor-" + std::to_string(environment.effective_uid) +
                                  "/governor.sock"};
  environment.set("XDG_RUNTIME_DIR", "");
  if (const auto paths = ipc::resolve_paths(environment); paths && paths->socket != others.front())
    others.push_back(paths->socket);
  return others;
}

void look_for_others(const Surroundings& around, pid_t serving, Findings& findings) {
  const auto address = ipc::read_daemon_address(around.paths.state_dir);
  const std::string here = address ? address->socket : around.paths.socket;
  if (serving != 0 && here != around.paths.socket) {
    findings.push_back({"runtime directory", FindingState::notice,
                        "the daemon listens at " + here + ", this shell looks at " + around.paths.socket +
                            "; clients find it by its record in the state directory",
                        "set XDG_RUNTIME_DIR, or GOVERNOR_RUNTIME_DIR, to the same everywhere"});
  }
  for (const std::string& socket : other_sockets(around)) {
    if (socket == here || socket == around.paths.socket) continue;
    if (!ipc::connect_to(socket, ipc::Deadline::after(std::chrono::seconds(1)))) continue;
    findings.push_back(
        {"runtime directory", FindingState::problem, "another daemon listens at " + socket,
         "clients that look there do not share what agents do here: give all of them the same "
         "GOVERNOR_RUNTIME_DIR and GOVERNOR_STATE_DIR, then end it: kill its pid of governorctl ps"});
  }
  for (const OurProcess& process : our_processes()) {
    // One whose parent this is looks at the database for another check, meanwhile.
    if (process.role != "daemon" || process.pid == serving || process.parent == ::getpid()) continue;
    findings.push_back({"processes", FindingState::notice,
                        "pid " + std::to_string(process.pid) + " is another governord of yours (" +
                            process.executable + "), a keeper of an agent or one with other directories",
                        "nothing, if you know of it; see governorctl ps"});
  }
}

}  // namespace

void check_daemon(const Surroundings& around, Findings& findings) {
  const auto deadline = ipc::Deadline::after(kDaemonPatience);
  auto client = connect_if_running(around.context, deadline);
  const auto status = client ? call_method(*client, "governor/status", {}, deadline)
                             : ipc::Result<json::object>(client.error());
  pid_t serving = 0;
  if (status) {
    serving = static_cast<pid_t>(count_field(*status, "pid"));
    look_at_health(*status, findings);
    look_at_builds(*status, findings);
  } else {
    look_at_silence(around, status.error(), findings);
  }
  look_for_others(around, serving, findings);
}

}  // namespace governor::ctl
