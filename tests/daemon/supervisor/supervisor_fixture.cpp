#include "tests/daemon/supervisor/supervisor_fixture.hpp"

#include <signal.h>

#include <cstdlib>
#include <utility>
#include <variant>

#include "ipc/environment.hpp"
#include "ipc/process_identity.hpp"
#include "tests/support/binaries.hpp"

namespace governor::daemon::test {
namespace {

Runner shell_runner(const std::string& name, ProgramInput input) {
  Runner runner = built_in_runners().back();
  runner.name = name;
  runner.arguments = {"/bin/sh", "-c", "{prompt}"};
  runner.input = input;
  return runner;
}

}  // namespace

SupervisorFixture::SupervisorFixture() {
  settings.deployments.runners.push_back(shell_runner("shell", ProgramInput::nothing));
  settings.deployments.runners.push_back(shell_runner("typed", ProgramInput::terminal));
  settings.deployments.tmux.clear();
  settings.program = governor::test::kDaemon;
  settings.state_directory = directory / "state";
  settings.runtime_directory = directory / "run";
  settings.socket_directory = directory.path();
  settings.daemon_lock = directory / "daemon.lock";
  settings.environment = ipc::minimal_environment(ipc::process_environment());
  settings.grace = std::chrono::seconds(1);
  begin();
}

SupervisorFixture::~SupervisorFixture() {
  if (!supervisor) begin();
  for (const auto& [id, deployment] : deployments_) {
    follow(deployment);
    supervisor->stop(id, "the test is over");
  }
  for (const auto& [id, deployment] : deployments_) wait_for_end(id);
  supervisor.reset();  // before what it reports into
}

void SupervisorFixture::begin() {
  supervisor.reset();
  {
    const std::lock_guard lock(mutex_);
    reports_.clear();
  }
  supervisor = std::make_unique<Supervisor>(settings);
}

LaunchRequest SupervisorFixture::request(const std::string& id, const std::string& script,
                                         const std::string& runner) const {
  LaunchRequest request;
  request.order.id = id;
  request.order.runner = runner;
  request.prompt = script;
  request.working_directory = directory.path();
  request.token = "a secret";
  return request;
}

core::Deployment SupervisorFixture::deploy(const LaunchRequest& request) {
  const auto started = supervisor->launch(request);
  if (!started) FAIL(started.error().message);
  core::Deployment deployment;
  deployment.order = request.order;
  deployment.standing.keeper = started->keeper;
  deployment.standing.process = started->process;
  deployment.standing.in_tmux = started->in_tmux;
  deployment.standing.workspace = started->workspace;
  deployments_[request.order.id] = deployment;
  follow(deployment);
  return deployment;
}

void SupervisorFixture::follow(const core::Deployment& deployment) {
  const std::string id = deployment.order.id;
  supervisor->follow(deployment, [this, id](core::DeploymentReport report) {
    const std::lock_guard lock(mutex_);
    Reports& of = reports_[id];
    if (std::holds_alternative<core::DeploymentStarted>(report)) of.started = true;
    if (auto* seen = std::get_if<core::DeploymentSeen>(&report)) of.seen.push_back(std::move(*seen));
    if (auto* ended = std::get_if<core::DeploymentEnded>(&report)) of.ended = std::move(*ended);
    changed_.notify_all();
  });
}

template <class Condition>
bool SupervisorFixture::wait(ipc::Deadline deadline, Condition condition) {
  std::unique_lock lock(mutex_);
  return changed_.wait_until(lock, deadline.time(), condition);
}

std::optional<core::DeploymentEnded> SupervisorFixture::wait_for_end(const std::string& id,
                                                                     ipc::Deadline deadline) {
  wait(deadline, [&] { return reports_[id].ended.has_value(); });
  const std::lock_guard lock(mutex_);
  return reports_[id].ended;
}

bool SupervisorFixture::wait_for_state(const std::string& id, core::DeploymentState state,
                                       ipc::Deadline deadline) {
  return wait(deadline,
              [&] { return !reports_[id].seen.empty() && reports_[id].seen.back().state == state; });
}

core::DeploymentSeen SupervisorFixture::last_seen(const std::string& id) {
  const std::lock_guard lock(mutex_);
  return reports_[id].seen.empty() ? core::DeploymentSeen{} : reports_[id].seen.back();
}

bool SupervisorFixture::has_started_report(const std::string& id) {
  const std::lock_guard lock(mutex_);
  return reports_[id].started;
}

std::string SupervisorFixture::output(const std::string& id) {
  const auto piece = supervisor->read_output(id, std::nullopt, 1 << 20, "");
  return piece ? piece->text : "";
}

KeeperFiles SupervisorFixture::files(const std::string& id) const {
  return {settings.deployments_directory() + "/" + id};
}

pid_t wait_for_pid(const std::string& path) {
  REQUIRE(until(soon(), [&] { return !read_file(path).empty(); }));
  return std::atoi(read_file(path).c_str());
}

bool is_alive(pid_t pid) {
  return ipc::identify_process(pid).has_value();
}

std::string marked_processes(const std::string& id) {
  std::string lines;
  for (const SeenProcess& process : running_processes()) {
    if (look_for_in_environment(process.pid, "GOVERNOR_DEPLOYMENT=" + id) != EnvironmentLook::has) continue;
    lines += std::to_string(process.pid) + " below " + std::to_string(process.parent) + ":";
    for (const std::string& word : command_line_of(process.pid)) lines += " " + word;
    lines += "\n";
  }
  return lines;
}

}  // namespace governor::daemon::test
