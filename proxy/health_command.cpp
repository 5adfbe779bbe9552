#include "proxy/health_command.hpp"

#include <unistd.h>

#include "ipc/daemon_address.hpp"
#include "ipc/json_members.hpp"
#include "ipc/line_decoder.hpp"
#include "ipc/numbered_line.hpp"
#include "ipc/socket_io.hpp"

namespace governor::proxy {
namespace {

constexpr int kOk = 0;
constexpr int kDegraded = 1;
constexpr int kFailing = 2;
constexpr int kNotRunning = 3;
constexpr std::chrono::milliseconds kPatience{200};

void print_health(int fd, std::string text) {
  text += '\n';
  for (std::string_view rest = text; !rest.empty();) {
    const auto written = ::write(fd, rest.data(), rest.size());
    if (written <= 0) return;
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
}

ipc::Result<std::string> ask_health(int fd, ipc::Deadline deadline) {
  constexpr std::string_view kRequest = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"governor/health\"}\n";
  if (auto sent = ipc::send_all(fd, kRequest, deadline); !sent) return sent.error();
  ipc::LineDecoder decoder(ipc::kMaxLineBytes);
  for (;;) {
    const auto event = decoder.next();
    if (event.kind == ipc::LineDecoder::Kind::line &&
        ipc::find_member(event.text, "id") == std::string_view("1")) {
      return std::string(event.text);
    }
    if (event.kind != ipc::LineDecoder::Kind::none) continue;
    auto got = ipc::receive_some(fd, decoder.prepare(4096));
    if (!got) return got.error();
    decoder.commit(*got);
    if (*got > 0) continue;
    if (auto ready = ipc::wait_readable(fd, deadline); !ready) return ready.error();
  }
}

int exit_code_of(std::string_view health) {
  const auto status = ipc::find_member(health, "status");
  if (status == std::string_view("\"ok\"")) return kOk;
  if (status == std::string_view("\"degraded\"")) return kDegraded;
  return kFailing;
}

int report_failure(const ipc::Error& error) {
  print_health(STDERR_FILENO, "governor-proxy: " + error.message);
  return error.code == ipc::Errc::no_daemon ? kNotRunning : kFailing;
}

}  // namespace

int run_health_command() {
  const auto deadline = ipc::Deadline::after(kPatience);
  const auto paths = ipc::resolve_paths(ipc::process_environment());
  if (!paths) return report_failure(paths.error());
  const auto socket = ipc::connect_to_daemon(*paths, deadline);
  if (!socket) return report_failure(socket.error());
  const auto answer = ask_health(socket->get(), deadline);
  if (!answer) return report_failure(answer.error());
  const auto health = ipc::find_member(*answer, "result");
  print_health(STDOUT_FILENO, health ? std::string(*health) : *answer);
  return health ? exit_code_of(*health) : kFailing;
}

}  // namespace governor::proxy
