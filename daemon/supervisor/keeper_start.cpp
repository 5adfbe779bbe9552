#include "daemon/supervisor/keeper_start.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <optional>
#include <utility>

#include "daemon/supervisor/deployment_records.hpp"
#include "daemon/supervisor/keeper/keeper_lock.hpp"
#include "daemon/supervisor/process_scan.hpp"
#include "daemon/supervisor/tool_run.hpp"
#include "daemon/support/timestamp.hpp"

namespace governor::daemon {
namespace {

constexpr std::chrono::seconds kStartPatience{30};
constexpr std::chrono::milliseconds kStartLook{10};

core::Error start_failed(const std::string& why) {
  return core::Error(core::ErrorCode::internal_error,
                     fmt::format("The agent's program was not started: {}.", why),
                     "Put right what is wrong, or choose another runner, and deploy again.");
}

/// In tmux, or else without.
std::optional<core::Error> start_process(const SupervisorSettings& settings, const Tmux& tmux,
                                         const std::string& id, const KeeperFiles& files) {
  if (tmux.is_there()) {
    const auto failed = tmux.start(Tmux::session_name(id), {settings.program, "keep", files.directory});
    if (!failed) return std::nullopt;
    spdlog::warn("{} runs without tmux: {}", id, failed->message);
  }
  const auto output = run_tool({settings.program, "keep", files.directory, "--detached"},
                               settings.environment, "/", ipc::Deadline::after(kStartPatience));
  if (!output) return output.error();
  if (output->exit_code != 0) return start_failed("its keeper cannot be started");
  return std::nullopt;
}

/// The keeper lives and did not say in time that its program runs.
void give_up(const KeeperFiles& files) {
  if (close_without_keeper(files, "it was not started in time")) return;
  const auto record = read_keeper_record(files);
  if (record) signal_process({record->keeper.pid, 0, record->keeper.start_time}, SIGTERM);
}

}  // namespace

bool close_without_keeper(const KeeperFiles& files, const std::string& why) {
  const auto lock = KeeperLock::try_lock(files);
  if (!lock) return false;
  if (read_end_record(files)) return true;
  EndRecord end;
  end.how = EndRecord::How::not_started;
  end.why = why;
  end.ended_us = system_now_us();
  static_cast<void>(write_end_record(files, end));
  return true;
}

core::Result<core::DeploymentStarted> start_keeper(const SupervisorSettings& settings, const Tmux& tmux,
                                                   const std::string& id, const KeeperFiles& files) {
  if (auto failed = start_process(settings, tmux, id, files)) return *std::move(failed);
  const auto deadline = ipc::Deadline::after(kStartPatience);
  while (!deadline.expired()) {
    const auto end = read_end_record(files);
    if (end && end->how == EndRecord::How::not_started) return start_failed(end->why);
    const auto record = read_keeper_record(files);
    if (record && record->runs) return *started_deployment(files);
    static_cast<void>(ipc::pause_until(deadline.capped(kStartLook)));
  }
  give_up(files);
  return start_failed(fmt::format("it did not begin within {} s", kStartPatience.count()));
}

}  // namespace governor::daemon
