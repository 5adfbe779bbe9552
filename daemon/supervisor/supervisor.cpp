#include "daemon/supervisor/supervisor.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <map>
#include <system_error>
#include <utility>

#include "daemon/supervisor/agent_files.hpp"
#include "daemon/supervisor/deployment_records.hpp"
#include "daemon/supervisor/keeper/keeper_lock.hpp"
#include "daemon/supervisor/keeper_start.hpp"
#include "daemon/supervisor/launch_record.hpp"
#include "daemon/supervisor/launch_refusal.hpp"
#include "daemon/supervisor/read_output.hpp"
#include "ipc/paths.hpp"
#include "text/path_text.hpp"
#include "text/shown_text.hpp"

namespace governor::daemon {
namespace {

using core::Error;
using core::ErrorCode;

namespace fs = std::filesystem;

constexpr std::chrono::seconds kSetupPatience{600};
constexpr std::chrono::seconds kInputPatience{5};
constexpr std::size_t kShownSetup = 500;

std::vector<std::string> names_in_directory(const std::string& directory) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator at(directory, error), end; !error && at != end; at.increment(error))
    names.push_back(at->path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

/// The directory in which all of them are must be there: a disk may just not be mounted.
bool is_worktree_gone(const std::optional<core::DeploymentWorkspace>& workspace) {
  if (!workspace || workspace->mode != core::WorkspaceMode::worktree || workspace->removed) return false;
  const std::string directory = text::path_bytes(workspace->directory);
  const std::string parent = directory.substr(0, directory.rfind('/'));
  struct stat status {};
  if (::lstat(directory.c_str(), &status) == 0 || errno != ENOENT) return false;
  return ::stat(parent.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

std::optional<Error> write_to_terminal(int fd, std::string_view bytes) {
  const auto deadline = ipc::Deadline::after(kInputPatience);
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd, bytes.data(), bytes.size());
    if (count > 0) bytes.remove_prefix(static_cast<std::size_t>(count));
    if (count < 0 && errno != EAGAIN && errno != EINTR)
      return Error(ErrorCode::conflict, "The program has just ended.");
    if (count < 0 && !ipc::wait_writable(fd, deadline))
      return Error(ErrorCode::deadline_exceeded, "The program does not take what is typed.",
                   "Look at what it does with governorctl attach.");
  }
  return std::nullopt;
}

}  // namespace

Supervisor::Supervisor(SupervisorSettings settings)
    : settings_(std::move(settings)),
      tmux_(settings_.deployments.tmux, settings_.tmux_socket(), settings_.environment),
      worktrees_(settings_.environment),
      watch_(settings_) {}

KeeperFiles Supervisor::files_of(const std::string& id) const {
  return {settings_.deployments_directory() + "/" + id};
}

std::optional<Error> Supervisor::refuse(const LaunchRequest& request) const {
  return refuse_launch(settings_, request);
}

// Starting.

/// Also for one that is started again: what tells of its last run goes, what it has written stays.
std::optional<Error> Supervisor::prepare_directory(const KeeperFiles& files) const {
  for (const std::string& directory : {settings_.deployments_directory(), files.directory}) {
    if (auto made = ipc::ensure_private_directory(directory); !made)
      return Error(ErrorCode::internal_error, made.error().message);
  }
  if (::access(files.launch().c_str(), F_OK) != 0) return std::nullopt;
  const auto lock = KeeperLock::try_lock(files);
  if (!lock)
    return Error(ErrorCode::already_exists, "The program of this deployment still runs.", "Stop it first.");
  for (const std::string& path : {files.keeper(), files.stop(), files.paused(), files.end()})
    ::unlink(path.c_str());
  return std::nullopt;
}

core::Result<std::string> Supervisor::make_workspace(const LaunchRequest& request, const Runner& runner,
                                                     const KeeperFiles& files,
                                                     core::DeploymentWorkspace& workspace) const {
  const std::string here = text::path_bytes(request.working_directory);
  if (request.workspace == core::WorkspaceMode::shared) {
    workspace.directory = request.working_directory;
    if (auto written = write_workspace(files, workspace); !written)
      return Error(ErrorCode::internal_error, written.error().message);
    return here;
  }
  // One that is started again goes on where it was.
  if (const auto before = read_workspace(files); before && !before->removed && !before->repository.empty()) {
    workspace = *before;
    return text::path_bytes(before->directory);
  }
  const WorktreeOrder order{request.order.id, here, request.base,
                            settings_.worktree_directory() + "/" + request.order.id};
  auto planned = worktrees_.plan(order);
  if (!planned) return planned.error();
  if (auto written = write_workspace(files, *planned); !written)
    return Error(ErrorCode::internal_error, written.error().message);
  workspace = *planned;
  auto place = worktrees_.make(order, workspace);
  if (!place) return place;
  if (auto wrong = run_setup(request, runner, files, *place)) return *std::move(wrong);
  return place;
}

std::optional<Error> Supervisor::run_setup(const LaunchRequest& request, const Runner& runner,
                                           const KeeperFiles& files, const std::string& directory) const {
  if (runner.setup.empty()) return std::nullopt;
  const auto output = run_tool(runner.setup, agent_environment(settings_, runner, request, files), directory,
                               ipc::Deadline::after(kSetupPatience));
  if (!output) return output.error();
  if (output->exit_code == 0) return std::nullopt;
  std::string said = output->err.empty() ? output->out : output->err;
  if (said.size() > kShownSetup) said.erase(0, said.size() - kShownSetup);
  return Error(ErrorCode::conflict,
               fmt::format("The set-up command {} exited with {}: {}", runner.setup.front(),
                           output->exit_code, text::shown_text(said)),
               fmt::format("Correct \"setup\" of deployments.runners.{}, then deploy again.", runner.name));
}

core::Result<core::DeploymentStarted> Supervisor::launch(const LaunchRequest& request) {
  if (auto refused = refuse(request)) return *std::move(refused);
  const Runner& runner = *settings_.find_runner(request.order.runner);
  const KeeperFiles files = files_of(request.order.id);
  const bool is_new = ::access(files.launch().c_str(), F_OK) != 0;
  forget_old();
  if (auto wrong = prepare_directory(files)) return *std::move(wrong);
  core::DeploymentWorkspace workspace;
  std::optional<Error> wrong;
  const auto directory = make_workspace(request, runner, files, workspace);
  if (!directory) wrong = directory.error();
  if (!wrong && is_new) wrong = write_request(files, request);
  if (!wrong) wrong = write_agent_files(settings_, runner, request, *directory, files);
  if (!wrong) {
    auto started = start_keeper(settings_, tmux_, request.order.id, files);
    if (started) return started;
    wrong = started.error();
  }
  if (is_new) {
    if (workspace.mode == core::WorkspaceMode::worktree) worktrees_.take_back(workspace);
    std::error_code error;
    fs::remove_all(files.directory, error);
  }
  return *std::move(wrong);
}

core::Result<core::DeploymentStarted> Supervisor::relaunch(const core::Deployment& deployment,
                                                           const std::string& token) {
  auto request = read_request(files_of(deployment.order.id), deployment);
  if (!request)
    return Error(ErrorCode::internal_error, "What is needed to start it again is not there any more.");
  const Runner* runner = settings_.find_runner(deployment.order.runner);
  const bool resumes = runner != nullptr && !runner->resume.empty();
  if (resumes && !deployment.standing.runner_session.empty()) {
    if (auto wrong = keep_first_prompt(files_of(deployment.order.id))) return *std::move(wrong);
    request->runner_session = deployment.standing.runner_session;
    request->prompt = kResumePrompt;
  }
  request->token = token;
  return launch(*request);
}

/// What old ones have written is dropped; one with a worktree keeps all.
void Supervisor::forget_old() const {
  std::multimap<std::int64_t, std::string> ended;
  for (const std::string& id : names_in_directory(settings_.deployments_directory())) {
    const KeeperFiles files = files_of(id);
    const auto end = read_end_record(files);
    const auto workspace = read_workspace(files);
    const bool has_worktree =
        workspace && workspace->mode == core::WorkspaceMode::worktree && !workspace->removed;
    if (end && !has_worktree) ended.emplace(end->ended_us, files.directory);
  }
  std::error_code error;
  for (auto at = ended.begin(); ended.size() > settings_.deployments.keep_ended; at = ended.erase(at))
    fs::remove_all(at->second, error);
}

// Following.

void Supervisor::follow(const core::Deployment& deployment,
                        std::function<void(core::DeploymentReport)> report) {
  watch_.follow(deployment, std::move(report));
}

void Supervisor::stop(const std::string& id, std::string reason) {
  watch_.stop(id, std::move(reason));
}

std::optional<Error> Supervisor::send_input(const std::string& id, const std::string& text) {
  const KeeperFiles files = files_of(id);
  const ipc::UniqueFd input(::open(files.input().c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC));
  if (!input) {
    const bool runs = !read_end_record(files) && read_keeper_record(files);
    return Error(ErrorCode::conflict,
                 runs ? "The program reads nothing from people: its runner has no terminal for it."
                      : "The program does not run.",
                 runs ? "Deploy it with a runner whose input is \"terminal\"." : "");
  }
  std::string typed = text;
  std::replace(typed.begin(), typed.end(), '\n', '\r');  // as the Enter key does
  return write_to_terminal(input.get(), typed);
}

core::Result<OutputPiece> Supervisor::read_output(const std::string& id, std::optional<std::uint64_t> offset,
                                                  std::size_t limit, const std::string& filter) {
  return read_output_in(files_of(id).directory, offset, limit, filter);
}

void Supervisor::pause(const std::string& id, bool paused) {
  watch_.pause(id, paused);
}

// Workspaces.

/// Of one that was never confirmed the registry knows nothing.
core::DeploymentWorkspace Supervisor::workspace_of(const core::Deployment& deployment) const {
  const core::DeploymentWorkspace& known = deployment.standing.workspace;
  if (!known.directory.empty()) return known;
  return read_workspace(files_of(deployment.order.id)).value_or(known);
}

core::Result<std::string> Supervisor::difference(const core::Deployment& deployment, std::size_t limit) {
  return worktrees_.difference(workspace_of(deployment), limit);
}

core::Result<std::string> Supervisor::merge(const core::Deployment& deployment) {
  return worktrees_.merge(workspace_of(deployment));
}

std::optional<Error> Supervisor::remove_workspace(const core::Deployment& deployment, bool by_person) {
  core::DeploymentWorkspace workspace = workspace_of(deployment);
  const KeeperFiles files = files_of(deployment.order.id);
  if (::access(files.launch().c_str(), F_OK) == 0 && !KeeperLock::try_lock(files))
    return Error(ErrorCode::conflict, "The deployment still runs in its worktree.", "Stop it first.");
  if (auto wrong = worktrees_.remove(workspace, by_person)) return wrong;
  workspace.removed = true;
  if (::access(files.directory.c_str(), F_OK) == 0) static_cast<void>(write_workspace(files, workspace));
  return std::nullopt;
}

/// One without any record of its keeper may be about to begin, or be what a crash has left of a start.
core::FoundDeployment Supervisor::find(const std::string& id) const {
  const KeeperFiles files = files_of(id);
  core::FoundDeployment found;
  found.id = id;
  found.started = started_deployment(files);
  const auto record = read_keeper_record(files);
  const auto here = record ? ipc::identify_process(::getpid()) : std::nullopt;
  found.earlier_boot = here && here->boot_id != record->keeper.boot_id;
  found.worktree_gone = is_worktree_gone(read_workspace(files));
  if (const auto end = read_end_record(files)) {
    found.ended = ended_deployment(*end);
    found.ended->is_final = found.earlier_boot;
    return found;
  }
  if (record) {
    const auto lives = ipc::liveness(record->keeper);
    found.alive = lives == ipc::Liveness::alive;
    // A keeper that was killed has left what it kept: that runs until somebody follows it and ends it.
    bool is_clear = true;
    if (lives == ipc::Liveness::dead && !found.earlier_boot)
      found.alive =
          !marked_processes("GOVERNOR_DEPLOYMENT=" + id, record->keeper.start_time, is_clear).empty();
    found.unknown = lives == ipc::Liveness::unknown;
  } else {
    found.alive = ::access(files.launch().c_str(), F_OK) == 0 && !KeeperLock::try_lock(files);
  }
  return found;
}

/// Sessions before the deployments: one that is just being started then has a directory.
core::Result<core::FoundAll> Supervisor::find_all() {
  core::FoundAll all;
  if (tmux_.is_there()) {
    if (auto terminals = tmux_.sessions()) all.terminals = *std::move(terminals);
  }
  all.worktrees = find_worktrees();
  for (const std::string& id : names_in_directory(settings_.deployments_directory()))
    all.deployments.push_back(find(id));
  return all;
}

/// What is there beside them in that directory may be anything, and is nobody's business.
std::vector<core::FoundWorktree> Supervisor::find_worktrees() const {
  std::vector<core::FoundWorktree> found;
  for (const std::string& name : names_in_directory(settings_.worktree_directory())) {
    const std::string directory = settings_.worktree_directory() + "/" + name;
    if (!Worktrees::is_one(directory)) continue;
    core::FoundWorktree one;
    one.id = text::path_text(name);
    one.directory = text::path_text(directory);
    // git is not asked about those of deployments that were started: that takes a while, and each minute.
    if (read_keeper_record(files_of(name))) {
      one.work = "a program was started in it.";
    } else if (const auto work = worktrees_.find_stray_work(directory, !is_known_worktree(name))) {
      one.work = work->message;
    }
    found.push_back(std::move(one));
  }
  return found;
}

/// What was copied into one as it was made is not lost with it.
bool Supervisor::is_known_worktree(const std::string& name) const {
  return read_workspace(files_of(name)).has_value();
}

std::optional<Error> Supervisor::close_terminal(const std::string& name) {
  const auto terminals = tmux_.sessions();
  if (!terminals) return terminals.error();
  for (const core::FoundTerminal& terminal : *terminals) {
    if (terminal.name == name && terminal.dead) tmux_.end(name);
  }
  return std::nullopt;
}

std::optional<Error> Supervisor::remove_stray_worktree(const std::string& directory) {
  const std::string path = text::path_bytes(directory);
  if (!path.starts_with(settings_.worktree_directory() + "/") || !Worktrees::is_one(path))
    return Error(ErrorCode::conflict, fmt::format("{} is no worktree of governor's.", directory));
  const std::string name = path.substr(path.rfind('/') + 1);
  if (read_keeper_record(files_of(name)))
    return Error(ErrorCode::conflict, fmt::format("A program was started in {}.", directory));
  return worktrees_.remove_stray(path, !is_known_worktree(name));
}

}  // namespace governor::daemon
