#include "daemon/supervisor/deployment_records.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <boost/json/object.hpp>

#include "daemon/supervisor/keeper/json_object.hpp"
#include "daemon/support/json_writer.hpp"
#include "ipc/replace_file.hpp"

namespace governor::daemon {
namespace {

using core::DeploymentState;

core::SessionProcess session_process(const ipc::ProcessIdentity& identity) {
  return {identity.pid, identity.start_time, identity.boot_id};
}

std::string with_addition(const std::string& why, const std::string& more) {
  if (more.empty()) return why;
  return why.empty() ? more : why + "; " + more;
}

}  // namespace

ipc::Result<void> write_workspace(const KeeperFiles& files, const core::DeploymentWorkspace& workspace) {
  std::string text;
  JsonWriter(text)
      .begin_object()
      .field("worktree", workspace.mode == core::WorkspaceMode::worktree)
      .field("directory", workspace.directory)
      .field("repository", workspace.repository)
      .field("branch", workspace.branch)
      .field("base_commit", workspace.base_commit)
      .field("removed", workspace.removed)
      .end_object();
  return ipc::replace_file(files.workspace(), text + "\n", 0600, ipc::Durability::content);
}

std::optional<core::DeploymentWorkspace> read_workspace(const KeeperFiles& files) {
  const auto content = read_whole_file(files.workspace());
  const auto object = content ? parse_object(*content) : std::nullopt;
  if (!object) return std::nullopt;
  core::DeploymentWorkspace workspace;
  workspace.mode =
      flag_member(*object, "worktree") ? core::WorkspaceMode::worktree : core::WorkspaceMode::shared;
  workspace.directory = text_member(*object, "directory");
  workspace.repository = text_member(*object, "repository");
  workspace.branch = text_member(*object, "branch");
  workspace.base_commit = text_member(*object, "base_commit");
  workspace.removed = flag_member(*object, "removed");
  return workspace;
}

std::optional<core::DeploymentStarted> started_deployment(const KeeperFiles& files) {
  const auto record = read_keeper_record(files);
  if (!record || !record->runs) return std::nullopt;
  core::DeploymentStarted started;
  started.keeper = session_process(record->keeper);
  started.process = session_process(record->program);
  started.in_tmux = record->in_tmux;
  started.workspace = read_workspace(files).value_or(core::DeploymentWorkspace{});
  return started;
}

core::DeploymentEnded ended_deployment(const EndRecord& record) {
  core::DeploymentEnded end;
  end.exit_code = record.exit_code;
  end.signal = record.signal;
  end.ended_us = record.ended_us;
  end.why = record.why;
  switch (record.how) {
    case EndRecord::How::not_started: end.state = DeploymentState::failed; break;
    case EndRecord::How::lost: end.state = DeploymentState::lost; break;
    case EndRecord::How::timed_out: end.state = DeploymentState::stopped; break;
    case EndRecord::How::stopped:
      end.state = record.counts_as_finished ? DeploymentState::finished : DeploymentState::stopped;
      break;
    case EndRecord::How::exited:
      end.state = record.exit_code == 0 ? DeploymentState::finished : DeploymentState::failed;
      if (record.exit_code == 0) break;
      end.why = with_addition(record.exit_code ? fmt::format("it exited with {}", *record.exit_code)
                                               : fmt::format("signal {} ended it", record.signal),
                              record.why);
      break;
  }
  if (!record.left.empty())
    end.why = with_addition(end.why,
                            fmt::format("these processes cannot be ended: {}", fmt::join(record.left, ", ")));
  return end;
}

}  // namespace governor::daemon
