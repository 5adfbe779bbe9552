#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "ipc/build_info.hpp"
#include "ipc/process_identity.hpp"
#include "ipc/random_id.hpp"
#include "proxy/event_loop.hpp"
#include "proxy/health_command.hpp"
#include "proxy/options.hpp"
#include "proxy/termination_signals.hpp"
#include "text/path_text.hpp"

namespace governor::proxy {
namespace {

constexpr int kExitFailed = 1;
constexpr int kExitUsage = 2;

void print(int fd, std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

int fail(const ipc::Error& error) {
  print(STDERR_FILENO, "governor-proxy: " + error.message + "\n");
  return kExitFailed;
}

/// A descriptor opened later must not land on the number of a standard stream that was closed.
void open_missing_standard_streams() {
  for (int fd = 0; fd <= 2; ++fd) {
    if (::fcntl(fd, F_GETFD) < 0 && errno == EBADF) static_cast<void>(::open("/dev/null", O_RDWR));
  }
}

/// Only who knows the returned descriptor can reach the client: whatever is printed by mistake goes to
/// stderr.
int move_standard_output_away() {
  const int output = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  if (output >= 0) ::dup2(STDERR_FILENO, STDOUT_FILENO);
  return output;
}

ipc::Hello make_hello(const ParentWatch& parent, const Options& options) {
  ipc::Hello hello;
  hello.build = ipc::build_id();
  hello.session = ipc::random_hex(16);
  hello.pid = ::getpid();
  char directory[4096];  // as long as a path can be that is of use to anybody
  if (::getcwd(directory, sizeof directory)) hello.cwd = text::path_text(directory);
  hello.client = ipc::process_name(parent.parent());
  hello.tools = options.tools;
  return hello;
}

int relay(const Options& options) {
  const ParentWatch parent;
  const int output = move_standard_output_away();
  if (output < 0) return fail(ipc::system_error("cannot use standard output", errno));
  const auto signals = catch_termination_signals();
  if (!signals) return fail(signals.error());
  ipc::StartOptions start;
  start.environment = ipc::process_environment();
  auto paths = ipc::resolve_paths(start.environment);
  if (!paths) return fail(paths.error());

  EventLoop loop({STDIN_FILENO, output, STDERR_FILENO, *signals}, parent, make_hello(parent, options),
                 std::move(*paths), std::move(start), options.wait_at_end);
  return loop.run();
}

int run(const Options& options) {
  switch (options.action) {
    case Options::Action::relay: return relay(options);
    case Options::Action::health: return run_health_command();
    case Options::Action::help: print(STDOUT_FILENO, usage_text()); return 0;
    case Options::Action::version: {
      std::string text = "governor-proxy ";
      text += ipc::version();
      text += " (build ";
      text += ipc::build_id();
      text += ")\n";
      print(STDOUT_FILENO, text);
      return 0;
    }
    case Options::Action::usage_error:
      print(STDERR_FILENO, "governor-proxy: " + options.error + "\n\n");
      print(STDERR_FILENO, usage_text());
      return kExitUsage;
  }
  return kExitUsage;
}

}  // namespace
}  // namespace governor::proxy

int main(int argc, char** argv) {
  governor::proxy::open_missing_standard_streams();
  const std::span<const char* const> arguments(argv + (argc > 0 ? 1 : 0),
                                               static_cast<std::size_t>(argc > 0 ? argc - 1 : 0));
  return governor::proxy::run(governor::proxy::parse_options(arguments));
}
