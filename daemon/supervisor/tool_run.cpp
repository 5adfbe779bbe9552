#include "daemon/supervisor/tool_run.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

#include "daemon/supervisor/process_descriptor.hpp"
#include "ipc/child_process.hpp"
#include "ipc/unique_fd.hpp"

namespace governor::daemon {
namespace {

constexpr std::size_t kMostToolOutput = 64 * 1024 * 1024;
/// Where nothing tells of its end.
constexpr int kToolLookMs = 20;

core::Error tool_failed(const std::string& tool, const std::string& why) {
  return core::Error(core::ErrorCode::internal_error, fmt::format("{} {}.", tool, why));
}

/// A child of ours that has not been waited for: its number, and that of its group, mean nothing else.
class ToolProcess {
 public:
  explicit ToolProcess(pid_t pid) : pid_(pid), descriptor_(pid) {}
  ToolProcess(const ToolProcess&) = delete;
  ToolProcess& operator=(const ToolProcess&) = delete;
  ~ToolProcess() {
    if (pid_ <= 0) return;
    ::kill(-pid_, SIGKILL);
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }

  [[nodiscard]] int fd() const { return descriptor_.fd(); }
  /// Its exit code once it has ended.
  std::optional<int> reap() {
    int status = 0;
    if (pid_ <= 0 || ::waitpid(pid_, &status, WNOHANG) != pid_) return std::nullopt;
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

 private:
  pid_t pid_;
  ProcessDescriptor descriptor_;
};

/// Where the program is; as the system does it, by PATH.
std::string find_program(const std::string& name, const std::vector<std::string>& environment) {
  if (name.find('/') != std::string::npos) return name;
  constexpr std::string_view kPath = "PATH=";
  for (const std::string& entry : environment) {
    if (!entry.starts_with(kPath)) continue;
    for (std::string_view rest = std::string_view(entry).substr(kPath.size()); !rest.empty();) {
      const std::string_view directory = rest.substr(0, rest.find(':'));
      std::string path = std::string(directory) + "/" + name;
      if (directory.starts_with('/') && ::access(path.c_str(), X_OK) == 0) return path;
      rest.remove_prefix(std::min(rest.size(), directory.size() + 1));
    }
  }
  return {};
}

/// All that the child needs, made before there is one.
struct ToolStart {
  std::string path;
  std::vector<char*> arguments;
  std::vector<char*> environment;
  const char* directory;
  int streams[3];
};

/// Only async-signal-safe calls: other threads of the daemon are gone.
[[noreturn]] void become_tool(const ToolStart& start, int failure) {
  ::setpgid(0, 0);
  ::umask(022);  // what it writes are the user's files, not the daemon's
  constexpr int kReport = STDERR_FILENO + 1;
  const int high = ::fcntl(failure, F_DUPFD_CLOEXEC, kReport + 1);
  for (int fd = 0; fd <= STDERR_FILENO; ++fd) {
    if (::dup2(start.streams[fd], fd) < 0) ::_exit(127);
  }
  ::dup2(high, kReport);
  ::fcntl(kReport, F_SETFD, FD_CLOEXEC);
  ipc::close_descriptors_from(kReport + 1);
  ipc::reset_signals();
  if (::chdir(start.directory) == 0)
    ::execve(start.path.c_str(), start.arguments.data(), start.environment.data());
  const int cause = errno;
  if (::write(kReport, &cause, sizeof cause) < 0) ::_exit(126);
  ::_exit(127);
}

struct StartedTool {
  pid_t pid;
};

/// The process, or the errno of why there is none.
std::variant<StartedTool, int> start_tool(const ToolStart& start) {
  auto failure = ipc::make_pipe();
  if (!failure) return failure.error().system_errno;
  pid_t pid = -1;
  {
    const ipc::SignalsBlocked blocked;  // no handler of the daemon's may run in the child
    pid = ::fork();
    if (pid == 0) become_tool(start, failure->second.get());
  }
  if (pid < 0) return errno;
  ::setpgid(pid, pid);  // whoever comes first
  failure->second.reset();
  int cause = 0;
  ssize_t count = -1;
  do count = ::read(failure->first.get(), &cause, sizeof cause);
  while (count < 0 && errno == EINTR);
  if (count == 0) return StartedTool{pid};
  while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
  return cause;
}

/// Takes what is there; gives the pipe up at its end.
void take_output(ipc::UniqueFd& from, std::string& into) {
  std::array<char, 65536> buffer;
  while (from) {
    const ssize_t count = ::read(from.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) return;
    if (count <= 0) {
      from.reset();
    } else if (into.size() < kMostToolOutput) {
      into.append(buffer.data(), static_cast<std::size_t>(count));
    }
  }
}

}  // namespace

core::Result<ToolOutput> run_tool(const std::vector<std::string>& arguments,
                                  const std::vector<std::string>& environment, const std::string& directory,
                                  ipc::Deadline deadline) {
  const std::string& tool = arguments.front();
  auto out = ipc::make_pipe();
  auto err = ipc::make_pipe();
  const ipc::UniqueFd nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  if (!out || !err || !nothing) return tool_failed(tool, "cannot be started: there are no descriptors left");
  for (const int fd : {out->first.get(), err->first.get()}) ::fcntl(fd, F_SETFL, O_NONBLOCK);
  const ToolStart start{find_program(tool, environment),
                        ipc::exec_vector(arguments),
                        ipc::exec_vector(environment),
                        directory.c_str(),
                        {nothing.get(), out->second.get(), err->second.get()}};
  if (start.path.empty())
    return core::Error(core::ErrorCode::not_found, fmt::format("{} is not installed, or not in PATH.", tool),
                       fmt::format("Install {}.", tool));
  const auto started = start_tool(start);
  if (const int* cause = std::get_if<int>(&started))
    return tool_failed(tool, fmt::format("cannot be started in {}: {}", directory, std::strerror(*cause)));
  ToolProcess process(std::get<StartedTool>(started).pid);
  out->second.reset();
  err->second.reset();
  ToolOutput output;
  for (;;) {
    std::array<pollfd, 3> polled{
        {{out->first.get(), POLLIN, 0}, {err->first.get(), POLLIN, 0}, {process.fd(), POLLIN, 0}}};
    const int patience =
        process.fd() >= 0 ? deadline.remaining_ms() : std::min(kToolLookMs, deadline.remaining_ms());
    ::poll(polled.data(), polled.size(), patience);
    const auto code = process.reap();
    take_output(out->first, output.out);
    take_output(err->first, output.err);
    if (code) {
      output.exit_code = *code;
      return output;
    }
    if (deadline.expired())
      return core::Error(core::ErrorCode::deadline_exceeded,
                         fmt::format("{} {} has not ended in time and was ended.", tool,
                                     arguments.size() > 1 ? arguments[1] : std::string()));
  }
}

}  // namespace governor::daemon
