// Behaves as GOVERNOR_FAKE says: serve (default), fail, vanish (end without a report), already, late (takes
// the lock and serves once somebody opens the pipe GOVERNOR_FAKE_GATE for writing). Appends a line to
// GOVERNOR_FAKE_LOG at each start, writes what it inherited to GOVERNOR_FAKE_REPORT. While serving it answers
// hello, echoes numbered lines and keepalives, dies on a line with "die", leaves when asked to drain and when
// its last connection has ended.

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <list>
#include <string>

#include "ipc/build_info.hpp"
#include "ipc/environment.hpp"
#include "ipc/file_lock.hpp"
#include "ipc/json_members.hpp"
#include "ipc/line_decoder.hpp"
#include "ipc/listener.hpp"
#include "ipc/numbered_line.hpp"
#include "ipc/paths.hpp"
#include "ipc/socket_io.hpp"
#include "ipc/startup_pipe.hpp"

namespace {

using namespace governor::ipc;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

void write_report(const std::string& path) {
  std::ofstream out(path);
  char directory[4096];
  out << "cwd=" << ::getcwd(directory, sizeof directory) << "\n";
  out << "session_leader=" << (::getsid(0) == ::getpid()) << "\n";
  sigset_t blocked;
  ::sigprocmask(SIG_BLOCK, nullptr, &blocked);
  out << "blocked=" << ::sigismember(&blocked, SIGUSR1) << "\n";
  struct sigaction action;
  ::sigaction(SIGUSR2, nullptr, &action);
  out << "default_disposition=" << (action.sa_handler == SIG_DFL) << "\n";
  for (int fd = 0; fd <= 2; ++fd) {
    char target[256] = {};
    const auto length =
        ::readlink(("/proc/self/fd/" + std::to_string(fd)).c_str(), target, sizeof target - 1);
    out << "stream=" << std::string(target, length > 0 ? static_cast<std::size_t>(length) : 0) << "\n";
  }
  for (const char* const* entry = process_environment().inherited; *entry; ++entry)
    out << "env:" << *entry << "\n";
  std::ofstream(path + ".done") << "done\n";
}

struct Connection {
  UniqueFd socket;
  LineDecoder decoder{kMaxLineBytes + kMaxNumberPrefix};
};

void answer(const Connection& connection, std::string_view line) {
  const auto parsed = classify(line);
  std::string reply(line);
  if (line.find("die") != std::string_view::npos) ::_exit(9);
  if (parsed.kind == LineKind::plain) {
    if (find_member(line, "method") == std::string_view("\"governor/drain\"")) {
      // Everything read before has been answered already.
      static_cast<void>(
          send_all(connection.socket.get(),
                   "{\"jsonrpc\":\"2.0\",\"id\":\"governor-drain\",\"result\":{\"draining\":true}}\n",
                   Deadline::after(std::chrono::milliseconds(20000))));
      ::_exit(0);
    }
    if (find_member(line, "method") != std::string_view("\"governor/hello\"")) return;
    reply = R"({"jsonrpc":"2.0","id":0,"result":{"protocol":1,"build":")" + std::string(build_id()) +
            R"(","pid":)" + std::to_string(::getpid()) + R"(,"resumed":false}})";
  }
  static_cast<void>(
      send_all(connection.socket.get(), reply + "\n", Deadline::after(std::chrono::milliseconds(20000))));
}

/// False at the end of the connection.
bool serve(Connection& connection) {
  auto got = receive_some(connection.socket.get(), connection.decoder.prepare(65536));
  if (!got) return false;
  connection.decoder.commit(*got);
  for (auto event = connection.decoder.next(); event.kind != LineDecoder::Kind::none;
       event = connection.decoder.next()) {
    answer(connection, event.text);
  }
  return true;
}

void serve_until_idle(int listener) {
  std::list<Connection> connections;
  bool had_any = false;
  for (;;) {
    std::vector<pollfd> polled = {{listener, POLLIN, 0}};
    for (const auto& connection : connections) polled.push_back({connection.socket.get(), POLLIN, 0});
    const int patience = connections.empty() && had_any ? 500 : 20000;
    if (::poll(polled.data(), polled.size(), patience) == 0) return;
    std::size_t i = 1;
    for (auto at = connections.begin(); at != connections.end(); ++i) {
      at = polled[i].revents == 0 || serve(*at) ? std::next(at) : connections.erase(at);
    }
    if (polled[0].revents != 0) {
      UniqueFd accepted(::accept(listener, nullptr, nullptr));
      if (accepted) connections.emplace_back().socket = std::move(accepted);
      had_any = true;
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  ::signal(SIGPIPE, SIG_IGN);
  int report = -1;
  for (int i = 1; i + 1 < argc; ++i) {
    if (std::string(argv[i]) == "--startup-fd") report = std::atoi(argv[i + 1]);
  }
  if (argc > 1 && std::string(argv[1]) == "--check") {
    report_ready(report);
    return 0;
  }
  if (const std::string log = variable("GOVERNOR_FAKE_LOG"); !log.empty()) {
    std::ofstream(log, std::ios::app) << ::getpid() << "\n";
  }
  if (const std::string path = variable("GOVERNOR_FAKE_REPORT"); !path.empty()) write_report(path);
  const std::string behaviour = variable("GOVERNOR_FAKE");
  if (behaviour == "fail") {
    report_failed(report, "the database is from a newer governor\nupgrade it");
    return 1;
  }
  if (behaviour == "vanish") return 1;
  if (behaviour == "already") {
    report_already_running(report);
    return 3;
  }
  const auto paths = resolve_paths(process_environment());
  auto lock = FileLock::try_acquire(paths->daemon_lock);
  if (!lock || !*lock) {
    report_already_running(report);
    return 3;
  }
  if (behaviour == "late") {
    const UniqueFd gate(::open(variable("GOVERNOR_FAKE_GATE").c_str(), O_RDONLY));
  }
  auto listener = bind_listener(**lock, paths->socket, 128);
  if (!listener) {
    report_failed(report, listener.error().message);
    return 1;
  }
  report_ready(report);
  serve_until_idle(listener->get());
  return 0;
}
