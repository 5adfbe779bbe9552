#include "ctl/stop_daemon.hpp"

#include <chrono>
#include <string>

#include "ctl/daemon_call.hpp"
#include "ctl/json_fields.hpp"
#include "ipc/peer_credentials.hpp"
#include "ipc/process_identity.hpp"

namespace governor::ctl {

namespace {

constexpr std::chrono::milliseconds kPollInterval{10};

ipc::Error still_there(pid_t pid) {
  return ipc::Error{ipc::Errc::deadline_exceeded, 0,
                    "the daemon (pid " + std::to_string(pid) +
                        ") was asked to stop and is still there; see its log, and end it with: kill " +
                        std::to_string(pid)};
}

// A daemon that accepts connections and answers nothing, not even about its health.
ipc::Error unresponsive(const ipc::Client& client) {
  const auto peer = ipc::peer_credentials(client.fd());
  const std::string pid = peer && peer->pid > 0 ? std::to_string(peer->pid) : "its pid, see governorctl ps";
  return ipc::Error{ipc::Errc::deadline_exceeded, 0,
                    "the daemon does not answer; if it stays so, end it with: kill -9 " + pid +
                        "; nothing that was acknowledged is lost, and the clients start another"};
}

ipc::Result<void> wait_until_gone(const ipc::ProcessIdentity& identity, ipc::Deadline deadline) {
  while (ipc::liveness(identity) != ipc::Liveness::dead) {
    if (deadline.expired()) return still_there(identity.pid);
    (void)ipc::pause_until(deadline.capped(kPollInterval));
  }
  return {};
}

}  // namespace

ipc::Result<pid_t> stop_daemon(const Context& context, std::string_view reason, ipc::Deadline deadline) {
  auto client = connect_if_running(context, deadline);
  if (!client) return client.error();
  // Identified before it is asked to leave: afterwards its number may already be somebody else's.
  const auto health = call_method(*client, "governor/health", {}, deadline);
  if (!health)
    return health.error().code == ipc::Errc::deadline_exceeded ? unresponsive(*client) : health.error();
  const auto pid = static_cast<pid_t>(count_field(*health, "pid"));
  const auto identity = ipc::identify_process(pid);
  const auto answer = call_method(*client, "governor/stop", {{"reason", reason}}, deadline);
  if (!answer && answer.error().code != ipc::Errc::closed) return answer.error();
  if (!identity) return pid;
  if (auto waited = wait_until_gone(*identity, deadline); !waited) return waited.error();
  return pid;
}

}  // namespace governor::ctl
