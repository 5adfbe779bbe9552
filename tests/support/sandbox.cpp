#include "tests/support/sandbox.hpp"

#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string_view>

#include "ipc/connect.hpp"
#include "tests/support/binaries.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/process_watch.hpp"
#include "tests/support/slowness.hpp"
#include "tests/support/until.hpp"

namespace governor::test {
namespace {

namespace fs = std::filesystem;

std::string make_directory() {
  std::string path = (fs::temp_directory_path() / "governor-test-XXXXXX").string();
  if (::mkdtemp(path.data()) == nullptr)
    throw std::runtime_error(ipc::describe_errno("cannot make " + path, errno));
  return path;
}

std::string content(const fs::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// Daemons that proxies start have no standard error: what a sanitizer finds must go to a file.
std::string with_log_path(const char* variable, const std::string& directory) {
  const char* present = ::getenv(variable);
  std::string options = present == nullptr ? "" : std::string(present) + ":";
  // The order matters only to what a library preloaded before the sanitizer would replace, which ours does
  // not.
  return options + "verify_asan_link_order=0:log_path=" + directory + "/sanitizer";
}

}  // namespace

Sandbox::Sandbox(Settings settings) : directory_(make_directory()), state_dir_(directory_ + "/state") {
  for (const char* variable : {"PATH", "LANG", "TZ"}) {
    if (const char* value = ::getenv(variable)) set(variable, value);
  }
  for (const char* variable : {"ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"}) {
    set(variable, with_log_path(variable, directory_));
  }
  set("HOME", directory_);
  set("GOVERNOR_RUNTIME_DIR", runtime_dir());
  set("GOVERNOR_STATE_DIR", state_dir_);
  set("GOVERNOR_CONFIG", directory_ + "/config.json");
  std::ofstream(directory_ + "/config.json")
      << "{\"io_threads\": " << settings.io_threads << ", \"idle_exit\": " << settings.idle_exit << "}\n";
}

Sandbox::~Sandbox() {
  // Cleaning up must neither stop half-way nor throw.
  try {
    CHECK(end_daemon());
    end_leftovers();
    CHECK(sanitizer_reports() == "");
  } catch (const std::exception& error) {
    FAIL_CHECK(error.what());
  }
  std::error_code ignored;
  fs::remove_all(directory_, ignored);
}

void Sandbox::set(const std::string& name, const std::string& value) {
  std::erase_if(environment_, [&](const std::string& entry) { return entry.starts_with(name + "="); });
  environment_.push_back(name + "=" + value);
}

void Sandbox::use_state_dir(std::string path) {
  state_dir_ = std::move(path);
  set("GOVERNOR_STATE_DIR", state_dir_);
}

Command Sandbox::command(const std::string& program, std::vector<std::string> arguments) const {
  Command command;
  command.program = program;
  command.arguments = std::move(arguments);
  command.environment = environment_;
  command.error_file = directory_ + "/stderr";
  return command;
}

Child Sandbox::start_daemon(std::vector<std::string> arguments) const {
  Child daemon(command(kDaemon, std::move(arguments)));
  if (wait_for_daemon(patience()) != daemon.pid())
    throw std::runtime_error("the daemon does not listen: " + errors());
  return daemon;
}

pid_t Sandbox::wait_for_daemon(ipc::Deadline deadline, pid_t not_this) const {
  pid_t owner = 0;
  const bool there = until(deadline, [&] {
    owner = daemon();
    return owner != 0 && owner != not_this && listens(socket());
  });
  return there ? owner : 0;
}

bool Sandbox::end_daemon() {
  bool in_order = true;
  // A proxy that is just ending may start one more.
  for (pid_t owner = daemon(); owner != 0; owner = daemon()) {
    const ProcessWatch watch(owner);
    if (daemon() != owner) continue;
    ::kill(owner, SIGTERM);
    ::kill(owner, SIGCONT);
    if (watch.wait(patience(std::chrono::seconds(10)))) continue;
    in_order = false;
    ::kill(owner, SIGKILL);
    watch.wait(patience());
  }
  return in_order;
}

std::vector<ProcessEntry> Sandbox::processes() const {
  return processes_with("GOVERNOR_RUNTIME_DIR=" + runtime_dir());
}

std::vector<pid_t> Sandbox::processes_of(const std::string& program) const {
  const std::string name = fs::path(program).filename().string();
  std::vector<pid_t> pids;
  for (const auto& entry : processes()) {
    if (entry.program == name) pids.push_back(entry.pid);
  }
  return pids;
}

void Sandbox::end_leftovers() {
  // A daemon that was started just now takes its lock only in a moment.
  const auto is_empty = [this] { return end_daemon() && processes().empty(); };
  if (until(patience(std::chrono::seconds(2)), is_empty)) return;
  for (const auto& entry : processes()) {
    FAIL_CHECK("left over: " << entry.program << " with pid " << entry.pid);
    ::kill(entry.pid, SIGKILL);
  }
}

std::string Sandbox::errors() const {
  return content(directory_ + "/stderr");
}

std::string Sandbox::sanitizer_reports() const {
  // What LeakSanitizer says of a thread that ends at the very moment it looks: that it looked in vain.
  constexpr std::string_view kNoReport = "Unable to get registers from thread";
  std::string reports;
  for (const auto& entry : fs::directory_iterator(directory_)) {
    if (!entry.path().filename().string().starts_with("sanitizer")) continue;
    std::istringstream lines(content(entry.path()));
    for (std::string line; std::getline(lines, line);) {
      if (line.find(kNoReport) == std::string::npos) reports += line + '\n';
    }
  }
  return reports;
}

bool listens(const std::string& socket) {
  return ipc::connect_to(socket, ipc::Deadline::after(std::chrono::seconds(1))).has_value();
}

}  // namespace governor::test
