#include "ctl/service/service_steps.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include "ctl/dashboard/gateway_process.hpp"
#include "ctl/stop_daemon.hpp"
#include "ipc/file_lock.hpp"
#include "ipc/paths.hpp"
#include "ipc/spawn_daemon.hpp"

namespace governor::ctl {
namespace {

/// A start waits for the daemon, which may have a database to repair first.
constexpr std::chrono::seconds kManagerPatience{90};
constexpr std::chrono::seconds kTakeOverPatience{30};

std::string first_line_of(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

/// Whoever looks for a daemon meanwhile waits for the lock, and then finds what the steps have led to.
ipc::Result<ipc::FileLock> keep_out(const Context& context, bool take_over) {
  const auto paths = ipc::resolve_paths(context.environment);
  if (!paths) return paths.error();
  if (auto made = ipc::ensure_runtime_directories(*paths); !made) return made.error();
  const auto deadline = ipc::Deadline::after(kTakeOverPatience);
  auto lock = ipc::FileLock::acquire(paths->spawn_lock, deadline);
  if (!lock || !take_over) return lock;
  if (const auto stopped = stop_daemon(context, "governorctl service", deadline);
      !stopped && stopped.error().code != ipc::Errc::no_daemon)
    return stopped.error();
  return std::move(*lock);
}

std::string real_path_of(const std::string& path) {
  std::error_code failure;
  const auto real = std::filesystem::canonical(path, failure);
  return failure ? path : real.string();
}

/// A link in PATH to the program goes on to mean it when a package manager has put the next version
/// elsewhere.
std::string lasting_name_of(const std::string& program, const ipc::Environment& environment) {
  std::string_view rest = environment.lookup("PATH").value_or("");
  const std::string real = real_path_of(program);
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(':'), rest.size());
    std::string candidate = std::string(rest.substr(0, end)) + "/governord";
    if (candidate.starts_with('/') && real_path_of(candidate) == real) return candidate;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return program;
}

ipc::Result<void> end_gateway_that_runs(const Context& context) {
  const auto paths = ipc::resolve_paths(context.environment);
  if (!paths) return paths.error();
  if (const auto ended = end_gateway(*paths, ipc::Deadline::after(kTakeOverPatience)); !ended)
    return ended.error();
  return {};
}

ipc::Result<void> carry_out_step(const Context& context, const ServiceStep& step,
                                 std::optional<ipc::FileLock>& keeps_others_out) {
  switch (step.kind) {
    case ServiceStep::Kind::file: return run_steps({step.file});
    case ServiceStep::Kind::run:
      if (auto done = run_manager(context, step.command); !done) return done.error();
      return {};
    case ServiceStep::Kind::end_gateway: return end_gateway_that_runs(context);
    case ServiceStep::Kind::keep_out:
    case ServiceStep::Kind::take_over: break;
  }
  auto lock = keep_out(context, step.kind == ServiceStep::Kind::take_over);
  if (!lock) return lock.error();
  keeps_others_out.emplace(std::move(*lock));
  return {};
}

}  // namespace

ipc::Result<InstalledPlaces> installed_places(const Context& context) {
  const auto daemon = ipc::find_daemon_binary(context.environment);
  if (!daemon) return daemon.error();
  const std::string program = lasting_name_of(*daemon, context.environment);
  InstalledPlaces places;
  places.programs = program.substr(0, program.rfind('/'));
  const std::string documents = places.programs.substr(0, places.programs.rfind('/')) + "/share/doc/governor";
  if (is_there(documents + "/README.md")) places.documents = documents;
  return places;
}

ipc::Result<ProgramOutput> run_manager(const Context& context, const std::vector<std::string>& command) {
  auto output = run_program(command, context.environment, ipc::Deadline::after(kManagerPatience));
  if (!output) return output.error();
  if (output->exit_code != 0) {
    std::string words;
    for (const std::string& word : command) words += (words.empty() ? "" : " ") + word;
    const std::string said = first_line_of(output->err.empty() ? output->out : output->err);
    return ipc::Error{ipc::Errc::remote_error, 0, words + " failed" + (said.empty() ? "" : ": " + said)};
  }
  return output;
}

ipc::Result<void> carry_out(const Context& context, const ServicePlan& plan) {
  std::optional<ipc::FileLock> keeps_others_out;
  for (const ServiceStep& step : plan.steps) {
    auto done = carry_out_step(context, step, keeps_others_out);
    if (done) continue;
    ipc::Error error = done.error();
    if (&step != &plan.steps.front())
      error.message += "; what was done before that stays, and the same command goes on from there";
    return error;
  }
  return {};
}

}  // namespace governor::ctl
