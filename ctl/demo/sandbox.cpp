#include "ctl/demo/sandbox.hpp"

#include <signal.h>
#include <stdlib.h>

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

#include "ctl/daemon_call.hpp"
#include "ctl/json_fields.hpp"
#include "ctl/stop_daemon.hpp"
#include "ipc/file_lock.hpp"
#include "ipc/paths.hpp"
#include "ipc/process_identity.hpp"

namespace governor::ctl {

namespace {

constexpr std::chrono::seconds kEndPatience{6};
constexpr std::chrono::milliseconds kDaemonPoll{10};

// A daemon that is starting or ending holds its lock without listening.
bool someone_holds_the_lock(const ipc::Environment& environment) {
  const auto paths = ipc::resolve_paths(environment);
  if (!paths) return false;
  const auto lock = ipc::FileLock::try_acquire(paths->daemon_lock);
  return lock && !*lock;
}

}  // namespace

ipc::Result<Sandbox> Sandbox::create(const Context& context, const std::string& purpose) {
  std::string root =
      std::string(context.environment.lookup("TMPDIR").value_or("/tmp")) + "/governor-" + purpose + "-XXXXXX";
  if (::mkdtemp(root.data()) == nullptr) return ipc::system_error("cannot make a directory " + root, errno);
  Context inside = context;
  inside.environment.set("GOVERNOR_RUNTIME_DIR", root + "/run");
  inside.environment.set("GOVERNOR_STATE_DIR", root + "/state");
  inside.environment.set("GOVERNOR_CONFIG", root + "/config.json");
  std::ofstream(root + "/config.json") << "{}\n";
  return Sandbox(std::move(root), std::move(inside));
}

Sandbox::Sandbox(std::string root, Context context) : root_(std::move(root)), context_(std::move(context)) {}

Sandbox::Sandbox(Sandbox&& other) noexcept
    : root_(std::exchange(other.root_, {})), is_kept_(other.is_kept_), context_(std::move(other.context_)) {}

Sandbox::~Sandbox() {
  if (root_.empty()) return;
  end_daemon();
  if (is_kept_) return;
  std::error_code ignored;
  std::filesystem::remove_all(root_, ignored);
}

void Sandbox::end_daemon() const {
  const auto deadline = ipc::Deadline::after(kEndPatience);
  while (!deadline.expired()) {
    const auto stopped = stop_daemon(context_, "what it was started for is over", deadline);
    if (!stopped && stopped.error().code == ipc::Errc::no_daemon) {
      if (!someone_holds_the_lock(context_.environment)) return;
      (void)ipc::pause_until(deadline.capped(kDaemonPoll));
    } else if (!stopped) {
      break;
    }
  }
  (void)kill_daemon(ipc::Deadline::after(std::chrono::seconds(1)));
}

ipc::Result<pid_t> Sandbox::kill_daemon(ipc::Deadline deadline) const {
  auto client = connect_if_running(context_, deadline);
  if (!client) return client.error();
  const auto health = call_method(*client, "governor/health", {}, deadline);
  if (!health) return health.error();
  const auto pid = static_cast<pid_t>(count_field(*health, "pid"));
  const auto identity = ipc::identify_process(pid);
  if (!identity) return pid;  // it went by itself
  // It has just answered on a socket that only a process of ours can have made, so the number is still its
  // own.
  if (::kill(pid, SIGKILL) != 0 && errno != ESRCH) return ipc::system_error("cannot kill the daemon", errno);
  while (ipc::liveness(*identity) != ipc::Liveness::dead && !deadline.expired()) {
    (void)ipc::pause_until(deadline.capped(kDaemonPoll));
  }
  return pid;
}

}  // namespace governor::ctl
